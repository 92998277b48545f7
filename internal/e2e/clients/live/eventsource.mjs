import { EventSource } from 'eventsource';
import { query } from './query.mjs';
import { pause } from './resume.mjs';

// An EventSource comes back by itself, with the header Last-Event-ID, which the
// server goes by. It gives up only where it is refused.
export function meetingEvents({ url, token, after, onEvent, onError, wait = pause }) {
  let source;
  let tries = 0;
  function open() {
    const variables = JSON.stringify({ after });
    source = new EventSource(`${url}?${new URLSearchParams({ query, variables })}`, {
      fetch: async (input, init) =>
        fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${await token()}` } }),
    });
    source.addEventListener('next', ({ data, lastEventId }) => {
      const result = JSON.parse(data);
      if (result.errors) return refuse(result.errors);
      tries = 0;
      after = lastEventId;
      onEvent(result.data.meetingEvents);
    });
    source.addEventListener('error', async ({ code }) => {
      if (source.readyState !== EventSource.CLOSED) return; // it comes back
      if (code < 500 && code !== 429) return refuse(new Error(`refused with ${code}`));
      await wait(tries++);
      if (source) open();
    });
  }
  function close() {
    source?.close();
    source = null;
  }
  function refuse(err) {
    close();
    onError(err);
  }
  open();
  return close;
}
