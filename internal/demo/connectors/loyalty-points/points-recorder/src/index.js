import { createServer } from 'node:http';
import { acknowledge } from './acknowledge.js';

// Acknowledges each order; the points themselves are booked by points-service.
createServer(acknowledge).listen(process.env.PORT ?? 8080);
