// One delivery, replays of many, and why something was not sent.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { newest, settled, one, pause, resume } from '../deliveries.mjs';
import { count, gone, shown, test, until } from '../index.mjs';

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
