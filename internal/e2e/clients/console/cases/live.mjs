// core/live.js: the subscriptions of a tab.
import assert from 'node:assert/strict';
import { modules, shown, test, until } from '../index.mjs';

const events = 'subscription ($after: Cursor) { meetingEvents(after: $after) { id } }';

/**
 * Opens a page that follows nothing by itself, and there a subscribe that keeps what comes in window.got[name]. It begins at
 * the end of the log as it is now: nothing says when a subscription runs, and what happens before would be missed.
 */
async function opens({ page, api, signIn, goto }, token) {
  await signIn(token);
  await goto('/settings/tokens');
  await shown(page.getByRole('heading', { name: 'Tokens' }));
  await modules(page);
  const { events } = await api('{ events(first: 1) { pageInfo { endCursor } } }');
  assert.ok(events.pageInfo.endCursor, 'the end of the log');
  await page.evaluate((after) => {
    window.got = {};
    window.stops = {};
    window.follow = (name, document, variables = document.includes('$after') ? { after } : {}) => {
      const got = (window.got[name] = { ids: [], again: 0, errors: [], complete: 0 });
      window.stops[name] = window.core.live.subscribe(document, variables, {
        next: (data) => got.ids.push(data.meetingEvents?.id ?? 'x'),
        again: () => got.again++,
        error: (errors) => got.errors.push(errors[0].extensions?.code),
        complete: () => got.complete++,
      });
    };
  }, events.pageInfo.endCursor);
}

const connection = (page, want) => until(async () => assert.equal(await page.evaluate(() => window.core.live.connection.peek()), want));
const got = (page, name) => page.evaluate((name) => window.got[name], name);
const follow = (page, name, document = events) => page.evaluate(([name, document]) => window.follow(name, document), [name, document]);
const stop = (page, name) => page.evaluate((name) => window.stops[name](), name);

/** Stands between the page and the server: [{route, sent, came, deaf}], where a deaf one hears nothing of the server. */
async function between(page) {
  const sockets = [];
  await page.routeWebSocket(/\/graphql$/, (route) => {
    const socket = { route, sent: [], came: [], deaf: false };
    sockets.push(socket);
    const server = route.connectToServer();
    route.onMessage((text) => {
      socket.sent.push(JSON.parse(text));
      server.send(text);
    });
    server.onMessage((text) => {
      if (socket.deaf) return;
      route.send(text);
      socket.came.push(JSON.parse(text));
    });
  });
  return sockets;
}

const sent = (socket, type) => socket.sent.filter((message) => message.type === type);

test('one socket, and nothing lost or twice when the server is killed', async (given) => {
  const { page, step, api, book, cancel, server } = given;
  const sockets = [];
  page.on('websocket', (socket) => sockets.push(socket));
  await opens(given);
  await step('all go over one', async () => {
    for (const name of ['one', 'two', 'three']) await follow(page, name);
    await follow(page, 'plain', 'subscription { deliveryUpdates { id } }');
    await connection(page, 'open');
    const { id } = await book();
    await cancel({ id });
    await until(async () => assert.equal((await got(page, 'three')).ids.length, 2));
    assert.equal(sockets.length, 1);
    await shown(page.locator('.live'), 'Live');
  });
  await step('the server is killed and comes back', async () => {
    await server.kill();
    await connection(page, 'cut');
    await shown(page.locator('.live'), 'Cut off: connecting again');
    const another = await api('{ __typename }').catch(() => null);
    if (!another) await server.restart(); // it is the only one there is
    for (let i = 0; i < 3; i++) await book();
    if (another) await server.restart();
    await connection(page, 'open');
    await book();
  });
  await step('what came is what happened', async () => {
    const all = (await api('{ events(first: 50) { edges { node { id } } } }')).events.edges.map(({ node }) => node.id);
    assert.equal(all.length, 6);
    for (const name of ['one', 'two', 'three']) {
      await until(async () => assert.deepEqual((await got(page, name)).ids, all));
      assert.equal((await got(page, name)).again, 0);
    }
    assert.equal((await got(page, 'plain')).again, 1);
    assert.equal(sockets.filter((socket) => !socket.isClosed()).length, 1);
  });
});

test('a connection that died silently', { once: true }, async (given) => {
  const { page, step, book } = given;
  const sockets = await between(page);
  await page.clock.install();
  await opens(given);
  await follow(page, 'events');
  await connection(page, 'open');
  await step('pings are answered: nothing happens', async () => {
    for (let i = 1; i <= 4; i++) {
      await page.clock.fastForward(10_000);
      await until(async () => assert.deepEqual([sent(sockets[0], 'ping').length, sockets[0].came.filter(({ type }) => type === 'pong').length], [i, i]));
    }
    assert.equal(sockets.length, 1);
    await connection(page, 'open');
  });
  await step('nobody answers: it connects again', async () => {
    await book();
    await until(async () => assert.equal((await got(page, 'events')).ids.length, 1));
    sockets[0].deaf = true;
    await book();
    await page.clock.fastForward(10_000);
    await page.clock.fastForward(10_000);
    await until(async () => assert.equal(sockets.length, 2));
    await until(async () => assert.equal((await got(page, 'events')).ids.length, 2));
    assert.ok(sent(sockets[1], 'subscribe')[0].payload.variables.after, 'behind its cursor');
  });
});

test('the end of subscriptions', { once: true }, async (given) => {
  const { page, step } = given;
  const sockets = await between(page);
  await page.clock.install();
  await opens(given);
  await step('each says complete', async () => {
    await follow(page, 'one');
    await follow(page, 'two');
    await connection(page, 'open');
    await stop(page, 'one');
    await stop(page, 'one');
    await until(async () => assert.deepEqual(sent(sockets[0], 'complete').map(({ id }) => id), [sent(sockets[0], 'subscribe')[0].id]));
  });
  await step('the socket waits for another page', async () => {
    await stop(page, 'two');
    await page.clock.fastForward(3000);
    await follow(page, 'three');
    await page.clock.fastForward(3000);
    await connection(page, 'open');
    assert.equal(sockets.length, 1);
  });
  await step('and closes some seconds after the last', async () => {
    await stop(page, 'three');
    await page.clock.fastForward(4500);
    await connection(page, 'idle');
    await follow(page, 'four');
    await connection(page, 'open');
    assert.equal(sockets.length, 2);
  });
  await step('one that the server ends is over, and the socket too', async () => {
    await stop(page, 'four');
    await follow(page, 'bad', 'subscription { nothing }');
    await until(async () => assert.equal((await got(page, 'bad')).errors.length, 1));
    await page.clock.fastForward(4500);
    await connection(page, 'idle');
  });
});

test('a cursor that is too old', { once: true }, async (given) => {
  const { page, step, book } = given;
  const sockets = await between(page);
  await opens(given);
  await follow(page, 'events');
  await connection(page, 'open');
  await book();
  await until(async () => assert.equal((await got(page, 'events')).ids.length, 1));
  await step('begins anew, and says so', async () => {
    const [{ id }] = sent(sockets[0], 'subscribe');
    sockets[0].route.send(JSON.stringify({ id, type: 'error', payload: [{ message: 'gone', extensions: { code: 'CURSOR_EXPIRED' } }] }));
    await until(async () => assert.equal(sent(sockets[0], 'subscribe').length, 2));
    const next = sent(sockets[0], 'subscribe')[1];
    assert.deepEqual([next.id === id, next.payload.variables, (await got(page, 'events')).again], [false, {}, 1]);
    await until(async () => { await book(); assert.ok((await got(page, 'events')).ids.length >= 2); });
  });
  await step('and still ends', async () => {
    await stop(page, 'events');
    await until(async () => assert.deepEqual(sent(sockets[0], 'complete').map(({ id }) => id), [sent(sockets[0], 'subscribe')[1].id]));
  });
});

test('when the socket is refused', { once: true }, async (given) => {
  const { page, step, api, allow, owner } = given;
  const { createAccessToken } = await api('mutation($a: ID!) { createAccessToken(input: {name: "tab", agentId: $a}) { token accessToken { id } } }', { a: owner.id });
  const sockets = await between(page);
  await opens(given, createAccessToken.token);
  await follow(page, 'events');
  await connection(page, 'open');
  const heading = page.getByRole('heading', { name: 'Sign in' });
  await step('the session is still good: it goes on, whatever a proxy says meanwhile', async () => {
    allow(/502/);
    let asked = 0;
    await page.route('**/session', (route) => (asked++ === 0 ? route.fulfill({ status: 502, body: 'bad gateway' }) : route.fallback()));
    await sockets[0].route.close({ code: 4401, reason: 'no' });
    await until(async () => assert.equal(sockets.length, 2));
    await connection(page, 'open');
    assert.deepEqual([asked, await heading.count()], [1, 0]);
  });
  await step('its token is revoked: the sign-in page', async () => {
    await api('mutation($id: ID!) { revokeAccessToken(id: $id) }', { id: createAccessToken.accessToken.id });
    await shown(heading);
    await connection(page, 'idle');
  });
});

test('tries less and less often, and at once when there is reason to', { once: true }, async (given) => {
  const { page, step } = given;
  await page.clock.install();
  await opens(given);
  let refuse = true;
  const times = [];
  await page.routeWebSocket(/\/graphql$/, async (route) => {
    times.push(await page.evaluate(() => Date.now()));
    if (refuse) await route.close({ code: 1013 });
    else route.connectToServer();
  });
  await page.reload();
  await shown(page.getByRole('heading', { name: 'Tokens' }));
  await modules(page);
  await page.evaluate(() => { window.stop = window.core.live.subscribe('subscription { meetingEvents { id } }', {}, { next() {} }); });
  await step('longer each time, up to some seconds', async () => {
    await until(async () => assert.equal(times.length, 1));
    await connection(page, 'cut');
    await page.clock.pauseAt(Date.now() + 60_000);
    for (let n = times.length; n < 9; n++) {
      for (let ms = 0; times.length <= n && ms < 20_000; ms += 100) await page.clock.runFor(100);
      await connection(page, 'cut');
    }
    const waits = times.slice(-7).map((t, i, all) => (i ? t - all[i - 1] : 0)).slice(1);
    assert.ok(waits.at(-1) > 5000 && waits.every((ms) => ms < 15_000), `waits of ${waits} ms`);
  });
  await step('the tab is seen again', async () => {
    refuse = false;
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await connection(page, 'open');
  });
});
