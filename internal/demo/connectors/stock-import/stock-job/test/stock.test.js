import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, parseFeed } from '../src/stock.js';

test('only entries that differ from the feed change', () => {
  const feed = parseFeed('sku,quantity\nA,5\nB,0\n');
  const entries = [
    { id: '1', version: 3, sku: 'A', quantityOnStock: 5 },
    { id: '2', version: 1, sku: 'B', quantityOnStock: 7 },
    { id: '3', version: 1, sku: 'C', quantityOnStock: 7 },
  ];
  assert.deepEqual(differences(entries, feed), [{ id: '2', version: 1, quantity: 0 }]);
});

test('a line that is no stock is named', () => {
  assert.throws(() => parseFeed('sku,quantity\nA,many\n'), /line 2 of the feed/);
});
