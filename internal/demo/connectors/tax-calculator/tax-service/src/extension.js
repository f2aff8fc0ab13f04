// Registers or removes the API extension that calls this service.
// The CTP_ variables come from the API client that connect.yaml asks for.
const { CTP_API_URL, CTP_AUTH_URL, CTP_PROJECT_KEY, CTP_CLIENT_ID, CTP_CLIENT_SECRET, CONNECT_SERVICE_URL } = process.env;
const KEY = 'tax-calculator';

async function token() {
  const response = await fetch(`${CTP_AUTH_URL}/oauth/token?grant_type=client_credentials`, {
    method: 'POST',
    headers: { Authorization: `Basic ${btoa(`${CTP_CLIENT_ID}:${CTP_CLIENT_SECRET}`)}` },
  });
  if (!response.ok) throw new Error(`token: ${response.status}`);
  return (await response.json()).access_token;
}

async function call(method, path, body) {
  const response = await fetch(`${CTP_API_URL}/${CTP_PROJECT_KEY}/extensions${path}`, {
    method,
    headers: { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(`${method} extensions${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function remove() {
  const extension = await call('GET', `/key=${KEY}`);
  if (extension) await call('DELETE', `/key=${KEY}?version=${extension.version}`);
}

async function register() {
  await remove();
  await call('POST', '', {
    key: KEY,
    destination: { type: 'HTTP', url: CONNECT_SERVICE_URL },
    triggers: [{ resourceTypeId: 'cart', actions: ['Create', 'Update'], condition: 'taxMode = "External"' }],
  });
}

await { register, remove }[process.argv[2]]();
