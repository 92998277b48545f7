import { createClient } from 'graphql-sse';
import { pause } from './resume.mjs';

// A client of graphql-sse that comes back however often it is cut off, unless
// it is refused. Its own retries know neither the one nor the other.
export function overSSE({ url, token, wait = pause }) {
  const client = createClient({
    url,
    headers: async () => ({ Authorization: `Bearer ${await token()}` }),
    retryAttempts: 0,
  });
  return {
    subscribe(request, sink) {
      let stop;
      let over = false;
      let tries = 0;
      function open() {
        stop = client.subscribe(request, {
          next(result) {
            tries = 0;
            sink.next(result);
          },
          complete: () => sink.complete(),
          async error(err) {
            const status = err.response?.status;
            if (status >= 400 && status < 500 && status !== 429) return sink.error(err);
            await wait(tries++);
            if (!over) open();
          },
        });
      }
      open();
      return () => {
        over = true;
        stop();
      };
    },
  };
}
