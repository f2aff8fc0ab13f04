// What a run under way forbids. The server has no workers, so that it stays under way.
import assert from 'node:assert/strict';
import { connect, does, fails, requests, taxCalculator } from './harness.mjs';

const drafts = connect().drafts();
const { id, version } = await does('create', drafts.post({ body: taxCalculator() }));
const update = (at, ...actions) => drafts.withId({ ID: id }).post({ body: { version: at, actions } });
const remove = requests()('DELETE', '/connectors/drafts/{ID}', { pathVariables: { ID: id } });

const preview = { action: 'updatePreviewable' };
await fails('preview twice in one update', update(version, preview, preview), 400, 'ConnectorStagedPreviewRequestUnderProcess');
const pending = await does('preview', update(version, preview), (d) => [`version ${d.version}`, `isPreviewable ${d.isPreviewable}`]);
await fails('preview while one is pending', update(pending.version, preview), 400, 'ConnectorStagedPreviewRequestUnderProcess');
await fails('delete while a preview is pending', remove, 409, 'ConcurrentModification');

const processing = await does(
  'publish',
  update(pending.version, { action: 'publish', certification: false }),
  (d) => [`version ${d.version}`, d.status],
);
const locked = await fails(
  'update while a publish is under way',
  update(processing.version, { action: 'setName', name: 'Taxes' }),
  409,
  'ConcurrentModification',
);
assert.deepEqual([locked.expectedVersion, locked.currentVersion], [processing.version, processing.version]);
await fails('delete while a publish is under way', remove, 409, 'ConcurrentModification');
