import { createServer } from 'node:http';
import { messageOf } from './message.js';

const { TAX_API_URL, TAX_API_TOKEN, PORT = 8080 } = process.env;

async function readMessage(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return messageOf(text);
}

async function record({ order }) {
  const response = await fetch(`${TAX_API_URL}/sales/${order.id}`, {
    method: 'PUT', // by id, since a message may be delivered twice
    headers: { Authorization: `Bearer ${TAX_API_TOKEN}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ total: order.totalPrice, taxed: order.taxedPrice, country: order.country }),
  });
  if (!response.ok) throw new Error(`the tax authority answered ${response.status}`);
}

createServer(async (request, response) => {
  try {
    const message = await readMessage(request);
    if (message.type === 'OrderCreated') await record(message);
    response.writeHead(204).end();
  } catch (error) {
    console.error(error);
    response.writeHead(500).end(); // not acknowledged: delivered again
  }
}).listen(PORT);
