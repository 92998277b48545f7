// Nobody says anything for longer than the server lets pass.
import { listen } from './server.mjs';

export const idleness = {
  async 'an answer to the pings of the server keeps a silent socket'({ server, token, assert }) {
    let pings = 0;
    const client = server.client(token, { on: { ping: (received) => { if (received) pings++; } } });
    const listener = listen(client);
    while (pings < 3) await new Promise((done) => client.on('ping', done)); // a minute: one who is silent has 45 seconds
    assert.equal(client.connections, 1);
    listener.end();
  },

  async 'without answers the socket is dropped, and the client comes back'({ server, token, assert }) {
    const client = server.client(token, { disablePong: true });
    const listener = listen(client);
    await new Promise((done) => client.on('closed', done));
    await new Promise((done) => client.on('connected', done));
    assert.equal(client.connections, 2);
    assert.equal(listener.error, undefined);
    listener.end();
  },
};
