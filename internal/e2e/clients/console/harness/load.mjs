// A live load: meetings that are booked and called off, and a receiver that is told.
import { createServer } from 'node:http';
import { api } from './api.mjs';

const atOnce = 16;

/** Prepares an event type and a webhook of the token's app, and a receiver for it. */
export async function prepareLoad(base, token) {
  const client = api({ urls: [base], owner: { token } });
  const { createEventType } = await client.api(`mutation { createEventType(input: {
    name: "Load", slug: "load-${Date.now()}", durationMinutes: 15 }) { id } }`);
  const receiver = await receive();
  await client.webhook(receiver.url);
  let slots = 0;
  let booked = [];
  const one = async () => { // a booking, or the end of one
    const meeting = booked.length > 20 || (booked.length > 0 && slots % 2) ? booked.shift() : undefined;
    if (meeting) return client.cancel(meeting);
    const start = new Date(Math.ceil(Date.now() / 3.6e6) * 3.6e6 + 86_400_000 + 900_000 * (slots++ % 30_000)).toISOString();
    booked.push(await client.book({ start, eventTypeId: createEventType.id }));
  };
  return {
    received: receiver.count,
    close: receiver.close,
    /** Makes n events as fast as may be. */
    async fill(n, progress) {
      let begun = 0;
      await Promise.all(Array.from({ length: atOnce }, async () => {
        while (begun++ < n) {
          await one();
          if (begun % 500 === 0) progress(begun);
        }
      }));
    },
    /** Makes events at a rate until it is stopped, and says how many were made and how many could not be. */
    start(perSecond) {
      const counts = { asked: 0, made: 0, failed: 0, leftOut: 0, error: undefined };
      const began = performance.now();
      const running = new Set();
      const timer = setInterval(() => {
        for (const due = (performance.now() - began) / 1000 * perSecond; counts.asked < due; counts.asked++) {
          if (running.size >= 64) {
            counts.leftOut++;
            continue;
          }
          const event = one().then(() => counts.made++, (fault) => { counts.failed++; counts.error ??= fault.message; });
          running.add(event);
          event.finally(() => running.delete(event));
        }
      }, 10);
      return async () => {
        clearInterval(timer);
        await Promise.all(running);
        return counts;
      };
    },
  };
}

/** A receiver that answers 204 and counts. */
function receive() {
  let count = 0;
  const server = createServer((request, answer) => {
    request.resume().on('end', () => {
      count++;
      answer.writeHead(204).end();
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({
      url: `http://127.0.0.1:${server.address().port}/hook`,
      count: () => count,
      close() {
        server.close();
        server.closeAllConnections();
      },
    }));
  });
}
