// What the server closes with a code on which graphql-ws comes back.
import { meetingEvents } from '../live/plain.mjs';
import { overWebSocket } from '../live/websocket.mjs';
import { listen, me, run } from './server.mjs';

const soon = () => new Promise((done) => setTimeout(done, 50));

export const returns = {
  async 'no connection_init in time is 4408, and tried again'({ server, token, assert }) {
    let first = true;
    const client = server.client(token, {
      connectionParams() {
        if (!first) return { Authorization: `Bearer ${token}` };
        first = false;
        return new Promise(() => {});
      },
    });
    const { results } = await run(client, me);
    assert.equal(results[0].data.viewer.role, 'OWNER');
    assert.equal(client.codes[0], 4408);
    assert.equal(client.connections, 2);
  },

  async 'too many sockets are 1013, and tried again'({ server, token, sockets, assert }) {
    const holders = await Promise.all(Array.from({ length: sockets }, () => {
      const client = server.client(token);
      const holder = listen(client);
      return new Promise((done) => client.on('connected', () => done(holder)));
    }));
    const late = server.client(token);
    const waiting = listen(late);
    await new Promise((done) => late.on('closed', done));
    assert.equal(late.codes[0], 1013);
    assert.equal(waiting.error, undefined);
    holders[0].end();
    await new Promise((done) => late.on('connected', done));
    for (const listener of [...holders, waiting]) listener.end();
  },

  async 'a token that is taken back is 4403, and the next one goes on'({ server, assert }) {
    const [old, fresh] = [await server.makeRevocable(), await server.makeRevocable()];
    const codes = [];
    let now = old;
    const client = overWebSocket({ url: server.socketURL, token: () => now.token, wait: soon });
    client.on('closed', ({ code }) => codes.push(code));
    const seen = [];
    let more;
    const stop = meetingEvents({
      client, after: await server.present(),
      onEvent: ({ meeting }) => { seen.push(meeting.id); more?.(); },
      onError: (err) => { seen.push(err); more?.(); },
    });
    const until = async (id) => {
      while (!seen.includes(id)) await new Promise((done) => { more = done; });
    };
    const first = await server.book();
    await until(first);
    now = fresh;
    await server.revoke(old.id);
    await new Promise((done) => client.on('closed', done));
    const second = await server.book();
    await until(second);
    assert.equal(codes[0], 4403);
    assert.equal(seen.filter((id) => id === first).length, 1);
    stop();
  },
};
