// What stands around every page.
import assert from 'node:assert/strict';
import { count, gone, shown, test, until } from '../index.mjs';

const heading = (page, name) => page.getByRole('heading', { name, exact: true, level: 1 });
const onFocus = (page) => page.evaluate(() => `${document.activeElement.localName} ${(document.activeElement.ariaLabel ?? document.activeElement.textContent).trim().slice(0, 30)}`);
const focus = (page, want) => until(async () => assert.equal(await onFocus(page), want));

test('an address that leads nowhere', { once: true }, async ({ page, goto, signIn, looksRight, axe }) => {
  await signIn();
  await goto('/settings/nothing');
  await shown(page.getByRole('heading', { name: 'Nothing is here', level: 2 }));
  await looksRight();
  await page.getByRole('link', { name: 'To the dashboard' }).click();
  await shown(heading(page, 'Dashboard'));
  await page.goBack();
  await shown(page.getByRole('heading', { name: 'Nothing is here', level: 2 }));
  await axe();
});

test('with the keyboard', { once: true }, async ({ page, goto, signIn, step }) => {
  await signIn();
  await goto('/settings/tokens');
  await shown(heading(page, 'Tokens'));
  await step('past the menu', async () => {
    await page.keyboard.press('Tab');
    await focus(page, 'a Skip to content');
    await page.keyboard.press('Enter');
    await until(async () => assert.equal(await page.evaluate(() => document.activeElement.id), 'main'));
    assert.match(page.url(), /\/settings\/tokens$/);
    await page.keyboard.press('Tab');
    await focus(page, 'button Create token');
  });
  await step('to another page, whose heading has the focus', async () => {
    await page.getByRole('link', { name: 'Dashboard' }).focus();
    await page.keyboard.press('Enter');
    await focus(page, 'h1 Dashboard');
    assert.equal(await page.title(), 'Dashboard · slotcast');
    assert.equal(await page.getByRole('navigation', { name: 'Main' }).locator('[aria-current=page]').textContent().then((t) => t.trim()), 'Dashboard');
    await page.goBack();
    await focus(page, 'h1 Tokens');
  });
  await step('what changes the query alone takes nothing away', async () => {
    const same = await page.locator('page-tokens').elementHandle();
    await page.getByRole('button', { name: 'Create token' }).first().focus();
    await page.evaluate(async () => {
      const router = await import(new URL('core/router.js', document.querySelector('script[type=module]').src).href);
      router.replaceQuery({ q: 'x' });
    });
    await until(async () => assert.match(page.url(), /q=x$/));
    await page.evaluate(() => new Promise((done) => { setTimeout(done, 100); }));
    await focus(page, 'button Create token');
    assert.equal(await same.evaluate((e) => e.isConnected), true, 'the page was made anew');
  });
});

test('the menu of a phone', { once: true, viewport: 'phone' }, async ({ page, goto, signIn, step, axe }) => {
  await signIn();
  await goto('/settings/tokens');
  await shown(heading(page, 'Tokens'));
  const menu = page.getByRole('button', { name: 'Menu', exact: true });
  const link = page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Dashboard' });
  await gone(link);
  const open = async () => {
    await menu.click();
    await shown(link);
    assert.equal(await menu.getAttribute('aria-expanded'), 'true');
  };
  const closed = async () => {
    await gone(link);
    assert.equal(await menu.getAttribute('aria-expanded'), 'false');
    await count(page.locator('[inert]'), 0);
  };
  await step('Escape closes it, and the focus is where it was', async () => {
    await menu.focus();
    await page.keyboard.press('Enter');
    await shown(link);
    await focus(page, 'a Tokens'); // where one is
    await axe();
    await page.keyboard.press('Escape');
    await closed();
    await focus(page, 'button Menu');
  });
  await step('and so does its button', async () => {
    await open();
    await page.locator('#side').getByRole('button', { name: 'Close the menu' }).click();
    await closed();
    await focus(page, 'button Menu');
  });
  await step('what it covers cannot be reached', async () => {
    await open();
    const met = new Set();
    for (let i = 0; i < 40; i++) {
      await page.keyboard.press('Tab');
      assert.ok(await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('#side, .veil') !== null), await onFocus(page));
      met.add(await onFocus(page));
    }
    assert.ok(met.has('a Dashboard') && met.has('button Sign out'), [...met].join());
    await page.mouse.click(350, 400);
    await closed();
    await focus(page, 'button Menu');
  });
  await step('the page one is on closes it, and so does another one', async () => {
    await open();
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tokens' }).click();
    await closed();
    await open();
    await link.click();
    await focus(page, 'h1 Dashboard');
    await closed();
  });
  await step('and so does a window that becomes wide', async () => {
    await open();
    await page.setViewportSize({ width: 1440, height: 900 });
    await count(page.locator('[inert]'), 0);
  });
});

test('light and dark', { once: true, scheme: 'dark' }, async ({ page, goto, signIn, newPage, step }) => {
  await signIn();
  await goto('/settings/tokens');
  const paper = (on = page) => on.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const choose = (name) => page.getByRole('group', { name: 'Colours' }).getByRole('button', { name }).click();
  await shown(heading(page, 'Tokens'));
  await page.evaluate(() => { window.mark = 1; });
  const dark = await paper();
  await choose('Light');
  await until(async () => assert.notEqual(await paper(), dark));
  const light = await paper();
  await step('the choice is kept', async () => {
    const other = await newPage();
    await goto('/settings/tokens', other);
    await until(async () => assert.equal(await paper(other), light));
  });
  await step('and taken back', async () => {
    await page.bringToFront();
    await choose('As the system is');
    await until(async () => assert.equal(await paper(), dark));
    await page.emulateMedia({ colorScheme: 'light' });
    await until(async () => assert.equal(await paper(), light));
    await choose('Dark');
    await until(async () => assert.equal(await paper(), dark));
  });
  assert.equal(await page.evaluate(() => window.mark), 1, 'without a reload');
});

test('without a network', { once: true }, async ({ page, context, goto, signIn, step, allow }) => {
  allow(/ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_CLOSED/);
  await signIn();
  await goto('/settings/tokens');
  await shown(page.getByRole('table'));
  await context.setOffline(true);
  await step('what was loaded stays, and what cannot be says so', async () => {
    await page.getByRole('button', { name: 'Create token' }).first().click();
    await shown(page.locator('.toast'), 'The server cannot be reached: check the connection and try again.');
    await shown(page.getByRole('table'));
    await page.getByRole('button', { name: 'Revoke Console' }).click();
    await page.getByRole('button', { name: 'Revoke token' }).click();
    await shown(page.getByRole('dialog').getByRole('alert'), 'The server cannot be reached');
    await page.keyboard.press('Escape');
  });
  await step('a page that was not loaded yet can be tried again', async () => {
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Dashboard' }).click();
    await shown(page.getByRole('alert'), 'The page could not be loaded');
    await page.getByRole('button', { name: 'Try again' }).click();
    await shown(page.getByRole('alert'), 'The page could not be loaded');
    await context.setOffline(false);
    await Promise.all([page.waitForEvent('load'), page.getByRole('button', { name: 'Try again' }).click()]); // a module that failed stays so
    await shown(page.getByRole('link', { name: 'Week' }));
  });
  await step('a list that could not be loaded too', async () => {
    await context.setOffline(true);
    await page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Tokens' }).click();
    await shown(page.getByRole('alert'));
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click({ timeout: 2000 }).catch(() => {}); // or it did so by itself
    await shown(page.getByRole('table'));
  });
});

test('the server is away at the start', { once: true }, async ({ page, goto, signIn, step, allow }) => {
  await signIn();
  let down = true;
  allow(/ERR_FAILED|status of 503/);
  for (const fail of [(route) => route.abort(), (route) => route.fulfill({ status: 503, body: 'away' })]) {
    down = true;
    await page.route('**/session', (route) => (down ? fail(route) : route.fallback()));
    await step('says so, and tries again', async () => {
      await goto('/settings/tokens');
      await shown(page.getByRole('alert'));
      await count(heading(page, 'Sign in'), 0);
      down = false;
      await page.getByRole('button', { name: 'Try again' }).click();
      await shown(heading(page, 'Tokens'));
    });
    await page.unroute('**/session');
  }
});

test('the first load', { once: true }, async ({ page, context, goto, signIn, note }) => {
  await signIn();
  const session = await context.newCDPSession(page);
  await session.send('Network.enable');
  let [requests, bytes] = [0, 0];
  session.on('Network.requestWillBeSent', () => { requests++; });
  session.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
  const first = await goto('/settings/tokens');
  await shown(page.getByRole('table'));
  const words = `${requests} requests, ${Math.round(bytes / 1024)} KB`;
  note(`the first load: ${words}`);
  assert.equal(first.headers()['content-encoding'], 'gzip');
  assert.ok(bytes > 10_000 && bytes < 100 * 1024, words);
  assert.ok(requests < 60, words);
  [requests, bytes] = [0, 0];
  await goto('/settings/tokens');
  await shown(page.getByRole('table'));
  note(`and again: ${requests} requests, ${Math.round(bytes / 1024)} KB`);
  assert.ok(bytes < 20 * 1024, `the next load takes ${bytes} bytes`);
});
