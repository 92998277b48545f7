// One case: a context of its own, its steps, its limit, and what is kept of a failure.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { appearance } from './browser.mjs';
import { api } from './api.mjs';
import * as pages from './page.mjs';
import { watch } from './watch.mjs';

const patience = 10_000; // for one thing that a step waits for

/** Runs a case and returns its result; `stuck` says that the browser is of no more use. */
export async function runCase({ name, options, body }, { browser, knocks }, world, control) {
  const began = performance.now();
  const context = await browser.newContext(appearance(options.viewport ?? 'desk', options.scheme ?? 'light', options.timeZone));
  context.setDefaultTimeout(Math.min(patience, world.limit));
  const watched = watch(context, new URL(world.base).origin);
  const steps = [];
  const result = { name, faults: [], steps, notes: [], files: [], stuck: false };
  const limit = Math.min(options.limit ?? world.limit, world.limit);
  knocks.length = 0;
  try {
    const page = await context.newPage();
    await within(limit, body(tools({ page, context, watched, steps, notes: result.notes, world, control })), `it hangs: more than ${limit} ms`);
  } catch (fault) {
    result.faults.push(told(fault, steps));
    result.stuck = fault instanceof Hanging;
  }
  result.faults.push(...watched.faults, ...knocks.map((url) => `the browser wanted to reach ${url}`));
  if (result.faults.length > 0) result.files = await keep(name, context, watched, steps, world.evidence);
  await within(3000, context.close(), 'it does not close').catch(() => { result.stuck = true; });
  return { ...result, ms: Math.round(performance.now() - began), log: watched.log.slice(-30) };
}

/** What a case is given. */
function tools({ page, context, watched, steps, notes, world, control }) {
  const { base, owner, member } = world;
  const step = async (title, what) => {
    const entry = { title, ms: null };
    steps.push(entry);
    const began = performance.now();
    const made = await what();
    entry.ms = Math.round(performance.now() - began);
    return made;
  };
  return {
    page, context, step, base, owner, member,
    allow: watched.allow,
    note: (text) => notes.push(text),
    newPage: () => context.newPage(),
    signIn: (token = owner.token, on = page) => pages.signIn(on, token, base),
    goto: (path, on = page) => pages.goto(on, path, base),
    axe: (on = page) => pages.axe(on),
    looksRight: (on = page) => pages.looksRight(on, step),
    expectLive: (action, locator, text) => pages.expectLive(page, action, locator, text),
    ...api(world),
    server: {
      /** Ends the server as a crash would. From now on its absence is no fault. */
      async kill() {
        watched.allow(/ERR_CONNECTION_|ERR_EMPTY_RESPONSE|ERR_SOCKET_NOT_CONNECTED|ERR_NETWORK_CHANGED|WebSocket connection to /);
        await control('kill');
      },
      restart: () => control('restart'),
      link: () => control('link'),
      receiver: () => receiver(control),
    },
  };
}

/** A receiver of webhooks that answers as told: a status, or 'hang'. */
async function receiver(control) {
  const { id, url } = await control('receiver');
  return {
    url,
    answer: (how) => control('answer', { id, how }),
    /** What has come, as soon as that is at least n requests: {header, body}. */
    requests: (n = 0) => control('requests', { id, n }),
  };
}

class Hanging extends Error {}

async function within(ms, work, words) {
  let timer;
  const late = new Promise((_, reject) => { timer = setTimeout(() => reject(new Hanging(words)), ms); });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch?.(() => {}); // what comes after the limit is nobody's
  }
}

/** The message with the step that failed and the line of the case, without the library's frames. */
function told(fault, steps) {
  const at = steps.findLast(({ ms }) => ms === null)?.title;
  const own = (fault.stack ?? '').split('\n').filter((line) => /^\s+at .*\/(cases|selftest)\//.test(line)).slice(0, 3);
  return [at ? `in the step "${at}":` : 'outside of steps:', stripVTControlCharacters(fault.message ?? String(fault)), ...own].join('\n');
}

async function keep(name, context, watched, steps, folder) {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name.replaceAll('/', '-'));
  const files = [];
  for (const [i, page] of context.pages().entries()) {
    try {
      const path = `${file}${i ? `-${i + 1}` : ''}.png`;
      await page.screenshot({ path, timeout: 3000 });
      files.push(path);
    } catch { /* a page that hangs has no picture */ }
  }
  const done = steps.map(({ title, ms }) => (ms === null ? `FAILED   ${title}` : `${String(ms).padStart(5)} ms ${title}`));
  writeFileSync(`${file}.log`, [...done, '', ...watched.log, ''].join('\n'));
  return [...files, `${file}.log`];
}
