// Deliveries: the live list, a delivery's page, replays, and why something was not sent.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { count, gone, shown, test, until, value } from '../index.mjs';

const table = (page) => page.getByRole('table', { name: 'Deliveries, the newest first' });
const rowOf = (page, id) => table(page).getByRole('row').filter({ has: page.locator(`a[href$="/deliveries/${id}"]`) });

/** The ids of the rows, from top to bottom. */
const ids = (page) => table(page).locator('tbody a[href*="/deliveries/dlv_"]').evaluateAll((links) => links.map((a) => a.href.split('/').at(-1)));

/** The rows as they are read: the id, and whether it says that status and that code. */
async function sameAsApi(page, api, where = {}, n = 50) {
  await until(async () => {
    const want = await newest(api, where, n);
    assert.deepEqual(await ids(page), want.map(({ id }) => id));
    const texts = await table(page).locator('tbody tr').allInnerTexts();
    for (const [i, { status, statusCode }] of want.entries()) {
      assert.match(texts[i], new RegExp(`\\b${status}\\b`, 'i'));
      if (statusCode) assert.match(texts[i], new RegExp(`\\b${statusCode}\\b`));
    }
  }, 15_000);
}

/** What the API has of them, the newest first. */
async function newest(api, where = {}, last = 100) {
  const { deliveries } = await api(`query($where: DeliveryWhereInput, $last: Int) { deliveries(last: $last, where: $where) {
    edges { node { id eventId messageId status statusCode attemptCount nextAttemptAt trigger webhookId } } } }`, { where, last });
  return deliveries.edges.map((e) => e.node).reverse();
}

/** Waits until the API has n deliveries that fit, all of them with that status. */
const settled = (api, where, n, status = 'DELIVERED') => until(async () => {
  const all = await newest(api, where);
  assert.deepEqual(all.map((d) => d.status), Array(n).fill(status));
  return all;
}, 20_000);

/** Waits until a page has asked for the list, and once more when it was live. */
async function twice(page) {
  const isList = (answer) => answer.request().postData()?.includes('deliveries(first: $first') ?? false;
  await page.waitForResponse(isList);
  await (await page.waitForResponse(isList)).finished();
}

const one = (api, id, fields) => api(`query($id: ID!) { delivery(id: $id) { ${fields} } }`, { id }).then((data) => data.delivery);
const pause = (api, { id }) => api('mutation($id: ID!) { pauseWebhook(id: $id) { state } }', { id });
const resume = (api, { id }) => api('mutation($id: ID!) { resumeWebhook(id: $id) { state } }', { id });

test('live', async ({ page, step, signIn, goto, expectLive, api, book, webhook, server }) => {
  const receiver = await server.receiver();
  await receiver.answer(500);
  await webhook(receiver.url, { retrySchedule: [1, ...Array(9).fill(3)] });
  await signIn();
  await goto('/deliveries');
  await shown(page.getByRole('heading', { name: 'Nothing was sent yet' }));
  await shown(page.locator('.live-bar').getByText('Live', { exact: true }));
  await step('it comes in and has failed', () => expectLive(() => book(), table(page).getByRole('row', { name: /Meeting Booked.*Pending.*500/ })));
  await step('its row says when it was delivered', async () => {
    const [id] = await ids(page);
    const row = rowOf(page, id);
    await expectLive(() => receiver.answer(200), row.filter({ hasText: '200' }), 'Delivered');
    await count(table(page).locator('tbody tr'), 1);
    const { status, attemptCount } = await one(api, id, 'status attemptCount');
    assert.equal(status, 'DELIVERED');
    await shown(row.getByRole('cell', { name: String(attemptCount), exact: true }));
  });
});

test('after a cut', { once: true }, async ({ page, context, step, signIn, goto, allow, expectLive, api, book, webhook, server }) => {
  const receiver = await server.receiver();
  await receiver.answer(500);
  await webhook(receiver.url, { retrySchedule: [86_400] });
  await book();
  await signIn();
  await goto('/deliveries');
  const bar = page.locator('.live-bar');
  await shown(table(page).getByRole('row', { name: /Pending.*500/ }));
  await shown(bar.getByText('Live', { exact: true }));
  await page.evaluate(() => { window.stillHere = true; });
  await step('what happened meanwhile is there', async () => {
    await server.kill();
    await shown(bar.getByText('Cut off: connecting again…'));
    await receiver.answer(200);
    allow(/ERR_INTERNET_DISCONNECTED/);
    await context.setOffline(true); // so that it does not come back before all has happened
    await server.restart();
    const [{ id }] = await newest(api);
    await api('mutation($id: ID!) { resendDelivery(id: $id) { id } }', { id });
    await book();
    await settled(api, {}, 2);
    await shown(bar.getByText('Cut off: connecting again…'));
    await context.setOffline(false);
    await shown(bar.getByText('Live', { exact: true }));
    await sameAsApi(page, api);
  });
  await step('and it goes on', async () => {
    await expectLive(() => book(), table(page).locator('tbody tr').nth(2));
    await settled(api, {}, 3);
    await sameAsApi(page, api);
    assert.equal(await page.evaluate(() => window.stillHere), true, 'the page was loaded again');
  });
});

test('filters', { once: true }, async ({ page, step, signIn, goto, looksRight, api, book, cancel, webhook, server }) => {
  const [fine, broken] = [await server.receiver(), await server.receiver()];
  await broken.answer(503);
  const later = { retrySchedule: [86_400], orderPolicy: 'NONE' };
  const good = await webhook(fine.url, { description: 'Good' });
  const bad = await webhook(broken.url, { description: 'Bad', ...later });
  await webhook('http://127.0.0.1:9/nobody', { description: 'Nobody', ...later });
  const meeting = await book();
  await cancel(meeting);
  await book();
  await api('mutation($id: ID!) { testWebhook(id: $id, trigger: MEETING_RESCHEDULED) { id } }', { id: good.id });
  await settled(api, { webhookID: good.id }, 4);
  const all = await until(async () => {
    const found = await newest(api);
    assert.deepEqual([found.length, found.filter((d) => d.status === 'PENDING' && d.nextAttemptAt).length], [10, 6]);
    return found;
  });

  await signIn();
  await goto('/deliveries');
  await sameAsApi(page, api);
  const filters = page.getByRole('search', { name: 'Filters' });
  const clear = async () => {
    await filters.getByRole('button', { name: 'Clear filters' }).click();
    await sameAsApi(page, api);
  };
  const gives = async (title, change, where, query, n) => step(title, async () => {
    await change();
    await sameAsApi(page, api, where);
    assert.equal(await table(page).locator('tbody tr').count(), n);
    assert.deepEqual(Object.fromEntries(new URL(page.url()).searchParams), query);
  });
  await gives('status', () => page.getByRole('button', { name: 'Pending', exact: true }).click(), { status: 'PENDING' }, { status: 'PENDING' }, 6);
  await page.getByRole('button', { name: 'All', exact: true }).click();
  await page.getByText('Filters', { exact: true }).click();
  await looksRight();
  await gives('webhook', () => filters.getByLabel('Webhook').selectOption(bad.id), { webhookID: bad.id }, { webhook: bad.id }, 3);
  await clear();
  await gives('code', async () => {
    await filters.getByLabel('Status code').fill('5xx');
    await filters.getByLabel('Status code').press('Enter');
  }, { statusCodeGTE: 500, statusCodeLTE: 599 }, { code: '5xx' }, 3);
  await gives('no answer', async () => {
    await filters.getByLabel('Status code').fill('None');
    await filters.getByLabel('Status code').press('Tab');
  }, { statusCodeIsNil: true }, { code: 'none' }, 3);
  await clear();
  await gives('test messages', () => filters.getByLabel('Test messages').selectOption('Only these'), { test: true }, { test: 'only' }, 1);
  await clear();
  const id = filters.getByLabel('Event or meeting ID');
  await gives('meeting', async () => {
    await id.fill(` ${meeting.id} `);
    await id.press('Enter');
  }, { meetingId: meeting.id }, { meeting: meeting.id }, 6);
  const { eventId, messageId } = all.find((d) => d.trigger === 'MEETING_CANCELED');
  await gives('event, by the id of a message', async () => {
    await id.fill(`${messageId}-2`);
    await id.press('Enter');
  }, { eventID: eventId }, { event: eventId }, 3);
  await clear();

  const where = { trigger: 'MEETING_BOOKED', webhookID: good.id, status: 'DELIVERED' };
  const stay = async () => {
    await sameAsApi(page, api, where);
    await value(filters.getByLabel('Trigger'), 'MEETING_BOOKED');
    await value(filters.getByLabel('Webhook'), good.id);
    await shown(page.getByRole('button', { name: 'Delivered', exact: true, pressed: true }));
    assert.equal(await table(page).locator('tbody tr').count(), 2);
  };
  await step('several of them', async () => {
    await page.getByRole('button', { name: 'Delivered', exact: true }).click();
    await filters.getByLabel('Trigger').selectOption('Meeting Booked');
    await filters.getByLabel('Webhook').selectOption(good.id);
    await stay();
  });
  await step('they survive a reload', async () => {
    await page.reload();
    await stay();
  });
  await step('and a way there and back', async () => {
    await table(page).getByRole('link', { name: 'Meeting Booked' }).first().click();
    await shown(page.getByRole('heading', { name: 'Meeting Booked', level: 1 }));
    await page.goBack();
    await stay();
  });
  await step('what fits no filter', async () => {
    await filters.getByLabel('Status code').fill('410');
    await filters.getByLabel('Status code').press('Enter');
    await shown(page.getByRole('heading', { name: 'No delivery passes these filters' }));
    await filters.getByLabel('Status code').fill('9');
    await filters.getByLabel('Status code').press('Enter');
    await shown(filters.getByText('A code such as 500, 5xx for all of them, or none'));
  });
});

test('pages', async ({ page, step, signIn, goto, api, book, webhook, server }) => {
  const receiver = await server.receiver();
  const hooks = await Promise.all(Array.from({ length: 10 }, () => webhook(receiver.url)));
  await Promise.all(Array.from({ length: 12 }, () => book()));
  const everything = async (n) => {
    await receiver.requests(n);
    const all = [];
    for (const { id } of hooks) all.push(...await settled(api, { webhookID: id }, n / hooks.length));
    return all.map((d) => d.id).sort().reverse();
  };
  const older = page.getByRole('button', { name: 'Older' });
  const newer = page.getByRole('button', { name: 'Newer' });
  const turnTo = async (button, first) => {
    await button.click();
    await until(async () => assert.equal((await ids(page))[0], first));
    return ids(page);
  };
  const before = await everything(120);
  await signIn();
  const asked = twice(page); // what comes in from then on is put among the rows
  await goto('/deliveries');
  await sameAsApi(page, api);
  await asked;
  await step('new ones come in', () => book());
  const all = await everything(130);
  assert.deepEqual(all.slice(10), before);
  await sameAsApi(page, api);
  const seen = [];
  await step('each is on one page', async () => {
    seen.push(await ids(page));
    seen.push(await turnTo(older, all[50]));
    await book();
    await shown(page.getByRole('button', { name: '10 new: to the first page' }));
    seen.push(await turnTo(older, all[100]));
    assert.deepEqual(seen.flat(), all);
    assert.ok(await older.isDisabled());
  });
  await step('and on the same one on the way back', async () => {
    assert.deepEqual(await turnTo(newer, all[50]), seen[1]);
    await page.reload();
    await until(async () => assert.deepEqual(await ids(page), seen[1]));
    assert.deepEqual(await turnTo(newer, all[0]), seen[0]);
    await turnTo(newer, (await everything(140))[0]);
    await page.goBack();
    await page.goBack();
    await until(async () => assert.deepEqual(await ids(page), seen[1]));
  });
  await step('the first page is the first', async () => {
    await page.getByRole('button', { name: 'First page' }).click();
    await sameAsApi(page, api);
    await count(page.getByRole('button', { name: 'First page' }), 0);
    assert.ok(await newer.isDisabled());
    assert.ok(!new URL(page.url()).search);
  });
});

test('rows hold still', { once: true }, async ({ page, step, signIn, goto, newPage, expectLive, api, book, webhook, server }) => {
  await webhook((await server.receiver()).url);
  await book();
  const [first] = await settled(api, {}, 1);
  await signIn();
  const asked = twice(page); // the page looks once more when it is live, wherever one points
  await goto('/deliveries');
  await sameAsApi(page, api);
  await asked;
  const away = () => page.getByRole('heading', { name: 'Deliveries', level: 1 }).hover();
  const admit = (n) => page.getByRole('button', { name: `Show ${n} new` });

  await step('while one points at a row', async () => {
    await rowOf(page, first.id).hover();
    await expectLive(() => book(), admit(1));
    assert.deepEqual(await ids(page), [first.id]);
    await away();
    await sameAsApi(page, api);
    await gone(page.getByRole('button', { name: / new$/ }));
  });
  await step('while the focus is on one', async () => {
    const before = await ids(page);
    await rowOf(page, first.id).getByRole('link', { name: 'Meeting Booked' }).focus();
    await expectLive(() => book(), admit(1));
    await expectLive(() => book(), admit(2));
    assert.deepEqual(await ids(page), before);
    await admit(2).focus();
    await page.keyboard.press('Enter');
    await sameAsApi(page, api);
    assert.equal(await page.evaluate(() => document.activeElement?.textContent.trim()), 'Pause');
  });
  await step('while it is paused', async () => {
    const before = await ids(page);
    await page.getByRole('button', { name: 'Pause' }).press('Enter');
    await shown(page.locator('.live-bar').getByText('Paused'));
    const witness = await newPage(); // which is not paused
    await goto('/deliveries', witness);
    await page.bringToFront();
    await sameAsApi(witness, api);
    await expectLive(() => book(), () => table(witness).locator('tbody tr').nth(4));
    assert.deepEqual(await ids(page), before);
    await page.getByRole('button', { name: 'Resume' }).press('Enter');
    await sameAsApi(page, api);
    await expectLive(() => book(), table(page).locator('tbody tr').nth(5));
  });
});

test('a delivery', { once: true }, async ({ page, context, step, signIn, goto, looksRight, axe, expectLive, api, book, webhook, server }) => {
  const receiver = await server.receiver();
  await receiver.answer(500);
  const key = 'a-key-that-nobody-reads';
  const hook = await webhook(receiver.url, { retrySchedule: [1, 600], headers: { 'X-Api-Key': key } });
  const meeting = await book({ name: `Ana O'Ruiz "the \\ $HOME"` });
  const { id } = await until(async () => {
    const [found] = await newest(api);
    assert.equal(found?.attemptCount, 2);
    return found;
  });
  const { body } = await one(api, id, 'body');
  const attempts = page.getByRole('list', { name: 'Attempts, the newest first' });
  await signIn();
  await goto(`/deliveries/${id}`);
  await shown(page.getByRole('heading', { name: 'Meeting Booked', level: 1 }));
  await step('what was sent', async () => {
    const text = await page.getByRole('region', { name: 'Body of the message' }).innerText();
    assert.deepEqual(JSON.parse(text), JSON.parse(body));
    const facts = page.locator('dl.facts').first();
    await shown(facts.getByRole('link', { name: 'Intro call' }));
    assert.ok((await facts.getByRole('link', { name: 'Intro call' }).getAttribute('href')).endsWith(`/meetings/${meeting.id}`));
  });
  await step('each attempt, and the next one', async () => {
    await count(attempts.getByRole('listitem'), 3);
    const [next, second, first] = await attempts.getByRole('listitem').allInnerTexts();
    assert.match(next, /^Next attempt in \d+ min \d+ s\n/);
    assert.match(second, /^Attempt 2\s.*500/s);
    assert.match(first, /^Attempt 1\s.*500/s);
    assert.equal(await attempts.locator('li.wait time').getAttribute('datetime'), (await one(api, id, 'nextAttemptAt')).nextAttemptAt);
  });
  await step('request and answer are folded out', async () => {
    const { attempts: [{ requestHeaders, responseHeaders }] } = await one(api, id, 'attempts { requestHeaders responseHeaders }');
    const request = page.getByRole('region', { name: 'Request headers of attempt 1' });
    assert.equal(await request.isVisible(), false);
    await attempts.getByRole('listitem').nth(2).getByText('Request and response').click();
    const lines = (headers) => Object.entries(headers).map(([name, text]) => `${name}: ${text}`);
    assert.deepEqual((await request.innerText()).split('\n'), lines(requestHeaders));
    assert.deepEqual((await page.getByRole('region', { name: 'Response headers of attempt 1' }).innerText()).split('\n'), lines(responseHeaders));
    assert.ok(!(await page.content()).includes(key));
  });
  await looksRight();
  await step('copied as curl it is the same message, without secrets', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await shown(page.getByRole('button', { name: 'Copied' }));
    const command = await page.evaluate(() => navigator.clipboard.readText());
    for (const secret of [key, hook.secret, hook.secret.replace('whsec_', '')]) assert.ok(!command.includes(secret), command);
    const before = (await receiver.requests(2)).length;
    await promisify(execFile)('sh', ['-c', command], { timeout: 10_000 });
    const got = (await receiver.requests(before + 1))[before];
    assert.equal(got.body, body);
    assert.deepEqual(got.header['Webhook-Id'], (await receiver.requests(1))[0].header['Webhook-Id']);
  });
  const dialog = page.getByRole('dialog', { name: 'Resend this message?' });
  await step('a paused webhook gets nothing', async () => {
    await pause(api, hook);
    await page.getByRole('button', { name: 'Resend' }).click();
    await dialog.getByRole('button', { name: 'Resend message' }).click();
    await shown(dialog.getByRole('alert'), 'The webhook is paused. Resume it on its page');
    await axe();
    await dialog.getByRole('button', { name: 'Keep as it is' }).click();
    await shown(page.getByText('Its webhook is paused: what it is owed is kept, and sent when it is resumed.'));
    assert.equal((await one(api, id, 'attemptCount')).attemptCount, 2);
    await resume(api, hook);
  });
  await step('sent again, it arrives', async () => {
    await receiver.answer(200);
    await page.getByRole('button', { name: 'Resend' }).click();
    await expectLive(() => dialog.getByRole('button', { name: 'Resend message' }).click(), attempts.getByRole('listitem').filter({ hasText: 'Attempt 3' }), '200');
    await gone(dialog);
    await shown(page.locator('dl.facts').first().getByText('Delivered', { exact: true }));
    await gone(attempts.getByText('Next attempt'));
    const { status, attempts: made } = await one(api, id, 'status attempts { statusCode }');
    assert.deepEqual([status, ...made.map((a) => a.statusCode)], ['DELIVERED', 500, 500, 200]);
    await page.getByRole('button', { name: 'Resend' }).click();
    await shown(dialog.getByText('The receiver has had it already.'));
    await page.keyboard.press('Escape');
    await gone(dialog);
  });
  await step('one that is not there', async () => {
    await goto('/deliveries/dlv_nothing');
    await shown(page.getByRole('heading', { name: 'There is no such delivery' }));
  });
});

test('replays', { once: true }, async ({ page, step, signIn, goto, looksRight, expectLive, api, book, cancel, webhook, server }) => {
  const receiver = await server.receiver();
  const hook = await webhook(receiver.url);
  await cancel(await book());
  await book();
  await receiver.requests(3);
  await settled(api, {}, 3);
  const booked = (await newest(api, { trigger: 'MEETING_BOOKED' })).map((d) => d.messageId).sort();
  await signIn();
  await goto('/deliveries');
  const dialog = page.getByRole('dialog', { name: 'Replay events' });
  const progress = page.getByRole('region', { name: 'Progress' });
  const latest = async () => (await api('{ replays(last: 1) { edges { node { id status sent delivered triggers } } } }')).replays.edges[0].node;
  const begin = async () => {
    await dialog.getByRole('button', { name: 'Start replay' }).click();
    await page.waitForURL(/\/replays\/\w+$/);
  };
  await step('what is booked, once more', async () => {
    await page.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('dialog', { name: 'Replay to which webhook?' }).getByRole('button', { name: 'Continue' }).click();
    await dialog.getByLabel('The last hour').check();
    await dialog.getByLabel('Meeting Booked').check();
    await looksRight();
    await begin();
    await shown(progress.getByText('All of it is done'));
    await shown(progress.getByText('Meeting Booked', { exact: true }));
    const { status, sent: n, delivered, triggers } = await latest();
    assert.deepEqual([status, n, delivered, triggers], ['DONE', 2, 2, ['MEETING_BOOKED']]);
    assert.match(await progress.innerText(), /Sent\s+2\s+Delivered at the first attempt\s+2 100%/);
    assert.equal(await progress.getByRole('progressbar').getAttribute('aria-valuenow'), '100');
    const again = (await receiver.requests(5)).slice(3).map(({ header }) => header['Webhook-Id'][0]);
    assert.deepEqual(again.sort(), booked);
  });
  await step('nothing has failed', async () => {
    await page.getByRole('button', { name: 'New replay' }).click();
    await dialog.getByLabel('Only what failed').check();
    const before = page.url();
    await begin();
    await until(() => assert.notEqual(page.url(), before));
    await shown(progress.getByText('Nothing in this range was for the webhook, and had failed.'));
    await shown(page.getByRole('heading', { name: 'Other replays of this webhook' }).locator('xpath=ancestor::section').getByText('2 sent'));
  });
  await step('one that waits for its webhook is cancelled', async () => {
    await receiver.answer('hang'); // what is sent before the pause is noticed ends nothing either
    await pause(api, hook);
    await page.getByRole('button', { name: 'New replay' }).click();
    const before = page.url();
    await begin();
    await until(() => assert.notEqual(page.url(), before));
    await shown(page.getByText('The webhook is paused: the replay goes on when it is resumed.'));
    const { id } = await latest();
    await goto(`/deliveries?webhook=${hook.id}`);
    await page.getByRole('button', { name: 'Replay' }).click();
    await dialog.getByRole('button', { name: 'Start replay' }).click();
    await shown(dialog.getByRole('alert'), 'there is one at a time');
    await dialog.getByRole('link', { name: 'See that replay' }).click();
    await page.waitForURL(new RegExp(`/replays/${id}$`));
    await looksRight();
    await page.getByRole('button', { name: 'Cancel replay' }).click();
    await expectLive(() => page.getByRole('dialog').getByRole('button', { name: 'Cancel replay' }).click(), progress.getByText('Cancelled', { exact: true }));
    await gone(page.getByRole('button', { name: 'Cancel replay' }));
    assert.equal((await latest()).status, 'CANCELLED');
  });
});

test('why was this not sent', { once: true }, async ({ page, step, signIn, goto, looksRight, api, book, webhook, server }) => {
  const [receiver, leaving] = [await server.receiver(), await server.receiver()];
  const hooks = {
    DELIVERED: await webhook(receiver.url, { description: 'Hears it' }),
    FILTERED: await webhook(receiver.url, { description: 'Chose another', triggers: ['MEETING_CANCELED'] }),
    WAITING: await webhook(receiver.url, { description: 'Rests' }),
    DISABLED: await webhook(leaving.url, { description: 'Is gone' }),
  };
  await pause(api, hooks.WAITING);
  await leaving.answer(410);
  await book({ name: 'Eve Early' });
  const off = { where: { state: 'DISABLED' } };
  await until(async () => assert.equal((await api('query($where: WebhookWhereInput) { webhooks(where: $where) { totalCount } }', off)).webhooks.totalCount, 1));
  await book({ name: 'Lea Late' });
  const [{ eventId }] = await settled(api, { webhookID: hooks.DELIVERED.id }, 2);

  await signIn();
  await goto('/deliveries');
  await page.getByRole('link', { name: 'Why was this not sent?' }).click();
  await step('the newest events are there to choose from', async () => {
    const choice = page.getByRole('button', { name: /Meeting Booked.*Lea Late/ });
    await shown(choice);
    await shown(page.getByRole('button', { name: /Meeting Booked.*Eve Early/ }));
    await choice.click();
    await until(() => assert.equal(new URL(page.url()).searchParams.get('event'), eventId));
  });
  const titles = {
    DELIVERED: 'It was delivered', FILTERED: 'The webhook did not choose it', WAITING: 'It waits for the webhook',
    DISABLED: 'The webhook was switched off when it happened',
  };
  for (const [verdict, { id }] of Object.entries(hooks)) {
    await step(verdict, async () => {
      await page.getByLabel('Webhook').selectOption(id);
      await shown(page.getByRole('heading', { name: titles[verdict], exact: true }));
      const { explainDelivery: said } = await api(`query($event: ID!, $webhook: ID!) { explainDelivery(eventId: $event, webhookId: $webhook) {
        verdict reason checks { name passed detail } deliveries { id } } }`, { event: eventId, webhook: id });
      assert.equal(said.verdict, verdict);
      const checks = page.locator('ol.check-list > li');
      assert.equal(await checks.count(), said.checks.length);
      for (const [i, { passed, name }] of said.checks.entries()) {
        assert.match(await checks.nth(i).innerText(), new RegExp(`^${name.replaceAll(/[A-Z]/g, ' $&')}\\s+${passed ? 'Passed' : 'Not passed'}\\s`, 'i'));
      }
      await count(page.locator('.delivery-lines a'), said.deliveries.length);
      for (const d of said.deliveries) await shown(page.locator(`.delivery-lines a[href$="/deliveries/${d.id}"]`));
      await count(page.getByRole('button', { name: 'Replay to it' }), ['FILTERED', 'DISABLED'].includes(verdict) ? 1 : 0);
    });
  }
  await looksRight();
  await step('an event by what is in its messages', async () => {
    const first = (await newest(api, { webhookID: hooks.DELIVERED.id }))[1];
    await page.getByRole('button', { name: 'Choose another event' }).click();
    await page.getByLabel('Event or meeting').fill(first.messageId);
    await page.getByLabel('Event or meeting').press('Enter');
    await shown(page.locator('.explain-event'), 'Eve Early');
    await page.getByLabel('Webhook').selectOption(hooks.DELIVERED.id);
    await shown(page.getByRole('heading', { name: titles.DELIVERED, exact: true }));
    await page.reload();
    await shown(page.getByRole('heading', { name: titles.DELIVERED, exact: true }));
    await shown(page.locator('.explain-event'), 'Eve Early');
  });
});

test('who sees what', { once: true }, async ({ page, context, step, signIn, goto, api, book, webhook, server, member }) => {
  const receiver = await server.receiver();
  await webhook(receiver.url);
  const { createEventType } = await api(`mutation($agents: [ID!]) { createEventType(input: {
    name: "Of the member", slug: "member", durationMinutes: 30, agentIds: $agents }) { id } }`, { agents: [member.id] });
  const own = (await api(`mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { webhook { id } } }`,
    { in: { subscriberUrl: receiver.url, scope: 'USER', triggers: ['MEETING_BOOKED'] } }, member.token)).createWebhook.webhook;
  await book();
  await book({ eventTypeId: createEventType.id, name: 'Mia' });
  await receiver.requests(3);
  const all = await settled(api, {}, 3);
  const [mine, others] = [all.filter((d) => d.webhookId === own.id), all.filter((d) => d.webhookId !== own.id)];
  assert.equal(mine.length, 1);
  await step('a member: what is his own', async () => {
    await signIn(member.token);
    await goto('/deliveries');
    await until(async () => assert.deepEqual(await ids(page), [mine[0].id]));
    await goto(`/deliveries/${others[0].id}`);
    await shown(page.getByRole('heading', { name: 'There is no such delivery' }));
    await goto(`/deliveries/${mine[0].id}`);
    await page.getByRole('button', { name: 'Resend' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Resend message' }).click();
    await shown(page.getByRole('listitem').filter({ hasText: 'Attempt 2' }));
  });
  await step('WEBHOOKS_READ: no bodies, nothing to press', async () => {
    const { createAccessToken: { token } } = await api('mutation { createAccessToken(input: { name: "Reader", scopes: [WEBHOOKS_READ] }) { token } }');
    await context.clearCookies();
    await signIn(token);
    await goto('/deliveries');
    await sameAsApi(page, api);
    await count(page.getByRole('button', { name: 'Replay' }), 0);
    const menu = page.getByRole('navigation', { name: 'Main' });
    await shown(menu.getByRole('link', { name: 'Deliveries' }));
    await count(menu.getByRole('link', { name: /^(Meetings|Dashboard|Tokens)$/ }), 0);
    await goto(`/deliveries/${others[0].id}`);
    await shown(page.getByText('Your token is not for reading what messages tell.'));
    await shown(page.getByText('Attempt 1'));
    await count(page.getByRole('button', { name: /Resend|Copy as curl/ }), 0);
    await page.getByRole('link', { name: 'Why?' }).click();
    await shown(page.getByRole('heading', { name: 'It was delivered', exact: true }));
    await page.getByRole('button', { name: 'Choose another event' }).click();
    await shown(page.getByLabel('Event or meeting'));
    await count(page.getByRole('heading', { name: 'The newest events' }), 0);
  });
});
