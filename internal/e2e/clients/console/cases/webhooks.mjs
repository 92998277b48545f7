// Settings, Webhooks: to create one, to see what it is sent, and what else is done to it.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { count, gone, shown, soon, test, until, value } from '../index.mjs';

const secret = 'tell nobody: 0123456789 abcdef';

/** Whether one of the message's signatures was made with the secret. */
function signed({ header, body }, by) {
  const [id, time] = [header['Webhook-Id'][0], header['Webhook-Timestamp'][0]];
  const key = by.startsWith('whsec_') ? Buffer.from(by.slice(6), 'base64') : Buffer.from(by);
  const mac = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest('base64');
  return header['Webhook-Signature'][0].split(' ').includes(`v1,${mac}`);
}

/** What the API says of a webhook. */
const asked = async (api, id) => (await api(`query($id: ID!) { webhook(id: $id) {
  subscriberUrl description triggers eventTypeIds state scope headers rateLimitPerMinute secretSince previousSecretUntil successRate behind } }`, { id })).webhook;

/** The id that the page's address ends with. */
const idOf = (page) => /[^/]+$/.exec(new URL(page.url()).pathname)[0];

/** A field that was refused: it has the focus, and a screen reader is told why. */
async function refused(field, message) {
  await until(async () => {
    const why = await field.evaluate((e) => {
      const described = (e.getAttribute('aria-describedby') ?? e.closest('fieldset')?.getAttribute('aria-describedby') ?? '').split(' ');
      return { focused: document.activeElement === e, text: described.map((id) => document.getElementById(id)).find((d) => d?.className === 'error')?.textContent };
    });
    assert.equal(why.focused, true, 'the field has no focus');
    if (message instanceof RegExp) assert.match(why.text ?? '', message);
    else assert.equal(why.text, message);
  });
}

/** What the API says to the same, as a sentence. */
async function refusal(ask) {
  const { message } = await ask().then(() => assert.fail('it is taken'), (fault) => fault);
  const text = /BAD_USER_INPUT: (.*)/.exec(message)?.[1];
  assert.ok(text, message);
  return `${text[0].toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}

/** The dialog that is open. */
const dialogOf = (page) => page.getByRole('dialog');

const copied = async (page, context, base) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(base).origin });
  return { text: () => page.evaluate(() => navigator.clipboard.readText()) };
};

test('six steps create one, and a booking arrives', async ({ page, context, base, step, signIn, goto, newPage, expectLive, api, book, owner, server }) => {
  const receiver = await server.receiver();
  const clipboard = await copied(page, context, base);
  await signIn();
  await page.clock.install(); // of all pages, which rest between two looks at the figures: that is gone through fast
  let id;
  await step('1: Settings, Webhooks, Create webhook', async () => {
    await goto('/settings/tokens');
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Webhooks' }).click();
    await shown(page.getByRole('heading', { name: 'No webhooks yet' }));
    await page.getByRole('link', { name: 'Create webhook' }).click();
  });
  await step('2: the Subscriber URL', () => page.getByLabel('Subscriber URL').fill(receiver.url));
  await step('3: the triggers, by their check-boxes', async () => {
    for (const name of ['Meeting Booked', 'Meeting Canceled', 'Meeting Rescheduled']) await page.getByRole('checkbox', { name, exact: true }).check();
  });
  await step('4: the event type', async () => {
    await page.getByRole('radio', { name: 'Only some' }).check();
    await page.getByRole('checkbox', { name: 'Intro call' }).check();
  });
  await step('5: the secret token', () => page.getByLabel('Secret token').fill(secret));
  await step('6: Save, and the confirmation', async () => {
    await page.getByRole('button', { name: 'Save' }).click();
    await shown(page.getByRole('heading', { name: 'Webhook created', level: 1 }));
    await shown(page.getByRole('status').filter({ hasText: 'Webhook created.' }).filter({ hasText: receiver.url }));
    await until(async () => assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Webhook created'));
  });
  await step('the secret is shown, and copied', async () => {
    const box = page.getByRole('region', { name: 'Secret token' });
    await shown(box.getByText(secret, { exact: true }));
    await box.getByRole('button', { name: 'Copy' }).click();
    await shown(box.getByRole('button', { name: 'Copied' }));
    assert.equal(await clipboard.text(), secret);
  });
  await step('and never again', async () => {
    await page.getByRole('link', { name: 'go to the webhook' }).click();
    await shown(page.getByRole('heading', { name: 'Nothing was sent yet' }));
    id = idOf(page);
    await page.reload();
    await shown(page.getByRole('heading', { name: 'Nothing was sent yet' }));
    assert.ok(!(await page.content()).includes(secret), 'the secret is on the page');
  });
  await step('the API has it as it was entered', async () => {
    const { subscriberUrl, triggers, eventTypeIds, state } = await asked(api, id);
    assert.deepEqual({ subscriberUrl, triggers: triggers.sort(), eventTypeIds, state }, {
      subscriberUrl: receiver.url, triggers: ['MEETING_BOOKED', 'MEETING_CANCELED', 'MEETING_RESCHEDULED'], eventTypeIds: [owner.eventTypeId], state: 'ACTIVE',
    });
  });
  const list = await newPage();
  const row = list.getByRole('table', { name: 'Webhooks' }).getByRole('row').filter({ hasText: receiver.url });
  await step('a booking arrives at the receiver, signed, and on the page', async () => {
    await goto('/settings/webhooks', list);
    await shown(row.getByRole('cell').filter({ hasText: 'None yet' }));
    await shown(list.getByText('Live', { exact: true }));
    await shown(page.getByText('Live', { exact: true }));
    const delivery = page.getByRole('table', { name: 'Latest deliveries' }).getByRole('row').filter({ hasText: 'Meeting Booked' });
    const meeting = await expectLive(book, delivery.filter({ hasText: 'Delivered' }).filter({ hasText: '204' }));
    const [message] = await receiver.requests(1);
    assert.ok(message.body.includes(meeting.id), message.body);
    assert.ok(signed(message, secret), 'it is not signed with the secret');
    assert.ok(!signed(message, 'another one'), 'signatures are not looked at');
  });
  await step('and in the figures of the page and of the list', async () => {
    const health = page.getByRole('region', { name: 'Health' });
    await soon(page, health.filter({ hasText: '100%' }).filter({ hasText: /Last delivery\s*Delivered/ }));
    await soon(list, row.filter({ hasText: '100%' }).filter({ has: list.getByRole('link', { name: 'Delivered' }) }));
    assert.equal((await asked(api, id)).successRate, 1);
  });
});

test('what is refused stands by its field', { once: true }, async ({ page, step, signIn, goto, looksRight, api }) => {
  await signIn();
  await goto('/settings/webhooks/new');
  const url = page.getByLabel('Subscriber URL');
  const save = () => page.getByRole('button', { name: 'Save' }).click();
  const create = (input) => refusal(() => api('mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { secret } }', { in: input }));
  await step('no URL', async () => {
    await save();
    await refused(url, /^Enter the URL/);
    assert.equal(await url.getAttribute('aria-invalid'), 'true');
  });
  await step('no trigger', async () => {
    await url.fill('ftp://example.org/hook');
    await until(async () => assert.equal(await url.getAttribute('aria-invalid'), null, 'it is still said to be wrong'));
    await save();
    await refused(page.getByRole('checkbox', { name: 'Meeting Booked' }), /^Choose at least one event trigger/);
  });
  for (const bad of ['ftp://example.org/hook', 'http://10.1.2.3/hook']) {
    await step(`the server's words about ${bad}`, async () => {
      await page.getByRole('checkbox', { name: 'Meeting Booked' }).check();
      await url.fill(bad);
      await save();
      await refused(url, await create({ subscriberUrl: bad, triggers: ['MEETING_BOOKED'] }));
    });
  }
  await step('a field that is folded away comes to light', async () => {
    await url.fill('http://127.0.0.1:9/hook');
    await page.getByText('Advanced').click();
    const header = page.getByLabel('Secret header');
    await header.fill('Host');
    await page.getByText('Advanced').click();
    await gone(header);
    await save();
    await refused(header, await create({ subscriberUrl: 'http://127.0.0.1:9/hook', triggers: ['MEETING_BOOKED'], secretHeader: 'Host' }));
  });
  await looksRight();
  const { webhooks } = await api('{ webhooks { totalCount } }');
  assert.equal(webhooks.totalCount, 0);
});

test('by the keyboard alone', { once: true }, async ({ page, step, signIn, goto, looksRight, api, server }) => {
  const receiver = await server.receiver();
  await signIn();
  await goto('/settings/webhooks');
  const to = async (target) => {
    await shown(target);
    for (let i = 0; i < 60; i++) {
      if (await target.evaluate((e) => e === document.activeElement)) return;
      await page.keyboard.press('Tab');
    }
    assert.fail(`Tab does not lead to ${target}`);
  };
  await step('fill in the form', async () => {
    await to(page.getByRole('link', { name: 'Create webhook' }));
    await page.keyboard.press('Enter');
    await to(page.getByLabel('Subscriber URL'));
    await page.keyboard.type(receiver.url);
    await to(page.getByRole('checkbox', { name: 'Meeting Canceled' }));
    await page.keyboard.press('Space');
    await to(page.getByRole('radio', { name: 'All event types' }));
    await page.keyboard.press('ArrowDown');
    await to(page.getByRole('checkbox', { name: 'Intro call' }));
    await page.keyboard.press('Space');
    await to(page.getByRole('button', { name: 'Save' }));
    await page.keyboard.press('Enter');
  });
  await step('and go on to the webhook', async () => {
    await until(async () => assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Webhook created'));
    await looksRight();
    await to(page.getByRole('link', { name: 'go to the webhook' }));
    await page.keyboard.press('Enter');
    await shown(page.getByRole('heading', { name: receiver.url, level: 1 }));
    await until(async () => assert.equal(await page.evaluate(() => document.activeElement.localName), 'h1'));
    const made = await asked(api, idOf(page));
    assert.deepEqual([made.triggers, made.eventTypeIds.length], [['MEETING_CANCELED'], 1]);
  });
});

test('a test shows the answer', { once: true }, async ({ page, step, signIn, goto, looksRight, api, webhook, server }) => {
  const receiver = await server.receiver();
  const { id, secret: own } = await webhook(receiver.url);
  await signIn();
  await goto(`/settings/webhooks/${id}`);
  const button = page.getByRole('button', { name: 'Send a test' });
  await button.click();
  const dialog = dialogOf(page);
  await dialog.getByLabel('Event trigger').selectOption('Meeting Rescheduled');
  for (const [n, [how, words]] of [[200, 'The receiver answered 200: delivered.'], [500, /500/], [410, /410/]].entries()) {
    await step(`${how}`, async () => {
      await receiver.answer(how);
      await dialog.getByRole('button', { name: n === 0 ? 'Send test' : 'Send another test' }).click();
      await shown(dialog.getByRole('status').filter({ hasText: `Status code ${how}, after` }).filter({ hasText: words }));
    });
  }
  await looksRight();
  await step('none', async () => {
    await receiver.answer('hang');
    await dialog.getByRole('button', { name: 'Send another test' }).click();
    await shown(dialog.getByRole('status').filter({ hasText: 'The receiver has not answered yet' }));
    const messages = await receiver.requests(4);
    assert.equal(messages.length, 4);
    for (const message of messages) {
      assert.ok(message.header['Slotcast-Test'] && signed(message, own), JSON.stringify(message.header));
      assert.match(message.body, /reschedule/i);
    }
    await page.keyboard.press('Escape');
    await gone(dialog);
    assert.equal(await button.evaluate((e) => e === document.activeElement), true, 'the focus is lost');
  });
  await step('they are among the deliveries, as tests', async () => {
    await count(page.getByRole('table', { name: 'Latest deliveries' }).getByRole('row').filter({ hasText: 'Test' }), 4);
    const { deliveries } = await api('query($id: ID!) { deliveries(where: { webhookID: $id }) { edges { node { test status statusCode } } } }', { id });
    const done = deliveries.edges.filter(({ node }) => node.statusCode).map(({ node }) => [node.test, node.status, node.statusCode]).sort((a, b) => a[2] - b[2]);
    assert.deepEqual(done, [[true, 'DELIVERED', 200], [true, 'FAILED', 410], [true, 'FAILED', 500]]);
  });
});

test('pause, resume, rotate', { once: true }, async ({ page, context, base, step, signIn, goto, looksRight, api, book, webhook, server }) => {
  const receiver = await server.receiver();
  const { id, secret: old } = await webhook(receiver.url);
  const clipboard = await copied(page, context, base);
  const dialog = dialogOf(page);
  const badge = page.locator('.page-head');
  let booked = 0; // several times, since a worker may go by the settings of a second ago
  await signIn();
  await goto(`/settings/webhooks/${id}`);
  await step('what happens in a pause is kept', async () => {
    await page.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByRole('button', { name: 'Keep as it is' }).click();
    await gone(dialog);
    assert.equal((await asked(api, id)).state, 'ACTIVE');
    await page.getByRole('button', { name: 'Pause' }).click();
    await dialog.getByRole('button', { name: 'Pause webhook' }).click();
    await shown(badge, 'Paused');
    await shown(page.getByRole('status').filter({ hasText: 'The webhook is paused.' }));
    await count(page.getByRole('button', { name: 'Pause', exact: true }), 0);
    assert.equal((await asked(api, id)).state, 'PAUSED');
    await until(async () => {
      await book();
      booked++;
      assert.ok((await asked(api, id)).behind > 0, 'nothing is kept');
    });
    assert.ok((await receiver.requests()).length < booked, 'all was sent');
  });
  await step('and sent afterwards', async () => {
    await page.getByRole('button', { name: 'Resume' }).click();
    await dialog.getByRole('button', { name: 'Resume webhook' }).click();
    await shown(badge, 'Active');
    for (const message of await receiver.requests(booked)) assert.ok(signed(message, old));
    assert.equal((await asked(api, id)).state, 'ACTIVE');
  });
  const signedBy = (secrets, want) => until(async () => {
    const { length } = await receiver.requests();
    await book();
    const message = (await receiver.requests(length + 1)).at(-1);
    assert.deepEqual(secrets.map((s) => signed(message, s)), want);
  });
  let now;
  await step('another secret is shown, once', async () => {
    await page.getByRole('button', { name: 'Rotate secret' }).click();
    await dialog.getByLabel('The old secret stays valid').selectOption('For an hour');
    await dialog.getByRole('button', { name: 'Rotate secret' }).click();
    await shown(page.getByRole('dialog', { name: 'The new secret token' }));
    now = await dialog.getByLabel('Secret token').textContent();
    assert.match(now, /^whsec_/);
    assert.notEqual(now, old);
    await dialog.getByRole('button', { name: 'Copy' }).first().click();
    await until(async () => assert.equal(await clipboard.text(), now));
    const { previousSecretUntil, secretSince } = await asked(api, id);
    const end = await page.evaluate((at) => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at)), previousSecretUntil);
    assert.ok(Math.abs(new Date(previousSecretUntil) - new Date(secretSince) - 3_600_000) < 60_000, `${secretSince}, ${previousSecretUntil}`);
    await shown(dialog.getByText(`The old one stays valid until ${end}.`));
    await looksRight();
    await dialog.getByRole('button', { name: 'I have copied it' }).click();
    await gone(dialog);
    await shown(page.getByRole('region', { name: 'Settings' }), `The old one stays valid until ${end}`);
    await until(async () => assert.ok(!(await page.content()).includes(now), 'the secret is still on the page'));
  });
  await step('and signs beside the old one', () => signedBy([secret, now, old], [false, true, true]));
  await step('or in its place, and is as one wishes', async () => {
    await page.getByRole('button', { name: 'Rotate secret' }).click();
    await dialog.getByLabel('The old secret stays valid').selectOption('Not at all: it has leaked');
    const field = dialog.getByLabel('New secret token');
    await field.fill(`${secret} `);
    await dialog.getByRole('button', { name: 'Rotate secret' }).click();
    await refused(field, await refusal(() => api('mutation($id: ID!, $in: RotateWebhookSecretInput) { rotateWebhookSecret(id: $id, input: $in) { secret } }', { id, in: { secret: `${secret} ` } })));
    await field.fill(secret);
    await dialog.getByRole('button', { name: 'Rotate secret' }).click();
    await shown(dialog.getByText('There is no other valid secret any more.'));
    await page.keyboard.press('Escape');
    await signedBy([secret, now, old], [true, false, false]);
  });
});

test('help with signatures', { once: true }, async ({ page, step, signIn, goto, book, webhook, server, looksRight }) => {
  const receiver = await server.receiver();
  const { id } = await webhook(receiver.url, { secret });
  await book();
  const [message] = await receiver.requests(1);
  await signIn();
  await goto(`/settings/webhooks/${id}`);
  await step('code, by the arrow keys', async () => {
    await page.getByText('Code that verifies it').click();
    const tab = (name) => page.getByRole('tab', { name, exact: true });
    const chosen = async (name, code) => {
      await shown(page.getByRole('tabpanel', { name, exact: true }), code);
      assert.equal(await tab(name).evaluate((e) => e === document.activeElement), true, `${name} has no focus`);
    };
    await tab('Go').click();
    await chosen('Go', 'crypto/hmac');
    for (const [key, name, code] of [['ArrowRight', 'Node', 'timingSafeEqual'], ['End', 'PHP', 'hash_hmac'], ['ArrowRight', 'Go', 'crypto/hmac'], ['ArrowLeft', 'PHP', 'hash_hmac'], ['ArrowLeft', 'Ruby', 'OpenSSL'], ['Home', 'Go', 'crypto/hmac'], ['ArrowRight', 'Node', 'timingSafeEqual']]) {
      await page.keyboard.press(key);
      await chosen(name, code);
      assert.equal(await page.getByRole('tab', { selected: true }).count(), 1);
    }
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-label')), 'Verifying in Node');
  });
  await step('a signature that is right, and one that is not', async () => {
    await page.getByText('Check a signature that your program refuses').click();
    const headers = page.getByLabel('Headers');
    const check = () => page.getByRole('button', { name: 'Check signature' }).click();
    const verdict = page.getByRole('status').filter({ hasText: 'signature is' });
    await headers.fill('this is no header');
    await page.getByLabel('Body', { exact: true }).fill(message.body);
    await page.getByLabel('Secret token').fill(secret);
    await check();
    await refused(headers, /^“this is no header” is not a header/);
    await headers.fill(Object.entries(message.header).map(([name, [text]]) => `${name}: ${text}`).join('\n'));
    await check();
    await shown(verdict, 'The signature is valid.');
    await count(verdict.getByText('Failed'), 0);
    await page.getByLabel('Secret token').fill('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
    await check();
    await shown(verdict, 'The signature is not valid.');
    await count(verdict.getByRole('listitem').filter({ hasText: 'Failed' }), 1);
  });
  await looksRight();
});

test('edit and delete', { once: true }, async ({ page, step, signIn, goto, axe, api, webhook, server }) => {
  const receiver = await server.receiver();
  const { id } = await webhook(receiver.url, { description: 'For the office', headers: { 'X-Room': '12' }, rateLimitPerMinute: 90 });
  const before = await asked(api, id);
  const sent = []; // the inputs of updates
  page.on('request', (request) => {
    const asks = request.method() === 'POST' && request.url().endsWith('/graphql') ? request.postDataJSON() : {};
    if (asks.query?.includes('updateWebhook')) sent.push(asks.variables.input);
  });
  await signIn();
  const description = page.getByLabel('Description');
  const save = () => page.getByRole('button', { name: 'Save' }).click();
  const edit = async () => {
    await page.getByRole('link', { name: 'Edit' }).click();
    await value(page.getByLabel('Subscriber URL'), receiver.url);
    await page.getByText('Advanced').click();
  };
  await step('what was not changed is not sent', async () => {
    await goto(`/settings/webhooks/${id}`);
    await edit();
    await value(description, 'For the office');
    await value(page.getByLabel('Value of header 1'), '12');
    await value(page.getByLabel('Rate limit'), '90');
    await save();
    await shown(page.getByRole('status').filter({ hasText: 'Nothing was changed.' }));
    assert.deepEqual(sent, []);
  });
  await step('what the server refuses stands by its field', async () => {
    await edit();
    await page.getByLabel('Subscriber URL').fill('http://192.168.7.7/hook');
    await description.fill('For the garden');
    await save();
    await refused(page.getByLabel('Subscriber URL'), await refusal(() => api('mutation($id: ID!) { updateWebhook(id: $id, input: { subscriberUrl: "http://192.168.7.7/hook" }) { id } }', { id })));
    assert.deepEqual(await asked(api, id), before);
  });
  await step('what was changed is sent, and nothing else', async () => {
    await page.getByLabel('Subscriber URL').fill(receiver.url);
    await page.getByRole('checkbox', { name: 'Meeting Canceled' }).uncheck();
    await save();
    await shown(page.getByRole('status').filter({ hasText: 'Webhook saved.' }));
    await shown(page.getByText('For the garden'));
    const changes = { triggers: ['MEETING_BOOKED', 'MEETING_RESCHEDULED'], description: 'For the garden' };
    assert.deepEqual(sent.at(-1), changes);
    assert.deepEqual(await asked(api, id), { ...before, ...changes });
  });
  await step('it is deleted by who types its host', async () => {
    await page.getByRole('button', { name: 'Delete' }).click();
    const yes = dialogOf(page).getByRole('button', { name: 'Delete webhook' });
    const typed = dialogOf(page).getByRole('textbox');
    await typed.fill('example.org');
    assert.equal(await yes.isDisabled(), true);
    await page.keyboard.press('Enter');
    assert.equal((await asked(api, id)).state, 'ACTIVE');
    await axe();
    await typed.fill(new URL(receiver.url).host);
    await yes.click();
    await shown(page.getByRole('heading', { name: 'No webhooks yet' }));
    await shown(page.getByRole('status').filter({ hasText: 'The webhook is deleted.' }));
    assert.equal((await api('{ webhooks { totalCount } }')).webhooks.totalCount, 0);
  });
});

test('what a member and a token that only reads may do', { once: true }, async ({ page, step, signIn, goto, looksRight, api, webhook, owner, member, server }) => {
  const receiver = await server.receiver();
  const { id } = await webhook(receiver.url);
  const { createAccessToken } = await api('mutation { createAccessToken(input: { name: "Looks", scopes: [WEBHOOKS_READ] }) { token } }');
  await step('a token that reads has no buttons', async () => {
    await signIn(createAccessToken.token);
    await goto('/settings/webhooks');
    const link = page.getByRole('link', { name: receiver.url });
    await shown(link);
    assert.equal(await page.getByRole('link', { name: 'Create webhook' }).count(), 0);
    await looksRight();
    await link.click();
    await shown(page.getByRole('heading', { name: 'Nothing was sent yet' }));
    for (const name of ['Send a test', 'Pause', 'Rotate secret', 'Replay', 'Delete']) assert.equal(await page.getByRole('button', { name }).count(), 0, name);
    assert.equal(await page.getByRole('link', { name: 'Edit' }).count(), 0);
    for (const path of ['new', `${id}/edit`]) {
      await goto(`/settings/webhooks/${path}`);
      await shown(page.getByRole('heading', { name: 'This page is not for you' }));
    }
  });
  await step('a member sees none but his own, of meetings that he hosts', async () => {
    await signIn(member.token);
    await goto('/settings/webhooks');
    await shown(page.getByRole('heading', { name: 'No webhooks yet' }));
    await page.getByRole('link', { name: 'Create webhook' }).click();
    await page.getByLabel('Subscriber URL').fill(receiver.url);
    await page.getByRole('checkbox', { name: 'Meeting Booked' }).check();
    assert.equal(await page.getByRole('checkbox', { name: 'Routing Form Submitted' }).count(), 0);
    await page.getByText('Advanced').click();
    assert.equal(await page.getByRole('radio', { name: 'All meetings of the organization' }).count(), 0);
    await shown(page.getByText('It hears of the meetings that you host.'));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('link', { name: 'go to the webhook' }).click();
    await shown(page.getByRole('region', { name: 'Settings' }), 'Meetings that its creator hosts');
    assert.equal((await asked(api, idOf(page))).scope, 'USER');
    await signIn(owner.token);
    await goto('/settings/webhooks');
    await count(page.getByRole('link', { name: receiver.url }), 2);
  });
});
