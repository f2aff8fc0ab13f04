import { createServer } from 'node:http';
import { differences, parseFeed } from './stock.js';

const { CTP_API_URL, CTP_AUTH_URL, CTP_PROJECT_KEY, CTP_CLIENT_ID, CTP_CLIENT_SECRET, FEED_URL, PORT = 8080 } = process.env;

async function ok(response) {
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return response;
}

async function login() {
  const response = await ok(await fetch(`${CTP_AUTH_URL}/oauth/token?grant_type=client_credentials`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${CTP_CLIENT_ID}:${CTP_CLIENT_SECRET}`)}` },
  }));
  return (await response.json()).access_token;
}

// Pages by id, because a large offset is slow and refused beyond 10,000.
async function* inventory(headers) {
  for (let last = ''; ;) {
    const where = last ? `&where=${encodeURIComponent(`id > "${last}"`)}` : '';
    const url = `${CTP_API_URL}/${CTP_PROJECT_KEY}/inventory?limit=500&sort=id&withTotal=false${where}`;
    const { results } = await (await ok(await fetch(url, { headers }))).json();
    yield* results;
    if (results.length < 500) return;
    last = results.at(-1).id;
  }
}

async function run() {
  const feed = parseFeed(await (await ok(await fetch(FEED_URL))).text());
  const headers = { Authorization: `Bearer ${await login()}`, 'Content-Type': 'application/json' };
  const entries = [];
  for await (const entry of inventory(headers)) entries.push(entry);
  const changes = differences(entries, feed);
  for (const { id, version, quantity } of changes) {
    await ok(await fetch(`${CTP_API_URL}/${CTP_PROJECT_KEY}/inventory/${id}`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ version, actions: [{ action: 'changeQuantity', quantity }] }),
    }));
  }
  return changes.length;
}

createServer(async (request, response) => {
  try {
    console.info(`stock import: ${await run()} entries changed`);
    response.writeHead(200).end();
  } catch (error) {
    console.error(error);
    response.writeHead(500).end();
  }
}).listen(PORT);
