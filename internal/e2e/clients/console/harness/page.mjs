// What the cases do with pages. Nothing here sleeps: what takes time is waited for.
import assert from 'node:assert/strict';
import axeCore from 'axe-core';
import { schemes, viewports } from './browser.mjs';

/** Signs the page's context in, as the sign-in page does, and shows nothing yet. */
export async function signIn(page, token, base) {
  const answer = await page.context().request.post(new URL('session', base).href, {
    data: { token }, headers: { Origin: new URL(base).origin }, maxRedirects: 0,
  });
  assert.equal(answer.status(), 204, `POST /session answers ${answer.status()}: ${await answer.text()}`);
}

/** Goes to a path below the server's URL and waits until its scripts have run. */
export async function goto(page, path, base) {
  const answer = await page.goto(new URL(path.replace(/^\//, ''), base).href, { waitUntil: 'load' });
  assert.ok(answer === null || answer.ok(), `${path} answers ${answer?.status()}`);
  return answer;
}

/** Waits until check passes, and fails with what it threw last. */
export async function until(check, limit = 10_000) {
  const end = performance.now() + limit;
  for (;;) {
    try {
      return await check();
    } catch (fault) {
      if (performance.now() > end) throw fault;
    }
    await new Promise((resolve) => { setTimeout(resolve, 30); });
  }
}

/** Waits until the locator's one element is seen, and, if given, has the text. */
export const shown = (locator, text) => (text === undefined ? locator : locator.filter({ hasText: text })).waitFor({ state: 'visible' });
export const gone = (locator) => locator.waitFor({ state: 'hidden' });
export const value = (locator, want) => until(async () => assert.equal(await locator.inputValue(), want));
export const count = (locator, want) => until(async () => assert.equal(await locator.count(), want, `number of ${locator}`));

/**
 * Does something that the page is to learn of by itself, and waits for what should
 * then be seen: the page must not have been loaded again.
 */
export async function expectLive(page, action, locator, text) {
  const mark = await page.evaluate(() => (window.stillTheSamePage = Math.random()));
  const made = await action();
  await shown(typeof locator === 'function' ? locator(made) : locator, text);
  assert.equal(await page.evaluate(() => window.stillTheSamePage), mark, 'the page was loaded again');
  return made;
}

/**
 * Waits for what a page shows at its next look, between which it rests for at most
 * five seconds: its clock, which page.clock.install() has put in before the page was
 * gone to, runs ahead, but by less than a minute, after which pages look anyway.
 */
export async function soon(page, locator, state = 'visible') {
  const mark = await page.evaluate(() => (window.stillTheSamePage ??= Math.random()));
  for (let looks = 6; ; looks--) {
    await page.clock.fastForward(5_000);
    try {
      await locator.waitFor({ state, timeout: 1_000 });
      break;
    } catch (fault) {
      if (looks === 1) throw fault;
    }
  }
  assert.equal(await page.evaluate(() => window.stillTheSamePage), mark, 'the page was loaded again');
}

/** Fails where axe finds something serious or critical on the page as it is. */
export async function axe(page) {
  await page.evaluate(`if (!window.axe) { ${axeCore.source} }`); // not a script element: the page's policy would refuse it
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  const bad = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  if (bad.length === 0) return;
  const lines = bad.map(({ id, impact, help, nodes }) => [
    `${impact}: ${help} (${id})`,
    ...nodes.slice(0, 10).map((node) => `    ${node.target.flat().join(' ')}\n      ${node.html.slice(0, 160)}\n      ${(node.failureSummary ?? '').replaceAll(/\s+/g, ' ')}`),
  ].join('\n'));
  throw new Error(`axe finds on ${page.url()}:\n  ${lines.join('\n  ')}`);
}

/** Fails where the page is wider than its window. */
export async function fits(page) {
  const wide = await page.evaluate(() => {
    const most = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= most) return null;
    const out = [...document.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > most + 1);
    return `${document.documentElement.scrollWidth} px instead of ${most}: ${out.slice(0, 5).map((e) => `<${e.localName} class="${e.className}">`).join(' ')}`;
  });
  assert.equal(wide, null, `the page is too wide: ${wide}`);
}

/** Has axe and fits judge the page at each width in each scheme, as it is now. */
export async function looksRight(page, step = (_, body) => body()) {
  for (const [name, size] of Object.entries(viewports)) {
    for (const colorScheme of schemes) {
      await step(`looks right: ${name}, ${colorScheme}`, async () => {
        await page.setViewportSize(size);
        await page.emulateMedia({ colorScheme });
        await page.evaluate(() => new Promise((drawn) => { requestAnimationFrame(() => requestAnimationFrame(drawn)); })); // or colours are still the other scheme's
        await fits(page);
        await axe(page);
      });
    }
  }
}
