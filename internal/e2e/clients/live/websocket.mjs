import { createClient } from 'graphql-ws';
import { pause } from './resume.mjs';

// A client of graphql-ws that comes back however often it is cut off, and that
// notices when nobody is there any more. token is a function: it is asked at
// each connection.
export function overWebSocket({ url, token, wait = pause, silence = 10_000 }) {
  let timer;
  const client = createClient({
    url,
    connectionParams: async () => ({ Authorization: `Bearer ${await token()}` }),
    retryAttempts: Infinity,
    retryWait: wait,
    shouldRetry: () => true, // also what is no close code: no network, a refused connection
    connectionAckWaitTimeout: silence,
    keepAlive: silence,
    on: {
      ping: (received) => {
        if (!received) timer = setTimeout(() => client.terminate(), silence);
      },
      pong: (received) => {
        if (received) clearTimeout(timer);
      },
      closed: () => clearTimeout(timer),
    },
  });
  return client;
}
