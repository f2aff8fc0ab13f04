// A draft from its creation to a private Connector, and the errors on the way. What a
// line cannot show is asserted.
import assert from 'node:assert/strict';
import {
  connect, does, fails, firstEntry, isProcessing, loggedIn, print, region, taxCalculator, until, url,
} from './harness.mjs';

const connectors = connect();
const drafts = connectors.drafts();
const viewer = connect(loggedIn(undefined, { scopes: ['view_connectors:dev'] }));

// Create.

const draft = taxCalculator({ key: 'sdk-tax-calculator', privateProjects: [`${region}:shop`] });

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
for (const queryArgs of [{ offset: 1 }, { isPrivate: false }, { integrationTypes: 'psp' }]) {
  const { body } = await drafts.get({ queryArgs }).execute();
  assert.deepEqual(body.results, [], JSON.stringify(queryArgs));
}

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
  { action: 'setCreatorCompany', creatorCompany: 'Acme' },
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
  company: 'Acme',
  noOfContributors: 3,
  supportUrl: 'https://support.example/',
  logoUrl: 'https://logo.example/logo.svg',
});

const same = await does('update that changes nothing', update(edited.version, { action: 'setRepository', tag: 'v1.3.0' }));
assert.deepEqual(same, edited);

const stale = await fails('update of an old version', update(1, { action: 'setName', name: 'Late' }), 409, 'ConcurrentModification');
assert.deepEqual([stale.expectedVersion, stale.currentVersion], [1, edited.version]);

const insisting = connect(loggedIn().withConcurrentModificationMiddleware());
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

await does(
  'preview',
  update(renamed.version, { action: 'updatePreviewable' }),
  (d) => [`version ${d.version}`, `isPreviewable ${d.isPreviewable}`],
);
const previewed = await until(connectors, id, (d) => d.isPreviewable === 'pending');
print('after the preview', `version ${previewed.version}`, `isPreviewable ${previewed.isPreviewable}`, firstEntry(previewed.previewableReport));

// Publish.

await fails('read the Connector before it is published', connectors.withId({ ID: id }).get(), 404, 'ResourceNotFound');
await does(
  'publish',
  update(previewed.version, { action: 'publish', certification: false }),
  (d) => [`version ${d.version}`, d.status],
);
const published = await until(connectors, id, isProcessing);
print('after the publish', `version ${published.version}`, published.status, `hasChanges ${published.hasChanges}`, firstEntry(published.publishingReport));

const connector = await does('read the Connector by id', connectors.withId({ ID: id }).get());
assert.deepEqual(await does('read the Connector by key', connectors.withKey({ key }).get()), connector);
for (const name of ['id', 'key', 'name', 'description', 'integrationTypes', 'creator', 'repository', 'configurations', 'apiClient', 'supportedRegions', 'documentationUrl', 'private', 'certified']) {
  assert.deepEqual(connector[name], published[name], name);
}
