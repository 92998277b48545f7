// Who is signed in, and what he may do.

import { query } from "./gql.js";
import { signal } from "./signal.js";

/**
 * @typedef {"OWNER" | "ADMIN" | "MEMBER"} Role
 * @typedef {{ app: { id: string, name: string }, agent: { id: string, name: string, email: string, timeZone: string }, role: Role, scopes: string[], expiresAt: string | null, accessTokenId: string | null }} Viewer
 */

/** @type {import("./signal.js").Signal<Viewer | null>} */
export const viewer = signal(/** @type {Viewer | null} */ (null));

export async function loadViewer() {
  const data = await query(`{ viewer { app { id name } agent { id name email timeZone } role scopes expiresAt accessTokenId } }`);
  viewer.value = data.viewer;
}

/** Whether the viewer is an OWNER or an ADMIN. */
export function leads() {
  const role = viewer.value?.role;
  return role === "OWNER" || role === "ADMIN";
}

/** Whether the viewer is an OWNER. */
export function owns() {
  return viewer.value?.role === "OWNER";
}

/**
 * Whether the viewer's token is for a scope. Writing includes reading, and
 * reading meetings includes event types and agents.
 * @param {string} scope such as WEBHOOKS_READ
 */
export function may(scope) {
  const scopes = viewer.value?.scopes ?? [];
  if (scopes.length === 0) return viewer.value !== null;
  const enough = [scope, scope.replace("_READ", "_WRITE")];
  if (scope === "EVENT_TYPES_READ" || scope === "AGENTS_READ") enough.push("MEETINGS_READ", "MEETINGS_WRITE");
  return enough.some((s) => scopes.includes(s));
}
