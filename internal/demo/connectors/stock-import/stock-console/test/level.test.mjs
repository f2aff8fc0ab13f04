import assert from 'node:assert/strict';
import { test } from 'node:test';
import { level } from '../src/level.mjs';

test('what is gone is told from what runs low', () => {
  assert.deepEqual([-1, 0, 1, 9, 10].map(level), ['sold out', 'sold out', 'low', 'low', 'in stock']);
});
