// Operations on their way to the server, and its answers as they are: an explorer
// shows errors beside data, and what is around them.

import { base, signedOut } from "../core/gql.js";

/** @typedef {{ status: number, text: string, milliseconds: number, bytes: number }} Answer text: the JSON, indented where it is not too long */

const longest = 512 << 10; // characters of what is indented

/**
 * @param {{ query: string, variables?: object, operationName?: string }} request
 * @param {AbortSignal} abort
 * @returns {Promise<Answer>}
 */
export async function send(request, abort) {
  const begun = performance.now();
  const response = await fetch(new URL("graphql", base), {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json" },
    body: JSON.stringify(request),
    signal: abort,
  });
  const text = await response.text();
  const milliseconds = performance.now() - begun;
  let shown = text;
  try {
    const answer = JSON.parse(text);
    if (answer.errors?.[0]?.extensions?.code === "UNAUTHENTICATED") signedOut.value = true;
    if (text.length <= longest) shown = JSON.stringify(answer, null, 2);
  } catch {
    // shown as it is
  }
  return { status: response.status, text: shown, milliseconds, bytes: new Blob([text]).size };
}

/**
 * The same for a shell; a subscription as a stream of events.
 * @param {{ query: string, variables?: object, operationName?: string }} request
 * @param {boolean} streams
 */
export function asCurl(request, streams) {
  const lines = [
    `curl -sS${streams ? "N" : ""} '${new URL("graphql", base)}'`,
    `-H 'Authorization: Bearer slc_...'`,
    `-H 'Content-Type: application/json'`,
    ...(streams ? [`-H 'Accept: text/event-stream'`] : []),
    `-d '${JSON.stringify(request).replaceAll("'", `'\\''`)}'`,
  ];
  return lines.join(" \\\n  ");
}
