import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { acknowledge } from '../src/acknowledge.js';

test('a message is acknowledged without content', async () => {
  const status = await new Promise((resolve) => {
    acknowledge(Readable.from(['{}']), { writeHead: (code) => ({ end: () => resolve(code) }) });
  });
  assert.equal(status, 204);
});
