import { createServer } from 'node:http';
import { taxActions } from './tax.js';

const rates = JSON.parse(process.env.TAX_RATES ?? '{}');

async function readJSON(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

const server = createServer(async (request, response) => {
  try {
    const { resource } = await readJSON(request);
    const actions = taxActions(resource.obj, rates);
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ actions }));
  } catch (error) {
    // A 400 with errors makes the platform refuse the change of the cart.
    response.writeHead(400, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify({ errors: [{ code: 'InvalidInput', message: error.message }] }));
  }
});

server.listen(process.env.PORT ?? 8080);
