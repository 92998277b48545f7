// Queries and mutations. What the server refuses is an ApiError, with its code
// and the field that it is about.

import { signal } from "./signal.js";

/** Where the server is, with a slash at the end. */
export const base = document.baseURI;

/** Whether the session has ended: whoever reads it shows the sign-in page. */
export const signedOut = signal(false);

/** The browser's other tabs, which are told of each sign-in and sign-out. */
export const otherTabs = new BroadcastChannel("slotcast.session");

/** Longer than the server lets a request take. */
const timeout = 30_000;

export class ApiError extends Error {
  /**
   * @param {string} message
   * @param {{ code?: string, field?: string, errorId?: string, retryAfter?: number }} extensions
   */
  constructor(message, extensions = {}) {
    super(message);
    this.name = "ApiError";
    /** Such as BAD_USER_INPUT; UNREACHABLE where no answer came. */
    this.code = extensions.code ?? "INTERNAL";
    /** Path of the input's field, such as attendees.0.email; empty where it is about no field. */
    this.field = extensions.field ?? "";
    /** What the log has the cause under. */
    this.errorId = extensions.errorId ?? "";
  }
}

/**
 * Asks the server. The answer is the operation's data.
 * @param {string} document
 * @param {Record<string, unknown>} [variables]
 * @param {AbortSignal} [abort]
 * @returns {Promise<any>}
 * @throws {ApiError}
 */
export async function query(document, variables = {}, abort) {
  const response = await send("graphql", post({ query: document, variables }), abort);
  const answer = await response.json().catch(() => null);
  if (!answer) throw new ApiError(`the server answered ${response.status} and no JSON: try again`);
  const [error] = answer.errors ?? [];
  if (!error) return answer.data;
  if (error.extensions?.code === "UNAUTHENTICATED") signedOut.value = true;
  throw new ApiError(error.message, error.extensions);
}

/**
 * Signs in, with { token } or with the { code } of a sign-in link.
 * @param {{ token: string } | { code: string }} by
 */
export async function signIn(by) {
  await answered(await send("session", post(by)));
  signedOut.value = false;
  otherTabs.postMessage("in");
}

/** Only the server can take the cookie away: while it does not answer, one stays signed in. @throws {ApiError} */
export async function signOut() {
  const response = await send("session", { method: "DELETE" }).catch(() => null);
  if (!response?.ok) throw new ApiError("you are still signed in: the server cannot be reached; try again", { code: "UNREACHABLE" });
  signedOut.value = true;
  otherTabs.postMessage("out");
}

/**
 * Whether there is a session. Renews it.
 * @throws {ApiError} it is not known
 */
export async function hasSession() {
  const response = await answered(await send("session", {}));
  return (await response.json()).signedIn === true;
}

/** @param {Response} response one of /session */
async function answered(response) {
  if (response.ok) return response;
  const answer = await response.json().catch(() => null); // a proxy has words of its own
  throw new ApiError(answer?.errors?.[0]?.message ?? `the server answered ${response.status}: try again`, answer?.errors?.[0]?.extensions);
}

/** @param {unknown} body */
function post(body) {
  return {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json, application/json" },
    body: JSON.stringify(body),
  };
}

/**
 * @param {string} path
 * @param {RequestInit} request
 * @param {AbortSignal} [abort]
 */
async function send(path, request, abort) {
  const late = AbortSignal.timeout(timeout);
  try {
    return await fetch(new URL(path, base), { ...request, signal: abort ? AbortSignal.any([abort, late]) : late });
  } catch (error) {
    if (abort?.aborted) throw error;
    throw new ApiError("the server cannot be reached: check the connection and try again", { code: "UNREACHABLE" });
  }
}
