// Follows meetingEvents with every client, each over an address of its own, and
// prints a line of JSON for each event: {client, id, cursor}; for what is final:
// {client, fault}; for each socket's end: {client, closed}. The first line of its input says how:
//
//   {"token", "after", "addresses": {"<client>": "127.0.0.1:1234"}, "carried": true}
//
// carried: responses carry the cursor, and event streams have it as their ids.
// When the input ends, all clients unsubscribe, and the program ends with them.
import './browser.mjs';
import { createInterface } from 'node:readline';
import * as apollo from './live/apollo.mjs';
import * as eventsource from './live/eventsource.mjs';
import * as plain from './live/plain.mjs';
import { overSSE } from './live/sse.mjs';
import * as urql from './live/urql.mjs';
import { overWebSocket } from './live/websocket.mjs';

const kinds = {
  'graphql-ws': [plain, overWebSocket],
  'graphql-sse': [plain, overSSE],
  apollo: [apollo, overWebSocket],
  urql: [urql, overWebSocket],
  'urql over SSE': [urql, overSSE],
  EventSource: [eventsource],
};

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const config = JSON.parse((await lines.next()).value);
let ending = false;
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const hurry = () => new Promise((done) => setTimeout(done, 20 + 60 * Math.random()));

const ends = Object.entries(config.addresses).map(([name, address]) => {
  const [{ meetingEvents }, over] = kinds[name];
  const token = () => config.token;
  const url = `http://${address}/graphql`;
  const client = over?.({ url: over === overWebSocket ? url.replace('http', 'ws') : url, token, wait: hurry, silence: 500 });
  client?.on?.('closed', ({ code }) => say({ client: name, closed: code }));
  const transport = client && { subscribe: (request, sink) => client.subscribe(request, checked(name, sink)) };
  return meetingEvents({
    url, token, wait: hurry, client: transport, after: config.after,
    onEvent: ({ id, cursor }) => say({ client: name, id, cursor }),
    onError: (err) => say({ client: name, fault: `${err?.message ?? JSON.stringify(err)}` }),
  });
});

// An EventSource waits for as long as the server tells it to, which is seconds: here
// it is told that it is less.
const { fetch } = globalThis;
globalThis.fetch = async (url, init) => {
  const answer = await fetch(url, init);
  if (init?.method === 'POST' || !answer.ok) return answer;
  const hasty = new TransformStream({
    transform(chunk, body) {
      const text = new TextDecoder('latin1').decode(chunk); // a byte is a character
      body.enqueue(text.startsWith('retry: ') ? Buffer.from(text.replace(/^retry: \d+/, 'retry: 50'), 'latin1') : chunk);
    },
  });
  return new Response(answer.body.pipeThrough(hasty), answer);
};

// checked looks at what the libraries hand out before they do it.
function checked(name, sink) {
  return {
    ...sink,
    next(result) {
      const carried = result.extensions?.cursor;
      const cursor = result.data?.meetingEvents?.cursor;
      if (cursor && carried !== cursor && (carried !== undefined || config.carried)) {
        say({ client: name, fault: `extensions.cursor is ${carried}, and the event's ${cursor}` });
      }
      sink.next(result);
    },
    complete() {
      if (!ending) say({ client: name, fault: 'the server has completed the subscription' });
      sink.complete();
    },
  };
}

while (!(await lines.next()).done);
ending = true;
for (const end of ends) end();
