// Many operations on one socket, and who ends them.
import { listen, me, run } from './server.mjs';

export const sharing = {
  async 'the server completes what has one response'({ server, token, assert }) {
    const client = server.client(token);
    const closed = new Promise((done) => client.on('closed', done));
    const { results, error } = await run(client, me);
    assert.equal(error, undefined);
    assert.deepEqual(results, [{ data: { viewer: { role: 'OWNER' } } }]);
    assert.equal((await closed).code, 1000); // the client's own, when nothing is left
  },

  async 'what a client completes is over, and its id is free'({ server, token, assert }) {
    const after = await server.present();
    const ids = ['1', '2', '1'];
    const client = server.client(token, { generateID: () => ids.shift() });
    const [first, other] = [listen(client, { after }), listen(client, { after })];
    const before = await server.book();
    await first.until(({ ids }) => ids.includes(before));
    first.end();
    await first.until(({ completed }) => completed);
    const count = first.ids.length;
    const again = listen(client, { after }); // what was under way to the first may come here, too: ids had better be new
    const later = await server.book();
    await again.until(({ ids }) => ids.includes(later));
    await other.until(({ ids }) => ids.includes(later));
    assert.equal(first.ids.length, count);
    assert.equal(client.connections, 1);
    for (const listener of [other, again]) listener.end();
  },

  async 'a hundred on one socket, and one too many is refused alone'({ server, token, assert }) {
    const after = await server.present();
    const client = server.client(token);
    const all = Array.from({ length: 100 }, () => listen(client, { after }));
    const booked = await server.book();
    const has = ({ ids }) => ids.includes(booked);
    await Promise.all(all.map((listener) => listener.until(has)));
    const { error } = await listen(client, { after }).until(({ error }) => error);
    assert.equal(error[0].extensions.code, 'LIMIT_EXCEEDED');
    all[0].end();
    await all[0].until(({ completed }) => completed);
    for (let room = false; !room;) { // as soon as the server has ended it
      room = !(await listen(client, { after }).until((l) => l.error || has(l))).error;
    }
    for (const { ids, error } of all) {
      assert.equal(error, undefined);
      assert.deepEqual(ids.slice(0, ids.indexOf(booked) + 1), all[0].ids.slice(0, all[0].ids.indexOf(booked) + 1));
    }
    assert.equal(client.connections, 1);
    await client.dispose();
  },

  async 'pings are answered, with their payload'({ server, token, assert }) {
    let socket;
    let pongs = 0;
    let echoed;
    const client = server.client(token, {
      keepAlive: 30,
      on: { connected: (s) => { socket = s; }, pong: (received) => { if (received) pongs++; } },
    });
    const listener = listen(client);
    await new Promise((done) => client.on('connected', done));
    client.on('pong', (received, payload) => { if (payload) echoed = payload; });
    socket.send(JSON.stringify({ type: 'ping', payload: { at: 1 } }));
    while (pongs < 3 || !echoed) await new Promise((done) => client.on('pong', done));
    assert.deepEqual(echoed, { at: 1 });
    assert.equal(client.connections, 1);
    listener.end();
  },
};
