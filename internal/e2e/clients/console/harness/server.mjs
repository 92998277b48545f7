// A server of its own, for scripts that no Go test drives.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './page.mjs';

/**
 * Starts a command (words) that serves, with a data directory that goes away and no
 * settings but those given, and waits until it is ready. Returns where it is and how to sign in: what it printed,
 * a one-time link or a token. close() ends it.
 */
export async function serve(command, settings = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'slotcast-'));
  const addr = `127.0.0.1:${await freePort()}`;
  const base = `http://${addr}/`;
  const others = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(SLOTCAST_|DATABASE_URL$|REDIS_URL$)/.test(name)));
  const child = spawn(command[0], command.slice(1), {
    detached: true, // a group, so that what it starts ends with it
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...others, SLOTCAST_ADDR: addr, SLOTCAST_DATA_DIR: dir, ...settings },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => { output = (output + text).slice(-100_000); });
  }
  let ended = false;
  const end = new Promise((resolve) => {
    child.on('error', (fault) => { output += fault.message; resolve(); });
    child.on('exit', resolve);
  }).then(() => { ended = true; });
  const kill = (signal) => { try { process.kill(-child.pid, signal); } catch { /* it has ended */ } };
  process.on('exit', () => {
    kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  });
  const close = async () => {
    kill('SIGTERM');
    const timer = setTimeout(() => kill('SIGKILL'), 10_000);
    await end;
    clearTimeout(timer);
    kill('SIGKILL'); // what outlived it
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    await until(async () => {
      if (ended) return;
      const answer = await fetch(new URL('readyz', base), { signal: AbortSignal.timeout(5000) });
      if (!answer.ok) throw new Error(`/readyz answers ${answer.status}`);
    }, 120_000); // it may have to be compiled
    if (ended) throw new Error('it has ended');
  } catch (fault) {
    await close();
    throw new Error(`${command.join(' ')}: ${fault.message}\n${output.slice(-4000)}`);
  }
  return {
    base, close,
    link: /https?:\/\/\S+\/sign-in#code=\S+/.exec(output)?.[0],
    token: /\bslc_[0-9A-Za-z]{36}\b/.exec(output)?.[0],
    output: () => output,
  };
}

/** Does the work, and ends the script, and with it the server, on a signal, on an error and when the time is up. */
export async function bounded(ms, work) {
  const interrupted = new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not done after ${ms / 1000} s`)), ms).unref();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => reject(new Error(`interrupted by ${signal}`)));
  });
  try {
    process.exit(await Promise.race([work(), interrupted]));
  } catch (fault) {
    console.error(fault.stack);
    process.exit(1);
  }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
