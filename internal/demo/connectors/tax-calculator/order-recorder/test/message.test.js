import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageOf } from '../src/message.js';

test('a message is unpacked', () => {
  const message = { type: 'OrderCreated', order: { id: '1', country: 'DE' } };
  const data = Buffer.from(JSON.stringify(message)).toString('base64');
  assert.deepEqual(messageOf(JSON.stringify({ message: { data } })), message);
});

test('a body that is no push is refused', () => {
  assert.throws(() => messageOf('{}'), TypeError);
});
