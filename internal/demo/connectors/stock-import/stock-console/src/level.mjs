/** How urgent it is to order more of what has this quantity on stock. */
export function level(quantity) {
  if (quantity <= 0) return 'sold out';
  return quantity < 10 ? 'low' : 'in stock';
}
