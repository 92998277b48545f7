// Deliveries: the live list, a delivery's page, replays, and why something was not sent.
import assert from 'node:assert/strict';
import { table, rowOf, ids, sameAsApi, newest, settled, twice, one } from '../deliveries.mjs';
import { count, gone, shown, test, until, value } from '../index.mjs';

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
