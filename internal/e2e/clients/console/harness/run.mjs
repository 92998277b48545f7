// Runs cases for a program that speaks with it in lines of JSON: console_test.go.
//
// Comes in:   {folder, chromium, origin, again} first, then {run, world} and {reply, value, error}
// Goes out:   {cases: [name]} first, then {call, name, args} and {result}
//
// When the input ends, so does this program, and the browser with it.
import { createInterface } from 'node:readline';
import { launch } from './browser.mjs';
import { runCase } from './case.mjs';
import { load } from './cases.mjs';

const lines = createInterface({ input: process.stdin });
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const waiting = new Map();
let calls = 0;
let setup; // the first line
let all; // the cases
let launched; // a promise of the browser, which is started for the first case

lines.on('line', async (text) => {
  const line = JSON.parse(text);
  if (!setup) {
    setup = line;
    all = await load(setup.folder);
    say({ cases: [...all.values()].filter(({ options }) => !(setup.again && options.once)).map(({ name }) => name) });
  } else if ('reply' in line) {
    const { resolve, reject } = waiting.get(line.reply);
    waiting.delete(line.reply);
    if (line.error) reject(new Error(line.error));
    else resolve(line.value);
  } else {
    say({ result: await run(line) });
  }
});
lines.on('close', async () => {
  setTimeout(() => process.exit(1), 5000).unref(); // should it not close: its end of the pipe ends it
  await (await launched)?.close();
  process.exit(0);
});

async function run({ run: name, world }) {
  launched ??= launch(setup.origin, setup.chromium);
  return runCase(all.get(name), await launched, world, control);
}

/** Asks the program for what only it can do. */
function control(name, args = {}) {
  const call = ++calls;
  const { promise, ...ends } = withResolvers();
  waiting.set(call, ends);
  say({ call, name, args });
  return promise;
}

function withResolvers() {
  let resolve;
  let reject;
  const promise = new Promise((...ends) => { [resolve, reject] = ends; });
  return { promise, resolve, reject };
}
