/** Reads the feed: a header line, then one line "sku,quantity" each. */
export function parseFeed(csv) {
  const [, ...lines] = csv.trim().split(/\r?\n/);
  return new Map(lines.map((line, index) => {
    const [sku, quantity] = line.split(',');
    const number = Number(quantity);
    if (!sku || !Number.isInteger(number)) throw new Error(`line ${index + 2} of the feed is no sku and quantity`);
    return [sku, number];
  }));
}

/** The inventory entries whose quantity is not the feed's; unknown ones stay. */
export function differences(entries, feed) {
  return entries
    .filter(({ sku, quantityOnStock }) => feed.has(sku) && feed.get(sku) !== quantityOnStock)
    .map(({ id, version, sku }) => ({ id, version, quantity: feed.get(sku) }));
}
