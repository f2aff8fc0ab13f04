import { createServer } from 'node:http';

const perEuro = Number(process.env.POINTS_PER_EURO);

// Answers how many points a total in cent earns: GET /points?cents=1999
createServer((request, response) => {
  const cents = Number(new URL(request.url, 'http://localhost').searchParams.get('cents'));
  response.setHeader('Content-Type', 'application/json');
  response.end(JSON.stringify({ points: Math.floor((cents / 100) * perEuro) }));
}).listen(process.env.PORT ?? 8080);
