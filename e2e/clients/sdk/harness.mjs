// What the scenarios of the official SDK share: clients, and steps that print one
// line each. The SDK leaves HTTP and tokens to @commercetools/ts-client, as the CLI
// does.
import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiRequest, createApiClient } from '@commercetools-connect/sdk';
import { ClientBuilder } from '@commercetools/ts-client';

const { GREENROOM_URL: host, GREENROOM_TRACE: trace, GREENROOM_CLIENTS } = process.env;

export const region = 'europe-west1.gcp';
export const url = 'https://git.example/acme/tax-calculator.git';

/** The clients that the server knows besides dev, as `greenroom client create` printed them. */
export const { shop, reviewer } = JSON.parse(GREENROOM_CLIENTS);

const dev = { clientId: 'dev', clientSecret: 'dev', projectKey: 'dev', scopes: ['manage_project:dev'] };

/** fetch, which writes down what was asked and answered: the test looks for what no scenario has sent. */
async function traced(address, options) {
  const answer = await fetch(address, options);
  const { pathname, searchParams } = new URL(address);
  const body = await answer.clone().json();
  appendFileSync(trace, `${JSON.stringify({
    path: pathname,
    query: [...searchParams.keys()],
    actions: pathname.startsWith('/connectors/drafts/') ? parsed(options.body)?.actions?.map((a) => a.action) : undefined,
    status: answer.status,
    codes: body.errors?.map((e) => e.code),
  })}\n`);
  return answer;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a scenario sends what is no JSON on purpose
  }
}

/** A builder that is logged in as the client, which is changed by what is given. */
export function loggedIn(client = dev, changes = {}) {
  const { clientId, clientSecret, projectKey, scopes } = { ...client, ...changes };
  const credentials = { clientId, clientSecret };
  return new ClientBuilder().withClientCredentialsFlow({ host, projectKey, credentials, scopes, httpClient: fetch });
}

const executor = (builder) => builder.withHttpMiddleware({ host, httpClient: traced }).build().execute;

export const connect = (builder = loggedIn()) => createApiClient(executor(builder), host).connectors();

/** Makes requests that the SDK has no method for, in the SDK's own way. */
export function requests(builder = loggedIn()) {
  const execute = executor(builder);
  return (method, uriTemplate, rest = {}) => new ApiRequest({ baseUri: host, method, uriTemplate, ...rest }, execute);
}

export const print = (step, ...facts) => console.log(`${step}: ${facts.join(', ')}`);

/** Executes a request and prints what became of it. */
export async function does(step, request, facts = (body) => [`version ${body.version}`]) {
  const { statusCode, body } = await request.execute();
  print(step, statusCode, ...facts(body));
  return body;
}

/** Executes a request that must fail, and returns its error object. */
export async function fails(step, request, statusCode, code) {
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
export async function until(connectors, id, busy) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    const { body } = await connectors.drafts().withId({ ID: id }).get().execute();
    if (!busy(body)) return body;
  }
  return assert.fail('the draft is still busy after a minute');
}

export const isProcessing = (draft) => draft.status === 'Processing';

export const firstEntry = (report) => `"${report.entries[0].title}"`;

/** A draft of the tax calculator, which is changed by what is given. */
export const taxCalculator = (changes) => ({
  name: 'Tax calculator',
  description: 'Sets tax rates on carts.',
  integrationTypes: ['tax'],
  creator: { email: 'dev@example.com', name: 'Ada', company: 'Example', noOfContributors: 2 },
  repository: { url, tag: 'v1.2.0' },
  supportedRegions: [region],
  documentationUrl: 'https://docs.example/tax',
  ...changes,
});
