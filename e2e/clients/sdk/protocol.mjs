// Tokens, correlation ids, and requests that are wrong whatever they are about.
import assert from 'node:assert/strict';
import { ClientBuilder } from '@commercetools/ts-client';
import { connect, fails, loggedIn, print, requests, shop, taxCalculator } from './harness.mjs';

const drafts = connect().drafts();
const request = requests();
const path = '/connectors/drafts';

// Tokens.

const refused = connect(loggedIn(shop, { clientSecret: 'wrong' }));
await assert.rejects(refused.drafts().get().execute(), { statusCode: 401, code: 'invalid_client' });
print('a wrong secret', 401, 'invalid_client');

const forged = connect(new ClientBuilder().withExistingTokenFlow('Bearer forged', { force: true }));
await fails('a forged token', forged.drafts().get(), 401, 'invalid_token');

const viewer = connect(loggedIn(undefined, { scopes: ['view_connectors:dev'] }));
await fails('create with a scope that may only view', viewer.drafts().post({ body: taxCalculator() }), 403, 'AuthorizationError');

// Every answer names its request.

const named = connect(loggedIn().withCorrelationIdMiddleware({ generate: () => 'sdk-1' }));
const { headers } = await named.drafts().get().execute();
print('a correlation id comes back', headers['x-correlation-id']);

// Paths, methods and bodies.

const post = (rest) => request('POST', path, rest);

await fails('get a draft by an id that is no UUID', drafts.withId({ ID: 'one' }).get(), 400, 'InvalidPathParam');
await fails('get a draft by a key of one letter', drafts.withKey({ key: 'k' }).get(), 400, 'InvalidPathParam');
await fails('a path that is not there', request('GET', '/dev/deployments'), 404, 'ResourceNotFound');
await fails('a method that is not there', request('PATCH', path, { body: {} }), 405, 'General');
await fails('a body of more than 1 MiB', post({ body: taxCalculator({ description: 'x'.repeat(2 ** 20) }) }), 413, 'General');
await fails('a body that says it is XML', post({ body: '<draft/>', headers: { 'Content-Type': 'application/xml' } }), 415, 'General');
await fails('a body that is no JSON', post({ body: '{"name":' }), 400, 'InvalidJsonInput');
await fails('a query with a limit of 501', drafts.get({ queryArgs: { limit: 501 } }), 400, 'InvalidQueryParam');
