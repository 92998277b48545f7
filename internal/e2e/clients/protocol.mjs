// Checks that the published clients and the server understand each other: who is
// final, who is tried again, who ends what. Prints a line of JSON for each case:
// {name, error}, without error where all is well.
//
//   node protocol.mjs URL TOKEN SOCKETS [long]
//
// SOCKETS is how many sockets the server allows to one token. long: also what
// takes a minute.
import './browser.mjs';
import assert from 'node:assert/strict';
import { idleness } from './protocol/idleness.mjs';
import { refusals } from './protocol/refusals.mjs';
import { returns } from './protocol/returns.mjs';
import { Server } from './protocol/server.mjs';
import { sharing } from './protocol/sharing.mjs';

const [url, token, sockets, long] = process.argv.slice(2);
const server = new Server(url, token);
const cases = Object.entries({ ...refusals, ...returns, ...sharing, ...(long ? idleness : {}) });
await Promise.all(cases.map(async ([name, run]) => {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error('nothing more happens')), long ? 90_000 : 20_000);
  });
  try {
    await Promise.race([run({ server, token: await server.makeToken(), sockets: Number(sockets), assert }), late]);
    console.log(JSON.stringify({ name }));
  } catch (err) {
    console.log(JSON.stringify({ name, error: err.stack ?? JSON.stringify(err) }));
  } finally {
    clearTimeout(timer);
  }
}));
process.exit();
