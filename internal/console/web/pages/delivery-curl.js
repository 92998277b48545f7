// A message as a command for a shell.

/** Headers that curl makes itself. */
const own = new Set(["content-length", "host", "accept-encoding", "connection", "transfer-encoding"]);

/**
 * The request with curl. What is hidden of the headers stays so, for whoever runs
 * it to put in.
 * @param {string} url
 * @param {Record<string, unknown> | null | undefined} headers null: they are not known any more
 * @param {string} body
 */
export function asCurl(url, headers, body) {
  const lines = Object.entries(headers ?? { "Content-Type": "application/json" })
    .filter(([name]) => !own.has(name.toLowerCase()))
    .map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`);
  return [`curl -i ${quoted(url)}`, ...lines, `--data-raw ${quoted(body)}`].join(" \\\n  ") + "\n";
}

/** @param {string} text */
const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;
