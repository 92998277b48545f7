// What the files of cases say: test(title, body), or test(title, options, body).
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const all = new Map();
let file = '';

/**
 * Registers a case; its name is "<file>/<title>", with hyphens for what is no letter or digit.
 * Options: viewport ('desk' or 'phone'), scheme ('light' or 'dark'), timeZone, limit in ms, and
 * once: what it shows does not depend on the kind of servers, so one kind will do.
 */
export function test(title, options, body) {
  if (typeof options === 'function') [options, body] = [{}, options];
  const name = `${file}/${title.replaceAll(/[^\p{L}\p{N}]+/gu, '-')}`;
  if (all.has(name)) throw new Error(`two cases are called ${name}`);
  all.set(name, { name, options, body });
}

/** Loads the files of a folder, in order of their names, and returns the cases. */
export async function load(folder) {
  for (const entry of readdirSync(folder).sort()) {
    if (!entry.endsWith('.mjs')) continue;
    file = basename(entry, '.mjs');
    await import(pathToFileURL(join(folder, entry)));
  }
  return all;
}
