import { createServer } from 'node:http';

// Acknowledges each order; the points themselves are booked by points-service.
createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(204).end());
}).listen(process.env.PORT ?? 8080);
