// The GraphQL explorer.
import assert from 'node:assert/strict';
import { count, gone, shown, test, until, value } from '../index.mjs';

const editor = (page, name) => page.getByRole('textbox', { name, exact: true });
const answer = (page) => page.getByRole('region', { name: 'Answer' });
const run = (page) => page.getByRole('button', { name: 'Run' }).click();

/** What the browser keeps. */
const kept = (page) => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));

/**
 * Goes to the explorer from within the console: at its own address stands the full
 * GraphiQL where that was built.
 */
async function open(page, goto, hash = '') {
  await goto('/settings/tokens', page);
  await shown(page.getByRole('heading', { name: 'Tokens', level: 1 }));
  await page.evaluate((to) => {
    history.pushState(null, '', to);
    dispatchEvent(new PopStateEvent('popstate'));
  }, `/graphiql${hash}`);
  await shown(editor(page, 'Query'));
  await shown(page.getByLabel('Search the schema')); // what is offered comes from it
}

/** Writes an operation anew. */
async function write(page, query, variables = '') {
  await editor(page, 'Query').fill(query);
  await editor(page, 'Variables').fill(variables);
}

test('operations, and what is kept and passed on of them', { once: true }, async ({ page, context, base, step, signIn, goto, newPage, looksRight, api, owner }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(base).origin });
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await signIn();
  await open(page, goto);
  await step('a query is run by Ctrl and Enter', async () => {
    await write(page, '{ viewer { role agent { id } } }');
    await editor(page, 'Query').press('Control+Enter');
    await shown(answer(page), owner.id);
    assert.deepEqual(JSON.parse(await answer(page).textContent()), { data: { viewer: { role: 'OWNER', agent: { id: owner.id } } } });
    await shown(page.getByRole('status').filter({ hasText: /^\s*200/ }));
  });
  await step('variables that are none are refused by their field', async () => {
    let asked = 0;
    page.on('request', (request) => { if (request.url().endsWith('/graphql')) asked++; });
    await write(page, 'query($first: Int) { eventTypes(first: $first) { edges { node { id } } } }', '{"first": ');
    await run(page);
    const field = editor(page, 'Variables');
    await shown(page.getByText('This is no JSON:'));
    assert.equal(await field.getAttribute('aria-invalid'), 'true');
    await field.fill('[1]');
    await shown(page.getByText('Variables are a JSON object'));
    await field.press('Control+Enter');
    assert.equal(asked, 0, 'it is sent all the same');
    await field.fill('{"first": 1}');
    await until(async () => assert.equal(await field.getAttribute('aria-invalid'), null));
    await run(page);
    await shown(answer(page), owner.eventTypeId);
    assert.equal(asked, 1);
  });
  await step('what the server refuses is shown as it is', async () => {
    await write(page, '{ webhook(id: "whk_none") { id } }');
    await run(page);
    await shown(answer(page), 'NOT_FOUND');
  });
  const own = 'nobody is told: 0123456789';
  const create = 'mutation Create($input: CreateWebhookInput!) { createWebhook(input: $input) { secret webhook { id } } }';
  let made;
  await step('neither tokens nor secrets are kept, nor answers', async () => {
    const input = { subscriberUrl: 'http://127.0.0.1:9/', triggers: ['MEETING_BOOKED'] };
    await write(page, create, JSON.stringify({ input: { ...input, secret: own } }));
    await run(page);
    await shown(answer(page), own);
    await write(page, `# ${owner.token}\n${create}`, JSON.stringify({ input }));
    await run(page);
    await shown(answer(page), 'whsec_');
    made = JSON.parse(await answer(page).textContent()).data.createWebhook.secret;
    await editor(page, 'Query').press('End'); // the draft is written when the page is left, too
    await goto('/settings/tokens');
    await shown(page.getByRole('heading', { name: 'Tokens', level: 1 }));
    const all = await kept(page);
    assert.ok(all.includes('mutation Create'), 'nothing is kept');
    for (const hidden of [own, made, owner.token]) assert.ok(!all.includes(hidden), `${hidden} is kept`);
    assert.equal((await api('{ webhooks { totalCount } }')).webhooks.totalCount, 2, 'what is sent lacks something');
  });
  await step('the history brings an operation back', async () => {
    await open(page, goto);
    await value(editor(page, 'Query'), `# slc_…\n${create}`); // the draft
    await page.getByRole('button', { name: 'History' }).click();
    const dialog = page.getByRole('dialog', { name: 'History' });
    await count(dialog.getByRole('listitem'), 5);
    await dialog.getByRole('button').filter({ hasText: 'eventTypes' }).click();
    await gone(dialog);
    await until(async () => assert.match(await editor(page, 'Query').inputValue(), /eventTypes/));
    await value(editor(page, 'Variables'), '{"first": 1}');
    await run(page);
    await shown(answer(page), owner.eventTypeId);
  });
  await looksRight();
  await step('as curl, with a place for the token', async () => {
    await page.getByRole('button', { name: 'Copy as curl' }).click();
    await shown(page.getByRole('status').filter({ hasText: 'Copied.' }));
    const curl = await copied();
    assert.ok(curl.startsWith(`curl -sS '${new URL('graphql', base)}'`), curl);
    assert.ok(curl.includes(`-H 'Authorization: Bearer slc_...'`), curl);
    const { query, variables } = JSON.parse(/-d '(.*)'$/s.exec(curl)[1]);
    assert.equal((await api(query, variables)).eventTypes.edges[0].node.id, owner.eventTypeId);
  });
  await step('a link opens it elsewhere, without secrets', async () => {
    await write(page, create, JSON.stringify({ input: { secret: own, description: made } }));
    await page.getByRole('button', { name: 'Copy link' }).click();
    await shown(page.getByRole('status').filter({ hasText: 'without tokens and secrets' }));
    const link = new URL(await copied());
    for (const hidden of [own, made]) assert.ok(!decodeURIComponent(link.hash.replaceAll('+', ' ')).includes(hidden), link.hash);
    assert.deepEqual([link.origin, link.pathname, link.search], [new URL(base).origin, '/graphiql', ''], 'the operation would be sent to the server');
    const other = await newPage();
    await open(other, goto, link.hash);
    await value(editor(other, 'Query'), create);
    assert.deepEqual(JSON.parse(await editor(other, 'Variables').inputValue()), { input: { secret: '…', description: 'whsec_…' } });
    assert.equal(new URL(other.url()).hash, '', 'it stays in the address');
    assert.equal((await api('{ webhooks { totalCount } }')).webhooks.totalCount, 2, 'a link runs by itself');
  });
});

test('a subscription, and the schema', { once: true }, async ({ page, step, signIn, goto, axe, book, owner }) => {
  const sent = []; // over the socket
  page.on('websocket', (socket) => socket.on('framesent', ({ payload }) => sent.push(payload)));
  await signIn();
  await open(page, goto);
  const message = page.getByRole('region', { name: /^Message/ });
  await step('a booking comes in the stream, until it is stopped', async () => {
    await page.getByLabel('Examples').selectOption('Live: what happens to meetings');
    await page.getByRole('button', { name: 'Subscribe' }).click();
    await shown(page.getByRole('status').filter({ hasText: 'Following' }));
    await shown(page.getByText('Nothing has come yet.'));
    await shown(page.getByText('Live', { exact: true }));
    const meeting = await until(async () => { // what was booked before it began does not come
      const booked = await book();
      await message.filter({ hasText: booked.id }).waitFor({ timeout: 1000 });
      return booked;
    });
    const { data } = JSON.parse(await message.filter({ hasText: meeting.id }).textContent());
    assert.deepEqual([data.meetingEvents.trigger, data.meetingEvents.meeting.id], ['MEETING_BOOKED', meeting.id]);
    await axe();
    await page.getByRole('button', { name: 'Stop' }).click();
    await shown(page.getByRole('status').filter({ hasText: 'Stopped' }));
    await shown(page.getByRole('button', { name: 'Subscribe' }));
    await until(async () => assert.ok(sent.some((frame) => JSON.parse(frame).type === 'complete'), 'the server goes on'));
  });
  await step('a field is found, and put into the query', async () => {
    await write(page, '');
    await page.getByLabel('Search the schema').fill('whetherNothing');
    await shown(page.getByText('Nothing is called that.'));
    await page.getByLabel('Search the schema').fill('viewer');
    const fields = page.getByRole('region', { name: 'Types and fields' });
    await fields.getByRole('listitem').filter({ hasText: 'Query.viewer' }).getByRole('button').click();
    await shown(fields.getByRole('heading', { name: 'Query' }));
    await fields.getByRole('button', { name: 'viewer', exact: true }).click();
    await until(async () => assert.match(await editor(page, 'Query').inputValue(), /^query \{\n {2}viewer \{\n/));
    await run(page);
    await shown(answer(page), 'OWNER');
    const { data, errors } = JSON.parse(await answer(page).textContent());
    assert.ok(data.viewer && !errors, await answer(page).textContent());
  });
  await step('and offered while one writes', async () => {
    await write(page, '');
    await editor(page, 'Query').pressSequentially('{ viewer { ag');
    const offers = page.getByRole('listbox', { name: 'Names' });
    await shown(offers.getByRole('option', { name: /^agent / }));
    await page.keyboard.press('Tab');
    await gone(offers);
    await editor(page, 'Query').pressSequentially(' { name } } }');
    await run(page);
    await shown(answer(page), owner.name);
  });
});
