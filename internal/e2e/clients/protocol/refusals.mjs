// What the server refuses with a code that is final for graphql-ws: the sink is
// told, and nobody tries again.
import { meetingEvents as byEventSource } from '../live/eventsource.mjs';
import { meetingEvents } from '../live/plain.mjs';
import { overSSE } from '../live/sse.mjs';
import { listen, me, run } from './server.mjs';

const subscribe = JSON.stringify({ type: 'subscribe', id: '1', payload: { query: me } });

// final wants an operation to fail with a close code on the only connection.
async function final(assert, client, code, query = me) {
  const { error } = await run(client, query);
  assert.equal(error?.code, code);
  assert.deepEqual(client.codes, [code]);
  assert.equal(client.connections, 1);
}

const changed = (name, value) => (key, was) => (key === name ? value : was);

export const refusals = {
  'a wrong token is 4401': ({ server, assert }) => final(assert, server.client('slc_wrong'), 4401),

  'subscribe before connection_ack is 4401': ({ server, token, assert }) =>
    final(assert, server.client(token, { on: { opened: (socket) => socket.send(subscribe) } }), 4401),

  'a connection_init whose payload is no object is 4400': ({ server, token, assert }) =>
    final(assert, server.client(token, { jsonMessageReplacer: changed('payload', 'Bearer') }), 4400),

  'a query that is no string is 4400': ({ server, token, assert }) =>
    final(assert, server.client(token, { jsonMessageReplacer: changed('query', 1) }), 4400),

  'an unknown message is 4400': ({ server, token, assert }) =>
    final(assert, server.client(token, { on: { connected: (socket) => socket.send('{"type":"start"}') } }), 4400),

  'a second connection_init is 4429': ({ server, token, assert }) =>
    final(assert, server.client(token, { on: { connected: (socket) => socket.send('{"type":"connection_init"}') } }), 4429),

  'a message that is too large is 1009': ({ server, token, assert }) =>
    final(assert, server.client(token), 1009, me + ' '.repeat(70_000)),

  async 'an id in use is 4409 for all of the socket'({ server, token, assert }) {
    const client = server.client(token, { generateID: () => 'same' });
    const ends = await Promise.all([listen(client), listen(client)].map((l) => l.until(({ error }) => error)));
    assert.deepEqual(ends.map(({ error }) => error.code), [4409, 4409]);
    assert.equal(client.connections, 1);
  },

  async 'an operation that is not valid is refused alone'({ server, token, assert }) {
    const client = server.client(token);
    const other = listen(client);
    const { error } = await run(client, '{ nothing }');
    assert.equal(error[0].extensions.code, 'GRAPHQL_VALIDATION_FAILED');
    const { results } = await run(client, me);
    assert.equal(results.length, 1);
    assert.equal(other.error, undefined);
    assert.equal(client.connections, 1);
    other.end();
  },

  async 'a cursor of somewhere else is final, over both transports'({ server, token, assert }) {
    const events = { url: server.url, token: () => token };
    for (const client of [server.client(token), overSSE(events)]) {
      const error = await new Promise((onError) => meetingEvents({ client, after: 'elsewhere', onEvent: onError, onError }));
      assert.deepEqual([error[0].extensions.code, error[0].extensions.field], ['BAD_USER_INPUT', 'after']);
    }
    const error = await new Promise((onError) => byEventSource({ ...events, after: 'elsewhere', onEvent: onError, onError }));
    assert.equal(error[0].extensions.code, 'BAD_USER_INPUT');
  },

  async 'event streams with a wrong token are refused for good'({ server, assert }) {
    let asked = 0;
    const events = { url: server.url, wait: () => {}, token: () => { asked++; return 'slc_wrong'; } };
    const refused = await new Promise((onError) => meetingEvents({ client: overSSE(events), onEvent: onError, onError }));
    assert.equal(refused.response.status, 401);
    await new Promise((onError) => byEventSource({ ...events, onEvent: onError, onError }));
    assert.equal(asked, 2);
  },
};
