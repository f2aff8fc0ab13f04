import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taxActions } from '../src/tax.js';

const cart = {
  taxMode: 'External',
  shippingAddress: { country: 'DE' },
  lineItems: [{ id: 'a' }, { id: 'b', taxRate: { amount: 0.19, country: 'DE' } }],
};

test('only line items without the right rate are changed', () => {
  const actions = taxActions(cart, { DE: 19 });
  assert.deepEqual(actions.map((a) => a.lineItemId), ['a']);
  assert.equal(actions[0].externalTaxRate.amount, 0.19);
});

test('a cart without an address is left alone', () => {
  assert.deepEqual(taxActions({ ...cart, shippingAddress: undefined }, {}), []);
});

test('an unknown country is refused', () => {
  assert.throws(() => taxActions(cart, { FR: 20 }), /no tax rate is configured for DE/);
});
