// Who may change which agent, and which roles he may give.

import { leads, may, viewer } from "../core/session.js";

const roles = [
  { value: "MEMBER", label: "Member", hint: "Sees the meetings that he hosts, and changes his own name, time zone and schedule." },
  { value: "ADMIN", label: "Admin", hint: "All meetings, event types, webhooks and agents; no owners." },
  { value: "OWNER", label: "Owner", hint: "Everything, with identity providers and the audit log." },
];

const ranks = ["MEMBER", "ADMIN", "OWNER"];

/** Nobody changes an agent whose role is above his own. @param {{ id: string, role: string }} agent */
export function mayChange(agent) {
  const me = viewer.value;
  if (!me || !may("AGENTS_WRITE")) return false;
  return agent.id === me.agent.id || (leads() && ranks.indexOf(agent.role) <= ranks.indexOf(me.role));
}

/** Whether the viewer's token is narrowed or ends: it makes no owners and admins. */
export function narrowed() {
  return (viewer.value?.scopes.length ?? 0) > 0 || Boolean(viewer.value?.expiresAt);
}

/** The roles that the viewer may give, with the present one. @param {string} [present] */
export function givable(present = "MEMBER") {
  const top = narrowed() ? 0 : ranks.indexOf(viewer.value?.role ?? "MEMBER");
  return roles.filter((r) => r.value === present || ranks.indexOf(r.value) <= top);
}

/** Why there are fewer roles than one expects; null where there are not. */
export function roleHint() {
  return narrowed() && leads() ? "The token that you are signed in with is narrowed or ends: it makes no owners and admins." : null;
}
