// Takes pictures of all of pages.mjs, light and dark, at both widths:
//
//   node screenshots.mjs FOLDER [--only NAME,NAME] [--empty 'COMMAND'] [--docs FOLDER] -- COMMAND...
//
// COMMAND serves a company with meetings: slotcast demo, or what has as much. --empty is
// what serves nothing yet. --docs makes those that the documentation shows, too. Exits
// with 1 if a page had an error.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { api } from './harness/api.mjs';
import { appearance, launch, schemes, viewports } from './harness/browser.mjs';
import { fits, goto, signIn } from './harness/page.mjs';
import { bounded, serve } from './harness/server.mjs';
import { watch } from './harness/watch.mjs';
import { pages } from './pages.mjs';
import { settled } from './pictures/act.mjs';
import { forDocs } from './pictures/docs.mjs';
import { sheet } from './pictures/sheet.mjs';
import { stage } from './pictures/stage.mjs';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' }, empty: { type: 'string', default: 'go run .' }, docs: { type: 'string' } } });
const [folder, ...command] = positionals;
const only = values.only?.split(',');
const chosen = pages.filter(({ name }) => !only || only.includes(name));
if (!folder || command.length === 0 || chosen.length === 0) {
  console.error(`usage: screenshots.mjs FOLDER [--only NAME,NAME] [--empty 'COMMAND'] [--docs FOLDER] -- COMMAND...\nNAME is one of ${pages.map(({ name }) => name).join(', ')}`);
  process.exit(2);
}

const atOnce = 3;
const longest = 3200; // pixels
const needs = (on) => chosen.some((page) => (page.on ?? 'demo') === on);
await bounded(900_000, main);

async function main() {
  mkdirSync(folder, { recursive: true });
  const servers = [];
  try {
    const places = await begin(servers);
    const bad = await takeAll(places);
    if (!only) writeFileSync(join(folder, 'index.html'), sheet(chosen, file));
    console.error(`${bad} of them with errors; see ${resolve(folder, only ? '' : 'index.html')}`);
    return bad > 0 ? 1 : 0;
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** Starts what serves, and signs in once at each, since a link counts once. */
async function begin(servers) {
  const start = async (words) => {
    console.error(`starting ${words.join(' ')}`);
    const server = await serve(words);
    servers.push(server);
    return server;
  };
  const demo = await start(command);
  const places = { demo: await place(demo) };
  const receiver = /Receiver +(http\S+)/.exec(demo.output())?.[1];
  if (needs('receiver') && !receiver) throw new Error('the command printed no receiver');
  places.receiver = { base: receiver, cookies: {} };
  if (needs('demo')) await stage(places.demo.api);
  if (needs('empty')) places.empty = await place(await start(values.empty.split(/\s+/)));
  return places;
}

async function place({ base, token, output }) {
  if (!token) throw new Error('the command printed no token to sign in with');
  const member = /Member +(slc_\w+)/.exec(output())?.[1];
  return { base, api: api({ urls: [base], owner: { token } }).api, tokens: { owner: token, member } };
}

/** A few pages at a time: those that change what others show come last, one by one. */
async function takeAll(places) {
  const launched = await launch(Object.values(places).map(({ base }) => base).filter(Boolean));
  const jobs = chosen.flatMap((page) => Object.keys(viewports).filter((v) => (page.only ?? v) === v).map((viewport) => ({ page, viewport })));
  let [done, bad] = [0, 0];
  const work = async (queue) => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      const faults = await take(launched.browser, places[job.page.on ?? 'demo'], job);
      done++;
      if (faults.length > 0) bad++;
      console.error(`${String(done).padStart(3)}/${jobs.length} ${job.page.name}, ${job.viewport}${faults.map((f) => `\n    ${f}`).join('')}`);
    }
  };
  try {
    const quiet = jobs.filter(({ page }) => !page.changes);
    await Promise.all(Array.from({ length: atOnce }, () => work(quiet)));
    await work(jobs.filter(({ page }) => page.changes));
    if (values.docs && bad === 0) await forDocs(launched.browser, (...of) => join(folder, file(...of)), values.docs);
  } finally {
    await launched.close();
  }
  return bad;
}

/** Takes a page's pictures at one width, light and dark, and returns what was wrong. */
async function take(browser, { base, api: ask, tokens }, { page: { name, path, prepare = settled, stand, as = 'owner', window: inWindow, allowed }, viewport }) {
  const context = await browser.newContext(appearance(viewport, 'light'));
  context.setDefaultTimeout(15_000);
  const { faults, allow } = watch(context, new URL(base).origin);
  if (allowed) allow(allowed);
  try {
    const page = await context.newPage();
    const stood = stand?.();
    await stood?.before(page);
    if (as !== 'nobody' && tokens) await signIn(page, tokens[as], base);
    await goto(page, typeof path === 'string' ? path : await path(ask), base);
    await (stood?.prepare ?? prepare)(page);
    await fits(page);
    if (!inWindow) await page.evaluate(() => scrollTo(0, 0)); // or the bar would stand in the middle of it
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(folder, file(name, viewport, colorScheme)), animations: 'disabled', caret: 'hide', ...await part(page, inWindow) });
    }
  } catch (fault) {
    faults.push(fault.message);
  }
  await context.close();
  return faults;
}

/** The window, or the whole page; of a long list its beginning. */
async function part(page, inWindow) {
  if (inWindow) return {};
  const { width, height } = await page.evaluate(() => ({ width: document.documentElement.clientWidth, height: document.documentElement.scrollHeight }));
  return { fullPage: true, clip: { x: 0, y: 0, width: Math.max(width, page.viewportSize().width), height: Math.min(height, longest) } };
}

function file(name, viewport, scheme) {
  return `${name}-${viewports[viewport].width}-${scheme}.png`;
}
