// Cases that must fail, on pages that console_harness_test.go serves: each proves that
// the harness sees one kind of fault. Those at the end must pass.
import assert from 'node:assert/strict';
import { record, summary } from '../harness/smoothness.mjs';
import { gone, shown, test, until } from '../index.mjs';

const opens = (path) => async ({ step, goto, page }) => {
  await step('opens', () => goto(path));
  await step('the page is there', () => shown(page.getByRole('heading')));
};

test('foreign image', opens('/foreign-image'));
test('foreign socket', opens('/foreign-socket'));
test('console error', opens('/console-error'));
test('page error', opens('/page-error'));
test('policy violation', opens('/policy'));

test('name elsewhere', async ({ goto, page }) => {
  await goto('/good');
  await page.evaluate(() => fetch('http://elsewhere.example/').catch(() => {}));
});

test('axe', async ({ goto, axe }) => {
  await goto('/unnamed');
  await axe();
});

test('too wide', async ({ goto, looksRight }) => {
  await goto('/wide');
  await looksRight();
});

test('step', async ({ step, goto, page }) => {
  await step('opens', () => goto('/good'));
  page.setDefaultTimeout(300);
  await step('finds what is not there', () => shown(page.getByText('no such words')));
});

test('loaded again', async ({ goto, page, expectLive }) => {
  await goto('/good');
  await expectLive(() => page.reload(), page.getByRole('heading'));
});

test('hangs', async ({ step }) => {
  await step('waits for ever', () => new Promise(() => {}));
});

test('page hangs', async ({ goto, page }) => {
  await goto('/good');
  await page.evaluate(() => { for (;;); });
});

test('program hangs', async ({ goto }) => {
  await goto('/good');
  for (;;);
});

test('asks', ({ server }) => server.restart());

test('good', { once: true }, async ({ goto, page, looksRight, expectLive }) => {
  await goto('/good');
  await looksRight();
  await expectLive(() => page.evaluate(() => { document.querySelector('h1').textContent = 'Changed'; }), page.getByRole('heading'), 'Changed');
  await gone(page.getByText('Good'));
});

test('allowed', async ({ goto, allow }) => {
  allow(/the console says: on purpose/);
  await goto('/console-error');
});

test('signed in', async ({ signIn, goto, page }) => {
  await assert.rejects(signIn('wrong'), /answers 401/);
  await signIn('right');
  await goto('/private');
  await shown(page.getByRole('heading'), 'Private');
});

test('not smooth', async ({ goto, page }) => {
  await page.addInitScript(record);
  await goto('/good');
  await page.evaluate(() => {
    const block = (ms) => { for (const end = performance.now() + ms; performance.now() < end;); };
    window.smoothness.recording = true;
    document.addEventListener('keydown', () => block(120));
    setTimeout(block, 0, 200);
  });
  await page.keyboard.press('Tab');
  await until(async () => {
    const { longTasks, interactions, frames } = summary(await page.evaluate(() => window.smoothness), 1);
    assert.ok(longTasks.count >= 2 && longTasks.longest >= 200, `long tasks: ${JSON.stringify(longTasks)}`);
    assert.ok(interactions.count === 1 && interactions.longest >= 120, `interactions: ${JSON.stringify(interactions)}`);
    assert.ok(frames.count > 0 && frames.over50 >= 1, `frames: ${JSON.stringify(frames)}`);
  });
});
