// What a page must not do: ask another origin, print an error, throw one, break its
// Content-Security-Policy (which the browser prints as an error), crash.

/** Watches all pages of a context from its beginning. */
export function watch(context, origin) {
  const faults = [];
  const log = [];
  const allowed = [];
  const fault = (what) => {
    log.push(`FAULT ${what}`);
    if (!allowed.some((pattern) => pattern.test(what))) faults.push(what);
  };
  const asked = (what, url) => {
    log.push(`${what} ${url}`);
    const at = new URL(url);
    if (['data:', 'blob:', 'about:'].includes(at.protocol)) return; // nothing goes out
    if (at.origin.replace(/^ws/, 'http') !== origin) fault(`a request to another origin: ${what} ${url}`);
  };

  context.on('request', (request) => asked(request.method(), request.url()));
  context.on('response', (answer) => { if (answer.status() >= 400) log.push(`${answer.status()} ${answer.url()}`); });
  context.on('requestfailed', (request) => log.push(`${request.failure()?.errorText} ${request.url()}`));
  context.on('console', (message) => {
    const { url, lineNumber } = message.location();
    const text = `${message.text()} (${url}:${lineNumber + 1})`;
    if (message.type() === 'error') fault(`the console says: ${text}`);
    else log.push(`console.${message.type()}: ${text}`);
  });
  context.on('weberror', (error) => fault(`an error nobody caught: ${error.error().stack ?? error.error()}`));
  context.on('page', (page) => {
    page.on('websocket', (socket) => asked('WebSocket', socket.url()));
    page.on('crash', () => fault('the page crashed'));
  });
  return {
    faults,
    log,
    /** From now on what fits the pattern is no fault: a refused sign-in, a server that is down. */
    allow: (pattern) => allowed.push(pattern),
  };
}
