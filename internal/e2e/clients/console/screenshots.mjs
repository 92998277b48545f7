// Takes pictures of all of pages.mjs, light and dark, at both widths:
//
//   node screenshots.mjs FOLDER [--only NAME] -- COMMAND...
//
// COMMAND serves, with example data if it has some. Exits with 1 if a page had an error.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { appearance, launch, schemes, viewports } from './harness/browser.mjs';
import { goto, signIn } from './harness/page.mjs';
import { bounded, serve } from './harness/server.mjs';
import { watch } from './harness/watch.mjs';
import { pages } from './pages.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const [folder, ...command] = positionals;
const chosen = pages.filter(({ name }) => !values.only || name === values.only);
if (!folder || command.length === 0 || chosen.length === 0) {
  console.error(`usage: screenshots.mjs FOLDER [--only NAME] -- COMMAND...\nNAME is one of ${pages.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const looks = Object.keys(viewports).flatMap((viewport) => schemes.map((scheme) => ({ viewport, scheme })));
await bounded(900_000, main);

async function main() {
  mkdirSync(folder, { recursive: true });
  console.error(`starting ${command.join(' ')}`);
  const server = await serve(command);
  let bad = 0;
  try {
    const launched = await launch(server.base);
    try {
      const cookies = await signedIn(launched.browser, server);
      let done = 0;
      for (const look of looks) {
        for (const page of chosen) {
          const faults = await take(launched.browser, server, cookies, page, look);
          done++;
          console.error(`${String(done).padStart(3)}/${looks.length * chosen.length} ${file(page, look)}${faults.map((f) => `\n    ${f}`).join('')}`);
          if (faults.length > 0) bad++;
        }
      }
    } finally {
      await launched.close();
    }
  } finally {
    await server.close();
  }
  if (!values.only) writeFileSync(join(folder, 'index.html'), sheet());
  console.error(`${bad} of them with errors; see ${resolve(folder, values.only ? '' : 'index.html')}`);
  return bad > 0 ? 1 : 0;
}

/** Signs in once, since a link counts once, and returns the cookies. */
async function signedIn(browser, { base, link, token }) {
  if (chosen.every(({ anonymous }) => anonymous)) return [];
  const context = await browser.newContext();
  const page = await context.newPage();
  if (token) {
    await signIn(page, token, base);
  } else if (link) {
    await page.goto(link);
    await page.waitForURL((url) => !url.pathname.endsWith('/sign-in'));
  } else {
    throw new Error('the command printed neither a link nor a token to sign in with');
  }
  const cookies = await context.cookies();
  await context.close();
  return cookies;
}

async function take(browser, { base }, cookies, { name, path, prepare, anonymous }, look) {
  const context = await browser.newContext(appearance(look.viewport, look.scheme));
  context.setDefaultTimeout(15_000);
  const { faults } = watch(context, new URL(base).origin);
  try {
    if (!anonymous) await context.addCookies(cookies);
    const page = await context.newPage();
    await goto(page, path, base);
    await prepare?.(page, { base });
    await page.evaluate(() => document.fonts.ready);
    await page.screenshot({ path: join(folder, file({ name }, look)), fullPage: true, animations: 'disabled', caret: 'hide' });
  } catch (fault) {
    faults.push(fault.message);
  }
  await context.close();
  return faults;
}

function file({ name }, { viewport, scheme }) {
  return `${name}-${viewports[viewport].width}-${scheme}.png`;
}

/** A page with all pictures. */
function sheet() {
  const figures = chosen.map((page) => `<h2>${page.name} <code>${page.path}</code></h2>\n<div>${looks.map((look) => {
    const name = file(page, look);
    return `<figure class="${look.viewport}"><a href="${name}"><img src="${name}" alt=""></a><figcaption>${look.viewport}, ${look.scheme}</figcaption></figure>`;
  }).join('\n')}</div>`);
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Screenshots</title>
<style>
  body { font: 15px sans-serif; margin: 24px; background: #888; color: #fff }
  div { display: flex; gap: 16px; align-items: flex-start; overflow-x: auto }
  figure { margin: 0; flex: none } .desk img { width: 720px } .phone img { width: 240px }
</style>
${figures.join('\n')}
</html>
`;
}
