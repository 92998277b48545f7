// What goes on by itself: when the server is back, and when another tab signs out.
import assert from 'node:assert/strict';
import { modules, shown, test, until } from '../index.mjs';

const heading = (page, name) => page.getByRole('heading', { name, exact: true, level: 1 });
const link = (page, name) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name, exact: true });
const retry = (page) => page.getByRole('main').getByRole('button', { name: 'Try again' });

test('what could not be loaded is there once the server is', { once: true, limit: 60_000 }, async ({ page, signIn, goto, step, book, server }) => {
  await signIn();
  await book();
  await goto('/meetings');
  await shown(page.getByRole('table', { name: 'Meetings, by day' }));
  await link(page, 'Dashboard').click(); // its modules are there from now on
  await shown(page.getByRole('list').getByText('Meeting Booked').first());
  await server.kill();
  await step('a list, and each part of the dashboard', async () => {
    await link(page, 'Meetings').click();
    await shown(retry(page));
    await link(page, 'Dashboard').click();
    await until(async () => assert.equal(await retry(page).count(), 2)); // today's meetings and the newest events
  });
  await step('a page that was never loaded stays where it is, and can be tried again', async () => {
    await link(page, 'Routing forms').click();
    await shown(page.getByText('The page could not be loaded').first());
    await retry(page).click();
    await shown(page.getByText('The page could not be loaded').first());
    await shown(link(page, 'Dashboard')); // the browser has not shown a page of its own
  });
  await link(page, 'Dashboard').click();
  await until(async () => assert.equal(await retry(page).count(), 2));
  await server.restart();
  await until(async () => assert.equal(await retry(page).count(), 0));
  await shown(page.getByRole('list').getByText('Meeting Booked').first());
});

test('whoever signs out in one tab is signed out in all, and comes back in all', { once: true }, async ({ page, newPage, goto, signIn, step, owner, allow }) => {
  allow(/status of 401/);
  await signIn();
  await goto('/');
  const other = await newPage();
  await goto('/settings/tokens', other);
  await shown(heading(other, 'Tokens'));
  await page.bringToFront();
  await step('out', async () => {
    await page.getByRole('button', { name: 'Sign out' }).click();
    await shown(heading(page, 'Sign in'));
    await shown(heading(other, 'Sign in')); // without a click
  });
  await step('and in', async () => {
    await page.getByLabel('Access token').fill(owner.token);
    await page.keyboard.press('Enter');
    await shown(heading(page, 'Dashboard'));
    await shown(heading(other, 'Tokens'));
  });
});

test('times are in English, whatever the language of the browser', { once: true }, async ({ page, goto }) => {
  await goto('/sign-in');
  await modules(page);
  const shownIn = (language) => page.evaluate((language) => {
    const english = window.core.format.englishFor(language);
    return new Intl.DateTimeFormat(english, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(new Date('2026-11-22T17:04:00Z')).replaceAll(/\s/g, ' ');
  }, language);
  for (const [language, want] of [['en-US', 'Nov 22, 2026, 5:04 PM'], ['en-AU', '22 Nov 2026, 5:04 pm'], ['de-DE', '22 Nov 2026, 17:04'], ['ar', '22 Nov 2026, 5:04 pm'], ['ja-JP', '22 Nov 2026, 17:04']]) {
    assert.equal(await shownIn(language), want, language);
  }
});

test('settings lead to the first of them that one may see', { once: true }, async ({ page, goto, signIn, member }) => {
  await signIn(member.token);
  await goto('/settings');
  await shown(heading(page, 'Webhooks'));
  assert.match(page.url(), /\/settings\/webhooks$/);
});
