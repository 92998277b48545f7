// Signing in and out, and what one gets to see then.
import assert from 'node:assert/strict';
import { count, gone, shown, test, until, value } from '../index.mjs';

const heading = (page, name) => page.getByRole('heading', { name, exact: true, level: 1 });
const tokenField = (page) => page.getByLabel('Access token');
const focused = (page, locator) => until(async () => assert.equal(await locator.evaluate((e) => e === document.activeElement), true, `focus is not on ${locator}`));
const refused = /status of 40[013]|status of 429/;
const links = (page) => page.getByRole('navigation', { name: 'Main' }).getByRole('listitem').getByRole('link').allTextContents().then((all) => all.map((t) => t.trim()));

test('by token, with the keyboard, to where the address says', { once: true }, async ({ page, context, goto, step, owner, allow, looksRight }) => {
  allow(refused);
  await goto('/settings/tokens?x=1');
  await shown(heading(page, 'Sign in'));
  assert.equal(await page.title(), 'Sign in · slotcast');
  await looksRight();
  await step('without one, and with a wrong one: said at the field', async () => {
    await page.keyboard.press('Tab');
    await focused(page, tokenField(page));
    for (const [text, words] of [['', /a token is needed/i], ['slc_wrong', /token/i]]) {
      await tokenField(page).fill(text);
      await page.keyboard.press('Enter');
      await until(async () => {
        const field = tokenField(page);
        assert.equal(await field.getAttribute('aria-invalid'), 'true');
        const ids = (await field.getAttribute('aria-describedby')).split(' ');
        assert.match(await page.locator(`#${ids.at(-1)}.error`).textContent({ timeout: 500 }), words);
      });
      await focused(page, tokenField(page));
      await value(tokenField(page), text);
    }
    await looksRight();
  });
  await step('with the right one, and spaces around it', async () => {
    await tokenField(page).fill(`  ${owner.token} `);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await shown(heading(page, 'Tokens'));
    assert.match(page.url(), /\/settings\/tokens\?x=1$/);
    await shown(page.getByText('Olga Owner').first());
  });
  await step('the cookie is out of reach for scripts, and for other sites', async () => {
    assert.equal(await page.evaluate(() => document.cookie), '');
    const [cookie, ...others] = await context.cookies();
    assert.deepEqual([others.length, cookie.httpOnly, cookie.sameSite, cookie.path], [0, true, 'Strict', '/']);
    assert.ok(!cookie.value.includes(owner.token));
    assert.ok(cookie.expires > Date.now() / 1000 + 3600);
    assert.ok(!JSON.stringify(await page.evaluate(() => ({ ...localStorage, ...sessionStorage }))).includes('slc_'), 'the browser keeps the token');
  });
  await step('it is still so after a reload', async () => {
    await page.reload();
    await shown(heading(page, 'Tokens'));
  });
});

test('what is no access token is refused in the server\'s words', { once: true }, async ({ page, goto, api, allow, owner }) => {
  allow(refused);
  const { createPublishableKey: { key } } = await api('mutation { createPublishableKey(input: {name: "k", allowedOrigins: ["*"]}) { key } }');
  const { bookMeeting: { manageToken } } = await api('mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { manageToken } }', {
    in: { eventTypeId: owner.eventTypeId, start: new Date(Math.ceil(Date.now() / 3.6e6) * 3.6e6 + 9e7).toISOString(), attendees: [{ name: 'A', email: 'a@example.org' }] },
  });
  await goto('/settings/tokens');
  for (const [token, words] of [[key, 'A publishable key does not sign in'], [manageToken, 'A manage token does not sign in']]) {
    await tokenField(page).fill(token);
    await page.keyboard.press('Enter');
    await shown(page.locator('.error'), words);
    await focused(page, tokenField(page));
  }
});

test('by link, once', { once: true }, async ({ page, newPage, goto, step, server, allow, context }) => {
  allow(refused);
  const path = new URL(await server.link());
  const link = path.pathname + path.hash;
  await step('signs in, and leaves no trace in the address', async () => {
    await goto(link);
    await shown(heading(page, 'Dashboard'));
    assert.equal(new URL(page.url()).hash, '');
    await page.goBack().catch(() => {});
    assert.ok(!page.url().includes('code='), page.url());
  });
  await step('the same one again, where one is signed out', async () => {
    await context.clearCookies();
    const other = await newPage();
    await goto(link, other);
    await shown(other.getByRole('alert'), 'This link was used already');
    assert.equal(new URL(other.url()).hash, '');
    await shown(tokenField(other));
  });
  await step('opened in the tab that shows the sign-in page', async () => {
    await page.bringToFront();
    await goto('/sign-in');
    await shown(tokenField(page));
    await page.evaluate(() => { location.hash = '#code=ABC%'; });
    await shown(page.getByRole('alert'), 'This link was used already');
    assert.equal(new URL(page.url()).hash, '');
  });
});

test('a link where somebody is signed in', { once: true }, async ({ page, goto, signIn, step, server, owner, allow }) => {
  await server.kill();
  await server.restart(); // with a link of its own
  await signIn();
  await step('the sign-in page leads on', async () => {
    await goto('/sign-in');
    await shown(heading(page, 'Dashboard'));
    await shown(page.getByText(owner.name).first());
  });
  await step('the link signs in who it is for', async () => {
    const { pathname, hash } = new URL(await server.link());
    await page.goto('about:blank');
    await goto(pathname + hash);
    await shown(heading(page, 'Dashboard'));
    await gone(page.getByText(owner.name).first());
    assert.equal(new URL(page.url()).hash, '');
  });
  await step('opened once more, it leads to where one is', async () => {
    allow(refused);
    const { pathname, hash } = new URL(await server.link());
    await page.goto('about:blank');
    await goto(pathname + hash);
    await shown(heading(page, 'Dashboard'));
    assert.equal(new URL(page.url()).hash, '');
  });
});

test('signing out, here and in another tab', { once: true }, async ({ page, newPage, goto, signIn, step, allow }) => {
  allow(/status of 401/);
  await signIn();
  await goto('/settings/tokens');
  await shown(page.getByRole('table'));
  const other = await newPage();
  await goto('/settings/tokens', other);
  await shown(other.getByRole('table'));
  await page.bringToFront();
  await step('where the server cannot be reached one stays signed in, and is told', async () => {
    await page.route('**/session', (route) => route.abort());
    allow(/ERR_FAILED/);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await shown(page.locator('.toast'), 'The server cannot be reached');
    await shown(page.getByRole('table'));
    await page.unroute('**/session');
  });
  await step('nothing is left to see', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await shown(heading(page, 'Sign in'));
    await count(page.getByRole('table'), 0);
    await page.evaluate(() => { history.pushState(null, '', 'settings/tokens?y=1'); history.back(); });
    await shown(heading(page, 'Sign in'));
    await page.reload();
    await shown(heading(page, 'Sign in'));
    await count(page.getByRole('table'), 0);
  });
  await step('the other tab is at once', async () => {
    await shown(heading(other, 'Sign in'));
    await count(other.getByRole('table'), 0);
  });
  await step('a tab whose session has ended is with its next request, also from inside of a dialog', async () => {
    await other.bringToFront();
    await signIn(undefined, other);
    await goto('/settings/tokens', other);
    await shown(other.getByRole('table'));
    await other.context().clearCookies();
    await other.getByRole('button', { name: /^Revoke/ }).first().click();
    await other.getByRole('button', { name: 'Revoke token' }).click();
    await shown(heading(other, 'Sign in'));
    await count(other.locator('dialog, table'), 0);
  });
  await step('a page that the browser kept asks anew', async () => {
    await page.bringToFront();
    await signIn();
    await goto('/settings/tokens');
    await shown(page.getByRole('table'));
    await page.context().clearCookies();
    await page.evaluate(() => dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })));
    await shown(heading(page, 'Sign in'));
    await count(page.getByRole('table'), 0);
  });
});

test('a token that is revoked', { once: true }, async ({ page, goto, signIn, api, member, allow }) => {
  allow(/status of 401/);
  await signIn(member.token);
  await goto('/settings/tokens');
  await shown(page.getByRole('table'));
  const { accessTokens } = await api('{ accessTokens(first: 10) { edges { node { id agent { id } } } } }');
  const { node } = accessTokens.edges.find((edge) => edge.node.agent.id === member.id);
  await api('mutation($id: ID!) { revokeAccessToken(id: $id) }', { id: node.id });
  await until(async () => { // it takes up to a second
    await page.reload();
    assert.equal(await heading(page, /.+/).textContent(), 'Sign in');
  });
});

test('who may not see a page', { once: true }, async ({ page, goto, signIn, step, api, owner, member }) => {
  const pages = ['Dashboard', 'Meetings', 'Deliveries', 'Webhooks', 'Event types', 'Routing forms', 'Agents', 'Tokens', 'GraphQL'];
  const locked = async (path, title) => {
    await goto(path);
    await shown(page.getByRole('heading', { name: 'This page is not for you' }));
    assert.equal(await page.title(), `${title} · slotcast`);
    await shown(page.getByText(`${title} needs a role or a token with more rights`));
  };
  await step('a member', async () => {
    await signIn(member.token);
    await locked('/settings/event-types/new', 'Create event type');
    assert.deepEqual(await links(page), pages);
    await locked('/settings/routing-forms/new', 'Create routing form');
  });
  await step('a token for meetings', async () => {
    const { createAccessToken } = await api('mutation($a: ID!) { createAccessToken(input: {name: "narrow", agentId: $a, scopes: [MEETINGS_READ]}) { token } }', { a: owner.id });
    await signIn(createAccessToken.token);
    await locked('/settings/tokens', 'Tokens');
    assert.deepEqual(await links(page), ['Dashboard', 'Meetings', 'Event types', 'Agents', 'GraphQL']);
    await locked('/settings/webhooks/whk_1/edit', 'Edit webhook');
    await locked('/meetings/new', 'Book a meeting');
  });
});
