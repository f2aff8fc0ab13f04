import { createServer } from 'node:http';

const YEAR = 365 * 24 * 60 * 60 * 1000;

/** The bookings that are younger than a year. */
export const unexpired = (bookings, now) => bookings.filter(({ at }) => now - Date.parse(at) < YEAR);

createServer((request, response) => response.writeHead(204).end()).listen(process.env.PORT ?? 8080);
