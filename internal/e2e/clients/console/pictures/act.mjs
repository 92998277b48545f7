// What is done on a page before its picture is taken. Nothing here sleeps: what takes
// time is waited for.
import { shown } from '../harness/page.mjs';

/** Waits until the page has what it asked for, and stands still. */
export async function settled(page) {
  await shown(page.locator('h1:not(.visually-hidden), .card').first());
  await page.waitForFunction(() => !document.querySelector('.loading, main [aria-busy="true"], .side .live[data-state="connecting"], .as-of.stale:not([data-cut])'));
  await page.evaluate(() => document.fonts.ready);
  await page.evaluate(() => new Promise((done) => { requestAnimationFrame(() => requestAnimationFrame(done)); }));
}

/** Presses a button of the page that opens a dialog, and waits for it. */
export function dialog(name) {
  return async (page) => {
    await settled(page);
    await page.locator('main').getByRole('button', { name }).first().click();
    await shown(page.getByRole('dialog'));
    await settled(page);
  };
}

/** Opens all that is folded: the page's own folds, and those in them. */
export function unfold(selector) {
  return async (page) => {
    await settled(page);
    await shown(page.locator(selector).first());
    await page.evaluate((of) => { for (const fold of document.querySelectorAll(of)) fold.open = true; }, selector);
  };
}

/** Fills in a webhook's form: its URL and the first three triggers. */
export async function fillWebhook(page) {
  await page.getByLabel('Subscriber URL').fill('https://hooks.lindqvist.example/slotcast/meetings');
  for (const name of ['Meeting Booked', 'Meeting Canceled', 'Meeting Rescheduled']) await page.getByLabel(name).check();
}

/** Makes a webhook, and shows its secret. It is gone when the picture is taken. */
export async function createWebhook(page) {
  await settled(page);
  await fillWebhook(page);
  await page.getByRole('button', { name: 'Save' }).click();
  await shown(page.getByRole('heading', { name: 'Webhook created' }));
  await shown(page.locator('s-snippets .code'));
}

/** Sends the webhook a sample, and waits for the answer. */
export async function sendTest(page) {
  await dialog('Send a test')(page);
  await page.getByRole('button', { name: 'Send test' }).click();
  await shown(page.getByRole('dialog').locator('.note'));
}

/** Submits a form as it is, so that it says what is missing. */
export function submit(name) {
  return async (page) => {
    await settled(page);
    await page.getByRole('button', { name }).last().click();
    await shown(page.locator('[aria-invalid="true"], [role="alert"]').first());
  };
}

/** Chooses the first time that is free. */
export async function chooseTime(page) {
  await settled(page);
  await page.locator('.time').first().click();
  await settled(page);
}

export async function openMenu(page) {
  await settled(page);
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await shown(page.getByRole('button', { name: 'Close the menu' }).first());
}

/** Runs the operation that the explorer begins with. */
export async function runOperation(page) {
  await settled(page);
  await page.getByRole('button', { name: /^Run/ }).click();
  await shown(page.locator('.result .code'));
}

/** Lets the page have its live connection, and then cuts it off for good. */
export function cut() {
  let off = false;
  const open = [];
  return {
    before: (page) => page.routeWebSocket(/\/graphql$/, (socket) => {
      if (off) return void socket.close({ code: 1012 });
      open.push(socket);
      socket.connectToServer();
    }),
    async prepare(page) {
      await settled(page);
      off = true;
      for (const socket of open) socket.close({ code: 1012 });
      await page.locator('.as-of.stale').evaluate((as) => { as.dataset.cut = ''; });
    },
  };
}

/** Has each question of the page's answered with an error, as when the server's database is away. */
export function broken() {
  return {
    before: (page) => page.route('**/graphql', async (route) => {
      if (/viewer/.test(route.request().postData() ?? '')) return route.continue(); // who is signed in
      await route.fulfill({ json: { errors: [{ message: 'internal error', extensions: { code: 'INTERNAL', errorId: 'err_01k8m2x4q7t9w3y5z6a8b0c1d2' } }] } });
    }),
    prepare: (page) => shown(page.getByRole('alert')),
  };
}
