// Runs the audit suite of GraphQL over HTTP against a server and prints one
// line of JSON: how many audits passed, and what the others say.
//
//   node audit.mjs URL TOKEN
import { serverAudits } from 'graphql-http';

const [url, token] = process.argv.slice(2);

async function fetchFn(input, init = {}) {
  const headers = new Headers(init.headers);
  headers.set('Authorization', `Bearer ${token}`);
  return fetch(input, { ...init, headers });
}

let ok = 0;
const others = [];
for (const audit of serverAudits({ url, fetchFn })) {
  const result = await audit.fn();
  if (result.status === 'ok') ok++;
  else others.push(`${result.status} ${audit.id} ${audit.name}: ${result.reason}`);
}
console.log(JSON.stringify({ ok, others }));
