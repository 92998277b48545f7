// Subscriptions: all of a tab over one WebSocket, in graphql-transport-ws.
//
// After a cut it connects again, soon and then less often, and each subscription
// goes on: one whose document declares $after goes on behind the last cursor
// that came, so that nothing is lost and nothing comes twice. One without tells
// by again() that it may have missed something; what it shows is to be loaded
// anew then.
//
// connection says how it is, for the shell to show.

import { base, hasSession, signedOut } from "./gql.js";
import { signal } from "./signal.js";

/**
 * @typedef {{
 *   next: (data: any) => void,
 *   error?: (errors: { message: string, extensions?: { code?: string } }[], over: boolean) => void,
 *   again?: () => void,
 *   complete?: () => void,
 * }} Listener
 *   error: over says that they have ended it; else they came with a message. again: the subscription runs once more
 *   after a cut, and resumed from no cursor
 * @typedef {{ id: string, document: string, variables: Record<string, unknown>, on: Listener, resumes: boolean, ran: boolean }} Subscription
 */

/** @type {import("./signal.js").Signal<"idle" | "connecting" | "open" | "cut">} */
export const connection = signal(/** @type {any} */ ("idle"));

const beat = 10_000; // between two pings
const shortest = 250; // the first wait before another try
const longest = 8_000;
const lifetime = 4_000; // how long the socket stays without subscriptions

/** @type {Map<string, Subscription>} */
const running = new Map();
/** @type {WebSocket | null} */
let socket = null;
let number = 0;
let tries = 0;
let heard = true;
let doubt = false; // whether the session is good
/** @type {ReturnType<typeof setTimeout> | undefined} */
let retry;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let pulse;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let idle;

/**
 * Follows a subscription until the function that it returns is called.
 * @param {string} document
 * @param {Record<string, unknown>} variables
 * @param {Listener} on
 * @returns {() => void}
 */
export function subscribe(document, variables, on) {
  /** @type {Subscription} */
  const subscription = { id: "", document, variables: { ...variables }, on, resumes: document.includes("$after"), ran: false };
  run(subscription);
  if (connection.peek() === "open") start(subscription);
  else if (!socket && connection.peek() !== "cut") connect();
  return () => {
    if (!end(subscription)) return;
    if (connection.peek() === "open") say({ id: subscription.id, type: "complete" });
  };
}

/** @param {Subscription} subscription gets an id that none had */
function run(subscription) {
  subscription.id = String(++number);
  running.set(subscription.id, subscription);
  clearTimeout(idle);
}

/** @param {Subscription} subscription */
function end({ id }) {
  const ran = running.delete(id);
  if (ran && running.size === 0) idle = setTimeout(leave, lifetime);
  return ran;
}

/** Closes the socket, whatever runs over it. */
export function leave() {
  running.clear();
  clearTimeout(retry);
  clearTimeout(idle);
  drop();
  tries = 0;
  connection.value = "idle";
}

function connect() {
  clearTimeout(retry);
  connection.value = tries === 0 ? "connecting" : "cut";
  const url = new URL("graphql", base);
  url.protocol = url.protocol.replace("http", "ws");
  const opened = new WebSocket(url, "graphql-transport-ws");
  socket = opened;
  opened.onopen = () => opened.send('{"type":"connection_init"}');
  opened.onmessage = ({ data }) => opened === socket && take(JSON.parse(data));
  opened.onclose = ({ code }) => opened === socket && cut(code);
  watch();
}

// A connection that died silently is noticed by a ping that nobody answers.
function watch() {
  clearInterval(pulse);
  heard = true;
  pulse = setInterval(() => {
    if (!heard) return cut(1006);
    heard = false;
    if (connection.peek() === "open") say({ type: "ping" });
  }, beat);
}

/** @param {number} code */
function cut(code) {
  drop();
  if (code === 4401 || code === 4403) doubt = true;
  connection.value = running.size > 0 ? "cut" : "idle";
  if (running.size === 0) return;
  const wait = Math.min(longest, shortest * 2 ** tries++) * (0.7 + 0.6 * Math.random());
  retry = setTimeout(reconnect, wait);
}

// A browser does not tell why a socket could not be opened: whether the session
// has ended is found out by asking. Where nobody answers, it is tried again.
async function reconnect() {
  const signedIn = (tries < 2 && !doubt) || (await hasSession().catch(() => true));
  doubt = false;
  if (!signedIn) {
    signedOut.value = true;
    return leave();
  }
  if (socket) return;
  if (running.size > 0) connect();
  else connection.value = "idle"; // whoever subscribes next connects
}

function drop() {
  const old = socket;
  socket = null;
  clearInterval(pulse);
  if (old) {
    old.onopen = old.onmessage = old.onclose = null;
    old.close(1000);
  }
}

/** @param {object} message */
function say(message) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
}

/** @param {{ type: string, id?: string, payload?: any }} message */
function take({ type, id = "", payload }) {
  heard = true;
  if (type === "ping") return say({ type: "pong" });
  if (type === "connection_ack") return ready();
  const subscription = running.get(id);
  if (!subscription) return;
  switch (type) {
    case "next":
      next(subscription, payload);
      break;
    case "error":
      end(subscription);
      fail(subscription, payload);
      break;
    case "complete":
      end(subscription);
      subscription.on.complete?.();
  }
}

function ready() {
  tries = 0;
  connection.value = "open";
  for (const subscription of [...running.values()]) start(subscription);
}

/** @param {Subscription} subscription */
function start(subscription) {
  if (!running.has(subscription.id)) return;
  say({ id: subscription.id, type: "subscribe", payload: { query: subscription.document, variables: subscription.variables } });
  const missed = subscription.ran && !(subscription.resumes && subscription.variables.after);
  subscription.ran = true;
  if (missed) subscription.on.again?.();
}

/**
 * @param {Subscription} subscription
 * @param {{ data?: any, errors?: any[], extensions?: { cursor?: string } }} payload
 */
function next(subscription, { data, errors, extensions }) {
  if (subscription.resumes && extensions?.cursor) subscription.variables.after = extensions.cursor;
  if (errors?.length) subscription.on.error?.(errors, false);
  if (data) subscription.on.next(data);
}

/**
 * A cursor that is too old to resume from, or a subscriber that fell behind, begins
 * anew: what was missed cannot be had this way, and again() says so.
 * @param {Subscription} subscription
 * @param {{ message: string, extensions?: { code?: string } }[]} errors
 */
function fail(subscription, errors) {
  if (errors[0]?.extensions?.code !== "CURSOR_EXPIRED") {
    if (subscription.on.error) subscription.on.error(errors, true);
    else console.warn("subscription refused:", errors[0]?.message);
    return;
  }
  delete subscription.variables.after;
  run(subscription);
  start(subscription);
}

addEventListener("online", () => connection.peek() === "cut" && !socket && connect());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && connection.peek() === "cut" && !socket) connect();
});
