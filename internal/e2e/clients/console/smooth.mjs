// Measures how smooth a page stays under a live load, and prints JSON:
//
//   node smooth.mjs [--path /deliveries] [--seconds 20] [--events 50] [--deliveries 10000] -- COMMAND...
//
// COMMAND serves and prints a token, such as `go run .` for an empty data directory. First
// so many deliveries are made, then the page is opened, and while meetings are booked and
// called off at the rate, keys are pressed in it twice a second. --act FILE names a module
// whose default export, async (page) => {}, does that instead. --anonymous does not sign in.
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { appearance, launch } from './harness/browser.mjs';
import { prepareLoad } from './harness/load.mjs';
import { goto, signIn, until } from './harness/page.mjs';
import { bounded, serve } from './harness/server.mjs';
import { cost, record, summary } from './harness/smoothness.mjs';
import { watch } from './harness/watch.mjs';

const { values: options, positionals: command } = parseArgs({
  allowPositionals: true,
  options: {
    path: { type: 'string', default: '/deliveries' }, seconds: { type: 'string', default: '20' },
    events: { type: 'string', default: '50' }, deliveries: { type: 'string', default: '10000' },
    viewport: { type: 'string', default: 'desk' }, act: { type: 'string' }, anonymous: { type: 'boolean' },
  },
});
const [seconds, events, deliveries] = [options.seconds, options.events, options.deliveries].map(Number);
if (command.length === 0 || ![seconds, events, deliveries].every(Number.isFinite)) {
  console.error('usage: smooth.mjs [--path /deliveries] [--seconds 20] [--events 50] [--deliveries 10000] [--viewport desk] [--act FILE] [--anonymous] -- COMMAND...');
  process.exit(2);
}
const act = options.act ? (await import(pathToFileURL(resolve(options.act)))).default : press;

await bounded(600_000 + seconds * 1000, main);

async function main() {
  const server = await serve(command, { SLOTCAST_TOKEN_RATE: '0' });
  try {
    if (!server.token) throw new Error('the command printed no token');
    const load = await prepareLoad(server.base, server.token);
    try {
      await load.fill(deliveries, (n) => console.error(`${n} of ${deliveries} events`));
      await until(() => { if (load.received() < deliveries) throw new Error(`${load.received()} of ${deliveries} deliveries have come`); }, 120_000);
      console.log(JSON.stringify(await measure(server, load), null, 2));
    } finally {
      load.close();
    }
  } finally {
    await server.close();
  }
}

async function measure({ base, token }, load) {
  const launched = await launch(base);
  try {
    const context = await launched.browser.newContext({ ...appearance(options.viewport, 'light'), reducedMotion: 'no-preference' });
    const { faults } = watch(context, new URL(base).origin);
    await context.addInitScript(record);
    const page = await context.newPage();
    if (!options.anonymous) await signIn(page, token, base);
    await goto(page, options.path, base);
    const cdp = await context.newCDPSession(page);
    await cdp.send('Performance.enable');

    const stop = load.start(events);
    const before = await cdp.send('Performance.getMetrics');
    await page.evaluate(() => { window.smoothness.recording = true; });
    const began = performance.now();
    let acts = 0;
    for (; performance.now() - began < seconds * 1000; acts++) {
      await act(page, acts);
      await page.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 500); })); // the pace of a person
    }
    const took = (performance.now() - began) / 1000;
    const seen = await page.evaluate(() => window.smoothness);
    const after = await cdp.send('Performance.getMetrics');
    const made = await stop();
    return {
      path: options.path, viewport: options.viewport, seconds: Number(took.toFixed(1)), deliveries: load.received(),
      events: { ...made, perSecond: Number((made.made / took).toFixed(1)) },
      ...summary(seen, act === press ? acts : 0), ...cost(before, after, took), faults,
    };
  } finally {
    await launched.close();
  }
}

/** Goes through the page as somebody without a mouse does. */
function press(page, n) {
  return page.keyboard.press(['Tab', 'PageDown', 'Tab', 'PageUp'][n % 4]);
}
