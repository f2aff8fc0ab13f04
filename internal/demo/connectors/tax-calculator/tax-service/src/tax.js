/**
 * The update actions that give each line item of a cart the tax rate of the
 * country that it is shipped to. A cart without an address is left alone.
 *
 * @param {object} cart  a Cart with taxMode External
 * @param {Record<string, number>} rates  percent by country code
 */
export function taxActions(cart, rates) {
  const country = cart.shippingAddress?.country;
  if (!country || cart.taxMode !== 'External') return [];
  const percent = rates[country];
  if (percent === undefined) throw new Error(`no tax rate is configured for ${country}`);

  const externalTaxRate = { name: `VAT ${country}`, amount: percent / 100, country, includedInPrice: false };
  return cart.lineItems
    .filter((item) => item.taxRate?.amount !== externalTaxRate.amount || item.taxRate?.country !== country)
    .map((item) => ({ action: 'setLineItemTaxRate', lineItemId: item.id, externalTaxRate }));
}
