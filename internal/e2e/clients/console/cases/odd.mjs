// What comes from outside and is not as one expects it: addresses, texts, names,
// answers that take their time.
import assert from 'node:assert/strict';
import { count, gone, modules, shown, test } from '../index.mjs';

/** A module of the console, as the page has it. */
const within = (page, file, name, ...args) => page.evaluate(async ([file, name, args]) => {
  const module = await import(new URL(file, document.querySelector('script[type=module]').src).href);
  return module[name](...args);
}, [file, name, args]);

test('addresses that make no sense', { once: true }, async ({ page, goto, signIn, step, book }) => {
  const { id } = await book();
  await signIn();
  const opens = (path, title, more) => step(path, async () => {
    await goto(path);
    await shown(page.getByRole('heading', { name: title, exact: true, level: 1 }));
    await shown(more());
  });
  const here = () => page.locator(`a[href$="/meetings/${id}"]`).first();
  await opens('/meetings?until=2026-11-2', 'Meetings', here); // not what the field of a date holds
  await opens('/meetings?from=x&until=9999-12-31', 'Meetings', here);
  await opens('/meetings?from=%2B275760-09-13', 'Meetings', here);
  await opens('/meetings?eventType=__proto__&status=constructor', 'Meetings', () => page.getByText('No meeting matches'));
  await opens('/deliveries?trigger=constructor&since=toString', 'Deliveries', () => page.getByText('No delivery passes these filters'));
  await opens('/?window=constructor', 'Dashboard', () => page.getByText(/Last 60 minutes, live/));
  await opens('/settings/audit?of=toString', 'Audit log', () => page.getByRole('table'));
});

test('days and times', { once: true }, async ({ page, goto }) => {
  await goto('/sign-in');
  const instant = (wall, zone = 'Europe/Madrid') => page.evaluate(async ([wall, zone]) => {
    const { instantOf } = await import(new URL('core/wall.js', document.querySelector('script[type=module]').src).href);
    return instantOf(wall, zone)?.toISOString() ?? null;
  }, [wall, zone]);
  for (const [wall, want] of [
    ['2026-11-22', '2026-11-21T23:00:00.000Z'], ['2026-11-22T09:30', '2026-11-22T08:30:00.000Z'],
    ['2026-03-29T02:30', '2026-03-29T01:30:00.000Z'], ['2026-10-25T02:30', '2026-10-25T00:30:00.000Z'], // skipped; twice
    ['', null], ['2026', null], ['2026-1-2', null], ['1', null], ['2026-13-01', null], ['+275760-09-13', null], ['2026-11-22x', null],
  ]) assert.equal(await instant(wall), want, wall);
  assert.equal(await instant('2026-04-24', 'Africa/Cairo'), '2026-04-23T22:00:00.000Z'); // has no midnight
});

test('what receivers say', { once: true }, async ({ page, goto }) => {
  await goto('/sign-in');
  await modules(page);
  const odd = 'it said 2026-99-99T99:99:99Z and <img src=x onerror=alert(1)> at 2026-11-22T08:30:00Z';
  const text = await page.evaluate(async (odd) => {
    const { prose } = await import(new URL('ui/prose.js', document.querySelector('script[type=module]').src).href);
    window.core.dom.render(window.room, window.core.dom.html`${prose(odd)}`);
    return [window.room.textContent, window.room.querySelectorAll('time').length, window.room.querySelectorAll('img').length];
  }, odd);
  assert.deepEqual(text, ['It said 2026-99-99T99:99:99Z and <img src=x onerror=alert(1)> at 22 Nov 2026, 09:30.', 1, 0]);
  assert.match(await within(page, 'ui/prose.js', 'plainProse', odd), /^It said 2026-99-99T99:99:99Z .* at 22 Nov 2026, 09:30\.$/);
});

test('texts that are made to take long', { once: true }, async ({ page, goto, signIn }) => {
  await signIn();
  await goto('/graphiql');
  await shown(page.getByRole('textbox', { name: 'Query' }));
  const took = await page.evaluate(async () => {
    const at = document.querySelector('script[type=module]').src;
    const [{ code }, { withoutSecrets }] = await Promise.all(['ui/code.js', 'explorer/keep.js'].map((file) => import(new URL(file, at).href)));
    const json = (text) => code(text, { label: 'x', grammar: 'json' });
    const time = (what, text) => {
      const begun = performance.now();
      what(text);
      return Math.round(performance.now() - begun);
    };
    return {
      cut: time(json, `{"body": "${'\\"'.repeat(30_000)}`), quotes: time(json, '"\\'.repeat(30_000)), word: time(withoutSecrets, 'a'.repeat(32_768)),
      names: time(withoutSecrets, 'token'.repeat(6_500)), colons: time(withoutSecrets, 'token:"""'.repeat(3_600)),
    };
  });
  for (const [name, ms] of Object.entries(took)) assert.ok(ms < 500, `${name} takes ${ms} ms`);
});

test('headers that are named like what every object has', { once: true }, async ({ page, goto, signIn, webhook, server }) => {
  const { id } = await webhook((await server.receiver()).url);
  await signIn();
  await goto(`/settings/webhooks/${id}`);
  await page.getByText('Check a signature that your program refuses').click();
  await page.getByLabel('Headers').fill('constructor: x\n__proto__: y\ntoString: z');
  await page.getByLabel('Body').fill('{}');
  await page.getByLabel('Secret token').fill('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
  await page.getByRole('button', { name: 'Check signature' }).click();
  await shown(page.getByText('The signature is not valid.'));
});

test('what is shown this once cannot be missed', { once: true }, async ({ page, goto, signIn, step, api }) => {
  await signIn();
  await goto('/settings/tokens');
  let answer = () => {};
  await page.route('**/graphql', async (route) => {
    if (route.request().postData()?.includes('createAccessToken')) await new Promise((go) => { answer = go; });
    await route.continue();
  });
  await page.getByRole('button', { name: 'Create token' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Create token' });
  await dialog.getByLabel('Name').fill('Held up');
  const asked = page.waitForRequest((r) => Boolean(r.postData()?.includes('createAccessToken')));
  await dialog.getByRole('button', { name: 'Create token' }).click();
  await asked;
  await step('it stays while the server makes it', async () => {
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await dialog.getByRole('button', { name: 'Close' }).click();
    await count(dialog, 1);
  });
  answer();
  await step('and is shown', async () => {
    const made = page.getByRole('dialog', { name: 'Your token' });
    const token = await made.getByLabel('Access token').textContent();
    assert.equal((await api('{ viewer { role } }', {}, token)).viewer.role, 'OWNER');
    await page.keyboard.press('Escape');
    await gone(made);
  });
});

test('the explorer, where it is refused, and what it keeps', { once: true }, async ({ page, goto, signIn, step }) => {
  await signIn();
  await goto('/graphiql');
  const query = page.getByRole('textbox', { name: 'Query' });
  await step('a subscription that is refused has ended', async () => {
    await query.fill('subscription { replayProgress(id: "rpl_none") { id } }');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await shown(page.getByText('The server ended it'));
    await shown(page.getByText(/"errors"/));
    await count(page.getByRole('button', { name: 'Stop' }), 0);
  });
  await step('no secret is kept, nor in a link', async () => {
    const secrets = [
      '{"secret": "abc def", "headers": {"Authorization": "Bearer abc def", "X-Api-Key": "abc def"}}',
      '{"clientCertificate": {"key": "-----BEGIN EC PRIVATE KEY-----\\nabc def\\n-----END EC PRIVATE KEY-----"}}',
      'mutation { a(input: {secret: """abc def""", password: "abc \\" abc def"}) { id } }', 'slc_abcabcabc', 'whsec_abc/abc+abc=',
    ];
    for (const text of secrets) assert.doesNotMatch(await within(page, 'explorer/keep.js', 'withoutSecrets', text), /abc/, text);
    const plain = '{"eventTypeId": "ety_abc", "idempotencyKey": "abc", "name": "A token of thanks: \\"abc\\""}';
    assert.equal(await within(page, 'explorer/keep.js', 'withoutSecrets', plain), plain);
  });
});

test('answers that come when one has gone elsewhere', { once: true }, async ({ page, goto, signIn, step, webhook, api, server }) => {
  const { id } = await webhook((await server.receiver()).url);
  await signIn();
  const hold = (what) => { // the next request that has this in it, until it is let go
    let free;
    const freed = new Promise((done) => { free = done; });
    return new Promise((asked) => {
      void page.route('**/graphql', async (route) => {
        if (!route.request().postData()?.includes(what)) return route.fallback();
        const answer = await route.fetch();
        asked(async () => {
          const late = page.waitForResponse((r) => r.request() === route.request());
          free();
          await (await late).finished();
          await page.evaluate(() => new Promise((go) => { requestAnimationFrame(() => requestAnimationFrame(go)); }));
        });
        await freed;
        await route.fulfill({ response: answer });
      });
    });
  };
  const elsewhere = async () => {
    await page.getByRole('link', { name: 'Tokens' }).click();
    await shown(page.getByRole('heading', { name: 'Tokens', level: 1 }));
  };
  const still = async () => {
    assert.match(page.url(), /\/settings\/tokens$/);
    assert.equal(await page.title(), 'Tokens · slotcast');
  };
  await step('what was saved leads nowhere', async () => {
    await goto(`/settings/webhooks/${id}/edit`);
    const asked = hold('updateWebhook');
    await page.getByRole('group', { name: 'Event triggers' }).getByLabel('Meeting Canceled').uncheck();
    await page.getByRole('button', { name: 'Save' }).click();
    const letGo = await asked;
    await elsewhere();
    await letGo();
    await still();
    const { webhook: saved } = await api('query($id: ID!) { webhook(id: $id) { triggers } }', { id });
    assert.deepEqual(saved.triggers, ['MEETING_BOOKED', 'MEETING_RESCHEDULED']);
  });
  await step('what was loaded names nothing', async () => {
    const asked = hold('successRate');
    await goto(`/settings/webhooks/${id}`);
    const letGo = await asked;
    await elsewhere();
    await letGo();
    await still();
  });
});

test('a webhook page, where something comes while it loads', { once: true }, async ({ page, goto, signIn, webhook, book, server }) => {
  const { id } = await webhook((await server.receiver()).url);
  await signIn();
  let held = null;
  await page.route('**/graphql', async (route) => {
    const answer = await route.fetch();
    if (held !== null && route.request().postData()?.includes('successRate')) {
      const { go, wait } = held;
      held = null;
      go(); // it has what was so before
      await wait;
    }
    await route.fulfill({ response: answer });
  });
  await goto(`/settings/webhooks/${id}`);
  await shown(page.getByText('Nothing was sent yet'));
  let release = () => {};
  const reached = new Promise((go) => { held = { go, wait: new Promise((done) => { release = done; }) }; });
  await book();
  await reached;
  const rows = page.getByRole('table', { name: 'Latest deliveries, the newest first' }).getByRole('row').filter({ hasText: 'Delivered' });
  await book();
  await count(rows, 2); // nothing else comes by itself
  const late = page.waitForResponse((r) => Boolean(r.request().postData()?.includes('successRate')));
  release();
  await (await late).finished();
  await page.evaluate(() => new Promise((go) => { requestAnimationFrame(() => requestAnimationFrame(go)); }));
  await count(rows, 2);
});
