// Walks a draft through its life with the official SDK, and meets the errors on
// the way. Prints one line a step; what a line cannot show is asserted.
//
// The SDK leaves HTTP and tokens to @commercetools/ts-client, as the CLI does.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApiClient } from '@commercetools-connect/sdk';
import { ClientBuilder } from '@commercetools/ts-client';

const host = process.env.GREENROOM_URL;
const projectKey = 'dev';
const region = 'europe-west1.gcp';
const url = 'https://git.example/acme/tax-calculator.git';

const http = { host, httpClient: fetch };
const credentials = (clientSecret, scope = 'manage_project') => ({
  host,
  projectKey,
  credentials: { clientId: 'dev', clientSecret },
  scopes: [`${scope}:${projectKey}`],
  httpClient: fetch,
});
const connect = (builder) => createApiClient(builder.withHttpMiddleware(http).build().execute, host).connectors();

const connectors = connect(new ClientBuilder().withClientCredentialsFlow(credentials('dev')));
const drafts = connectors.drafts();

const print = (step, ...facts) => console.log(`${step}: ${facts.join(', ')}`);

/** Executes a request and prints what became of it. */
async function does(step, request, facts = (body) => [`version ${body.version}`]) {
  const { statusCode, body } = await request.execute();
  print(step, statusCode, ...facts(body));
  return body;
}

/** Executes a request that must fail, and returns its error object. */
async function fails(step, request, statusCode, code) {
  const error = await request.execute().then(
    () => assert.fail(`${step}: this should have failed`),
    (failure) => failure,
  );
  assert.equal(error.statusCode, statusCode, `${step}: ${error.message}`);
  const { message, errors } = error.body;
  assert.equal(error.body.statusCode, statusCode);
  assert.equal(message, errors[0].message);
  assert.equal(errors[0].code, code);
  print(step, statusCode, code);
  return errors[0];
}

/** Reads the draft until it is no longer in the state, at most for a minute. */
async function until(id, busy) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    const { body } = await drafts.withId({ ID: id }).get().execute();
    if (!busy(body)) return body;
  }
  assert.fail('the draft is still busy after a minute');
}

const entry = (report) => `"${report.entries[0].title}"`;

// Tokens.

const refused = connect(new ClientBuilder().withClientCredentialsFlow(credentials('wrong')));
await assert.rejects(refused.drafts().get().execute(), { statusCode: 401, code: 'invalid_client' });
print('a wrong secret', 401, 'invalid_client');

const forged = connect(new ClientBuilder().withExistingTokenFlow('Bearer forged', { force: true }));
await fails('a forged token', forged.drafts().get(), 401, 'invalid_token');

const viewer = connect(new ClientBuilder().withClientCredentialsFlow(credentials('dev', 'view_connectors')));

// Every answer names its request.

const named = connect(
  new ClientBuilder().withClientCredentialsFlow(credentials('dev')).withCorrelationIdMiddleware({ generate: () => 'sdk-1' }),
);
const { headers } = await named.drafts().get().execute();
print('a correlation id comes back', headers['x-correlation-id']);

// Create.

const draft = {
  key: 'sdk-tax-calculator',
  name: 'Tax calculator',
  description: 'Sets tax rates on carts.',
  integrationTypes: ['tax'],
  creator: { email: 'dev@example.com', name: 'Ada', noOfContributors: 2 },
  repository: { url, tag: 'v1.2.0' },
  supportedRegions: [region],
  privateProjects: [`${region}:shop`],
  documentationUrl: 'https://docs.example/tax',
};

const created = await does('create', drafts.post({ body: draft }), (d) => [
  `version ${d.version}`, d.status, `isPreviewable ${d.isPreviewable}`, `hasChanges ${d.hasChanges}`,
]);
const { id, key } = created;
for (const [name, value] of Object.entries(draft)) assert.deepEqual(created[name], value, name);
assert.deepEqual(created.configurations.map((c) => c.applicationName), ['tax-service', 'order-recorder']);

const duplicate = await fails('create with a key that is taken', drafts.post({ body: draft }), 400, 'DuplicateField');
assert.deepEqual([duplicate.field, duplicate.duplicateValue], ['key', key]);

const { name: _, ...nameless } = draft;
const missing = await fails('create without a name', drafts.post({ body: nameless }), 400, 'InvalidJsonInput');
assert.match(missing.detailedErrorMessage, /name/);

await fails('create with a scope that may only view', viewer.drafts().post({ body: draft }), 403, 'AuthorizationError');

const elsewhere = (repository) => drafts.post({ body: { ...draft, key: 'sdk-other', repository } });
await fails('create from a tag that is not there', elsewhere({ url, tag: 'v9.9.9' }), 422, 'GitRepositoryNotReachable');
await fails(
  'create without connect.yaml',
  elsewhere({ url: url.replace('tax-calculator', 'no-specification'), tag: 'v1.0.0' }),
  422,
  'ConnectorSpecificationFileNotFound',
);
const invalid = await fails(
  'create with a connect.yaml that is not valid',
  elsewhere({ url: url.replace('tax-calculator', 'invalid-specification'), tag: 'v1.0.0' }),
  422,
  'ConnectorSpecificationFileNotValid',
);
assert.deepEqual(invalid.findings.map((f) => f.line), [9, 10]);
for (const { file, line, column } of invalid.findings) {
  assert.ok(invalid.detailedErrorMessage.includes(`${file}:${line}:${column}: `), invalid.detailedErrorMessage);
}

// Read.

assert.deepEqual(await does('get by id', drafts.withId({ ID: id }).get()), created);
assert.deepEqual(await does('get by key', viewer.drafts().withKey({ key }).get()), created);
await fails('get what is not there', drafts.withKey({ key: 'nobody' }).get(), 404, 'ResourceNotFound');

const query = { limit: 5, offset: 0, sort: ['name desc', 'id'], isPrivate: true, integrationTypes: ['tax', 'psp'] };
const page = await does('query', drafts.get({ queryArgs: query }), (p) => [
  `limit ${p.limit}`, `offset ${p.offset}`, `count ${p.count}`, `total ${p.total}`,
]);
assert.deepEqual(page.results, [created]);
await fails('query with a limit of 501', drafts.get({ queryArgs: { limit: 501 } }), 400, 'InvalidQueryParam');

// Update.

const update = (version, ...actions) => drafts.withId({ ID: id }).post({ body: { version, actions } });

const first = await does(
  'update of one field by key',
  drafts.withKey({ key }).post({ body: { version: 1, actions: [{ action: 'setName', name: 'Taxes' }] } }),
  (d) => [`version ${d.version}`, d.name],
);
const edited = await does('update of everything that can be set', update(
  first.version,
  { action: 'setDescription', description: 'Sets tax rates.' },
  { action: 'setDocumentationUrl', documentationUrl: 'https://docs.example/taxes' },
  { action: 'setIntegrationTypes', integrationTypes: ['tax', 'erp'] },
  { action: 'setSupportedRegions', regions: [region, 'us-central1.gcp'] },
  { action: 'setRepository', url, tag: 'v1.3.0' },
  { action: 'setCreatorName', creatorName: 'Grace' },
  { action: 'setCreatorTitle', creatorTitle: 'Engineer' },
  { action: 'setCreatorEmail', creatorEmail: 'grace@example.com' },
  { action: 'setCreatorCompany', creatorCompany: 'Example' },
  { action: 'setCreatorNoOfContributors', creatorNoOfContributors: 3 },
  { action: 'setCreatorSupportUrl', creatorSupportUrl: 'https://support.example/' },
  { action: 'setCreatorLogo', logoUrl: 'https://logo.example/logo.svg' },
));
assert.deepEqual(
  [edited.description, edited.documentationUrl, edited.integrationTypes, edited.supportedRegions, edited.repository],
  ['Sets tax rates.', 'https://docs.example/taxes', ['tax', 'erp'], [region, 'us-central1.gcp'], { url, tag: 'v1.3.0' }],
);
assert.deepEqual(edited.creator, {
  name: 'Grace',
  title: 'Engineer',
  email: 'grace@example.com',
  company: 'Example',
  noOfContributors: 3,
  supportUrl: 'https://support.example/',
  logoUrl: 'https://logo.example/logo.svg',
});

const same = await does('update that changes nothing', update(edited.version, { action: 'setRepository', tag: 'v1.3.0' }));
assert.deepEqual(same, edited);

const stale = await fails('update of an old version', update(1, { action: 'setName', name: 'Late' }), 409, 'ConcurrentModification');
assert.deepEqual([stale.expectedVersion, stale.currentVersion], [1, edited.version]);

const insisting = connect(
  new ClientBuilder().withClientCredentialsFlow(credentials('dev')).withConcurrentModificationMiddleware(),
);
const renamed = await does(
  'update of an old version that the client repeats',
  insisting.drafts().withId({ ID: id }).post({ body: { version: 1, actions: [{ action: 'setName', name: 'Tax rates' }] } }),
);

await fails('update with an unknown action', update(renamed.version, { action: 'setPrivate', private: false }), 400, 'InvalidJsonInput');
await fails(
  'update to a tag that is not there',
  update(renamed.version, { action: 'setRepository', tag: 'v9.9.9' }),
  422,
  'GitRepositoryNotReachable',
);

// Preview.

const preview = { action: 'updatePreviewable' };
await fails('preview twice', update(renamed.version, preview, preview), 400, 'ConnectorStagedPreviewRequestUnderProcess');
await does('preview', update(renamed.version, preview), (d) => [`version ${d.version}`, `isPreviewable ${d.isPreviewable}`]);
const previewed = await until(id, (d) => d.isPreviewable === 'pending');
print('after the preview', `version ${previewed.version}`, `isPreviewable ${previewed.isPreviewable}`, entry(previewed.previewableReport));

// Publish.

await fails('read the Connector before it is published', connectors.withId({ ID: id }).get(), 404, 'ResourceNotFound');
await does(
  'publish',
  update(previewed.version, { action: 'publish', certification: false }),
  (d) => [`version ${d.version}`, d.status],
);
const published = await until(id, (d) => d.status === 'Processing');
print('after the publish', `version ${published.version}`, published.status, `hasChanges ${published.hasChanges}`, entry(published.publishingReport));

const connector = await does('read the Connector by id', connectors.withId({ ID: id }).get());
assert.deepEqual(await does('read the Connector by key', connectors.withKey({ key }).get()), connector);
for (const name of ['id', 'key', 'name', 'description', 'integrationTypes', 'creator', 'repository', 'configurations', 'apiClient', 'supportedRegions', 'documentationUrl', 'private', 'certified']) {
  assert.deepEqual(connector[name], published[name], name);
}
