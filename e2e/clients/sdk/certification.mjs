// A draft from private to certified and back: who sees its Connector, what the
// reviewer and the creator do, what search finds. What a line cannot show is asserted.
import assert from 'node:assert/strict';
import {
  connect, does, fails, isProcessing, loggedIn, print, region, requests, reviewer, shop, taxCalculator, until,
} from './harness.mjs';

const connectors = connect();
const drafts = connectors.drafts();
const request = requests();
const review = requests(loggedIn(reviewer));
const others = connect(loggedIn(shop));

const key = 'sdk-certified';
let current = await does('create', drafts.post({ body: taxCalculator({ key }) }));
const { id } = current;

const facts = (d) => [`version ${d.version}`, d.status, `private ${d.private}`, `certified ${d.certified}`, `alreadyListed ${d.alreadyListed}`];
const post = (...actions) => drafts.withId({ ID: id }).post({ body: { version: current.version, actions } });
const update = async (step, ...actions) => {
  current = await does(step, post(...actions));
};
/** Publishes, waits for the end of the run, and prints what it has made of the draft. */
const publish = async (step, certification) => {
  current = (await post({ action: 'publish', certification }).execute()).body;
  current = await until(connectors, id, isProcessing);
  print(step, ...facts(current));
};
/** Reads what another project or a reviewer has made of the draft. */
const reread = async (step) => {
  current = await does(step, drafts.withId({ ID: id }).get(), facts);
};
const found = async (step, by, queryArgs) => {
  const page = await does(step, by.search().get({ queryArgs }), (p) => [`count ${p.count}`, `total ${p.total}`]);
  return page.results.map((c) => c.key);
};
const decide = (decision, body) => review('POST', `/x/v1/reviews/{ID}/${decision}`, { pathVariables: { ID: id }, body });
const decided = (r) => [r.status];
const remove = () => request('DELETE', '/connectors/drafts/{ID}', { pathVariables: { ID: id } });

// Private.

await publish('published privately', false);
await fails('another project reads the private Connector', others.withKey({ key }).get(), 404, 'ResourceNotFound');
const access = `${region}:${shop.projectKey}`;
await update('add a private project', { action: 'addPrivateProject', privateProject: access });
await update('add it again', { action: 'addPrivateProject', privateProject: access });
await does('another project reads it now', others.withKey({ key }).get());
assert.deepEqual(await found('another project searches private Connectors', others, { private: true }), [key]);
await update('remove the private project', { action: 'removePrivateProject', privateProject: access });
await fails('another project reads it no more', others.withKey({ key }).get(), 404, 'ResourceNotFound');
await update('unlist what is not certified', { action: 'unlist' });

// Rejected.

await publish('published for certification', true);
await update('add a comment', { action: 'addCertificationComment', comment: 'Rates of Italy are new.' });
await fails('update in certification', post({ action: 'setName', name: 'Taxes' }), 400, 'ConnectorStagedInCertification');
await fails('delete in certification', remove(), 400, 'ConnectorStagedInCertification');
await fails('the creator asks for reviews', request('GET', '/x/v1/reviews'), 403, 'AuthorizationError');
await does('the reviewer asks for reviews', review('GET', '/x/v1/reviews'), (p) => [`total ${p.total}`]);
await does('the reviewer takes it', decide('take'), decided);
await does('the reviewer rejects it', decide('reject', { reason: 'Say which countries.' }), decided);
await reread('after the rejection');
assert.deepEqual(
  current.certificationInfo.comments.map((c) => [c.userId, c.comment]),
  [['dev', 'Rates of Italy are new.'], ['reviewers', 'Say which countries.']],
);

// Withdrawn, and certified.

await update('mend it', { action: 'setDescription', description: 'Sets tax rates of DE, FR and IT.' });
await publish('published for certification', true);
current = await does(
  'the creator withdraws it',
  request('POST', '/x/v1/drafts/{ID}/withdraw', { pathVariables: { ID: id } }),
  facts,
);
await publish('published for certification', true);
await does('the reviewer takes it', decide('take'), decided);
await does('the reviewer approves it', decide('approve'), decided);
await reread('after the approval');
await fails(
  'add a private project to a public Connector',
  post({ action: 'addPrivateProject', privateProject: access }),
  400,
  'ConnectorStagedNotPrivate',
);
await fails(
  'remove a private project from it',
  post({ action: 'removePrivateProject', privateProject: access }),
  400,
  'ConnectorStagedNotPrivate',
);
await fails('certify it unchanged', post({ action: 'publish', certification: true }), 400, 'ConnectorAlreadyCertified');

// Search.

const everything = {
  text: 'TAX it', limit: 5, offset: 0, sort: ['name asc', 'id'], private: false,
  'creator.company': 'Example', id, key: [key, 'another'], integrationTypes: ['tax', 'erp'],
};
assert.deepEqual(await found('another project searches with every parameter', others, everything), [key]);
for (const [name, value] of Object.entries({
  text: 'shipping', limit: 0, offset: 1, private: true, 'creator.company': 'Other',
  id: '00000000-0000-4000-8000-000000000000', key: 'another', integrationTypes: 'erp',
})) {
  assert.deepEqual(await found(`with the ${name} ${value}`, others, { ...everything, [name]: value }), []);
}

// Unlisted, and listed again.

await update('unlist', { action: 'unlist' });
assert.equal(current.alreadyListed, false);
assert.deepEqual(await found('another project searches', others), []);
await does('another project reads it by id', others.withId({ ID: id }).get());
await publish('published for certification: it is listed again', true);
assert.deepEqual(await found('another project searches', others), [key]);

// Private again, and gone.

await publish('published privately', false);
assert.deepEqual(await found('another project searches', others), []);
await does('delete', remove(), facts);
await fails('read the draft', drafts.withId({ ID: id }).get(), 404, 'ResourceNotFound');
await fails('read the Connector', connectors.withKey({ key }).get(), 404, 'ResourceNotFound');
await fails('another project takes the key', others.drafts().post({ body: taxCalculator({ key }) }), 400, 'DuplicateField');
