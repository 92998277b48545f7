// The browser: Debian's chromium or what is like it, shut in.
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

/** The two widths that every page has to do with. */
export const viewports = { phone: { width: 360, height: 740 }, desk: { width: 1440, height: 900 } };
export const schemes = ['light', 'dark'];

/** Where the browser is: $SLOTCAST_TEST_CHROMIUM, or one of its names in $PATH. */
export function findChromium() {
  if (process.env.SLOTCAST_TEST_CHROMIUM) return process.env.SLOTCAST_TEST_CHROMIUM;
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    for (const folder of process.env.PATH.split(delimiter)) {
      const path = join(folder, name);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch { /* the next one */ }
    }
  }
  throw new Error('there is no chromium: install it, or say where it is with SLOTCAST_TEST_CHROMIUM');
}

/**
 * Starts the browser. It reaches the server's origin (or several) and nothing else: all other ways
 * lead to a proxy that refuses, and keeps what was wanted, whether by a page or by the
 * browser itself. The profile and whatever else it writes go away at close().
 */
export async function launch(origin, executablePath = findChromium()) {
  const home = mkdtempSync(join(tmpdir(), 'browser-'));
  process.on('exit', () => rmSync(home, { recursive: true, force: true }));
  const wall = await wallOff();
  try {
    const browser = await chromium.launch({
      executablePath,
      chromiumSandbox: process.getuid?.() !== 0, // root has no sandbox
      args: ['--disable-dev-shm-usage', '--disable-gpu', `--proxy-server=${wall.address}`, `--proxy-bypass-list=<-loopback>;${[origin].flat().map((o) => new URL(o).host).join(';')}`],
      env: { ...process.env, HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
    });
    return {
      browser,
      knocks: wall.knocks,
      async close() {
        await browser.close();
        wall.close();
        rmSync(home, { recursive: true, force: true });
      },
    };
  } catch (fault) {
    wall.close();
    throw fault;
  }
}

/** The settings of a context for one width, one scheme and one time zone. */
export function appearance(viewport, scheme, timezoneId = 'Europe/Madrid') {
  return {
    viewport: viewports[viewport], colorScheme: scheme, hasTouch: viewport === 'phone',
    reducedMotion: 'reduce', locale: 'en-GB', timezoneId, serviceWorkers: 'block',
  };
}

// Whom the browser asks for itself, for updates and accounts, whatever it is told: it is
// refused. What a page asks of them is seen by watch.mjs.
const itsOwn = /^(https?:\/\/)?([\w-]+\.)*(google|googleapis|gstatic|gvt1)\.com[:/]/;

function wallOff() {
  const knocks = [];
  const knock = ({ url }) => { if (!itsOwn.test(url)) knocks.push(url); };
  const server = createServer((request, answer) => {
    knock(request);
    answer.writeHead(403).end();
  });
  server.on('connect', (request, socket) => {
    knock(request);
    socket.on('error', () => {}); // a browser that was killed
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  server.unref();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve({
      address: `http://127.0.0.1:${server.address().port}`,
      knocks,
      close() {
        server.close();
        server.closeAllConnections();
      },
    }));
  });
}
