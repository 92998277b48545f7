// The console where the server's URL has a path, and few tokens can be tried.
import assert from 'node:assert/strict';
import { count, shown, test, until } from '../index.mjs';

const heading = (page, name) => page.getByRole('heading', { name, exact: true, level: 1 });

test('pages, links, live', async ({ page, goto, base, owner, step, book, context }) => {
  const asked = [];
  context.on('request', (request) => asked.push(new URL(request.url()).pathname));
  await step('signing in, at a page of its own', async () => {
    await goto('/settings/tokens?x=1');
    await page.getByLabel('Access token').fill(owner.token);
    await page.keyboard.press('Enter');
    await shown(heading(page, 'Tokens'));
    assert.equal(page.url(), `${base}settings/tokens?x=1`);
    const [{ path, httpOnly }] = await context.cookies();
    assert.deepEqual([path, httpOnly], ['/meet', true]);
  });
  await step('links, anchors, back', async () => {
    await page.evaluate(() => { window.mark = 1; });
    await page.keyboard.press('Tab');
    await page.getByRole('link', { name: 'Skip to content' }).focus();
    await page.keyboard.press('Enter');
    await until(async () => assert.equal(await page.evaluate(() => document.activeElement.id), 'main'));
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Dashboard' }).click();
    await shown(heading(page, 'Dashboard'));
    assert.equal(page.url(), base);
    await page.goBack();
    await shown(heading(page, 'Tokens'));
    assert.equal(page.url(), `${base}settings/tokens?x=1`);
    assert.equal(await page.evaluate(() => window.mark), 1);
  });
  await step('subscriptions', async () => {
    await page.evaluate(async () => {
      const { subscribe } = await import(new URL('core/live.js', document.querySelector('script[type=module]').src).href);
      window.got = [];
      window.running = subscribe('subscription { meetingEvents { id } }', {}, { next: (data) => window.got.push(data) });
    });
    await shown(page.locator('.live'), 'Live');
    await until(async () => { await book(); assert.ok(await page.evaluate(() => window.got.length) > 0); });
  });
  await step('nothing was asked for elsewhere', () => {
    assert.deepEqual(asked.filter((path) => !path.startsWith('/meet/') && path !== '/favicon.ico'), []);
  });
  await step('signing out', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await shown(heading(page, 'Sign in'));
    assert.deepEqual(await context.cookies(), []);
  });
});

test('by link, and too many tokens', async ({ page, goto, step, server, allow, context, base }) => {
  allow(/status of 401|status of 429/);
  await step('the link', async () => {
    const link = await server.link();
    assert.ok(link.startsWith(`${base}sign-in#code=`), link);
    await page.goto(link);
    await shown(heading(page, 'Dashboard'));
    assert.equal(page.url(), base);
    await context.clearCookies();
  });
  await step('the third wrong token is not looked at', async () => {
    await goto('/settings/tokens');
    const statuses = [];
    for (let i = 0; i < 3; i++) {
      await page.getByLabel('Access token').fill(`wrong ${i}`);
      const answer = page.waitForResponse('**/session');
      await page.keyboard.press('Enter');
      statuses.push((await answer).status());
      await count(page.locator('[aria-busy=true]'), 0);
    }
    assert.deepEqual(statuses, [401, 401, 429]);
    await shown(page.getByRole('alert'), /too many|try again/i);
    await shown(page.getByLabel('Access token'));
  });
});
