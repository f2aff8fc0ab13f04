// Loaded into the official CLI by NODE_OPTIONS=--require. It bends the two things
// that the CLI cannot be told, and leaves its packages as they were installed:
//
//  1. `auth login`, and every renewal of a token, asks the fixed host
//     auth.{region}.commercetools.com. Here that host is GREENROOM_URL.
//  2. `validate` and `publish` wait 60 and 30 seconds between two looks at the
//     draft. Here they wait a tenth of a second. Other timers stay as they are.
'use strict';

const { fetch, setTimeout } = globalThis;

const server = process.env.GREENROOM_URL;
const authHost = /^https:\/\/auth\.[a-z0-9.-]+\.commercetools\.com(?=\/)/;

globalThis.fetch = (input, init) =>
  fetch(typeof input === 'string' ? input.replace(authHost, server) : input, init);

const pollIntervals = [30_000, 60_000];

globalThis.setTimeout = (callback, delay, ...args) =>
  setTimeout(callback, pollIntervals.includes(delay) ? 100 : delay, ...args);
// util.promisify finds the variant that returns a promise in a property.
Object.defineProperties(globalThis.setTimeout, Object.getOwnPropertyDescriptors(setTimeout));
