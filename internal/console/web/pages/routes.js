// Every page: its path, its element, and who gets to see it. A page's module is
// loaded when it is first gone to.

import { leads, may, owns } from "../core/session.js";

/**
 * @typedef {{
 *   path: string, tag: string, title: string, load: () => Promise<unknown>,
 *   allowed?: () => boolean, nav?: { group: "" | "Settings", icon: string },
 * }} Route
 *   path: {name} stands for one step, and becomes a param. allowed: none: everybody who is signed in
 */

/** @type {Route[]} */
export const routes = [
  { path: "/", tag: "page-dashboard", title: "Dashboard", load: () => import("./dashboard.js"), allowed: () => may("MEETINGS_READ"), nav: { group: "", icon: "dashboard" } },

  { path: "/meetings", tag: "page-meetings", title: "Meetings", load: () => import("./meetings.js"), allowed: () => may("MEETINGS_READ"), nav: { group: "", icon: "meetings" } },
  { path: "/meetings/new", tag: "page-book", title: "Book a meeting", load: () => import("./book.js"), allowed: () => may("MEETINGS_WRITE") },
  { path: "/meetings/{id}", tag: "page-meeting", title: "Meeting", load: () => import("./meeting.js"), allowed: () => may("MEETINGS_READ") },

  { path: "/deliveries", tag: "page-deliveries", title: "Deliveries", load: () => import("./deliveries.js"), allowed: () => may("WEBHOOKS_READ"), nav: { group: "", icon: "deliveries" } },
  { path: "/deliveries/explain", tag: "page-explain", title: "Why was this not sent?", load: () => import("./explain.js"), allowed: () => may("WEBHOOKS_READ") },
  { path: "/deliveries/{id}", tag: "page-delivery", title: "Delivery", load: () => import("./delivery.js"), allowed: () => may("WEBHOOKS_READ") },
  { path: "/replays/{id}", tag: "page-replay", title: "Replay", load: () => import("./replay.js"), allowed: () => may("WEBHOOKS_READ") },

  { path: "/settings/webhooks", tag: "page-webhooks", title: "Webhooks", load: () => import("./webhooks.js"), allowed: () => may("WEBHOOKS_READ"), nav: { group: "Settings", icon: "webhooks" } },
  { path: "/settings/webhooks/new", tag: "page-webhook-form", title: "Create webhook", load: () => import("./webhook-form.js"), allowed: () => may("WEBHOOKS_WRITE") },
  { path: "/settings/webhooks/{id}", tag: "page-webhook", title: "Webhook", load: () => import("./webhook.js"), allowed: () => may("WEBHOOKS_READ") },
  { path: "/settings/webhooks/{id}/edit", tag: "page-webhook-form", title: "Edit webhook", load: () => import("./webhook-form.js"), allowed: () => may("WEBHOOKS_WRITE") },

  { path: "/settings/event-types", tag: "page-event-types", title: "Event types", load: () => import("./event-types.js"), allowed: () => may("EVENT_TYPES_READ"), nav: { group: "Settings", icon: "events" } },
  { path: "/settings/event-types/new", tag: "page-event-type-form", title: "Create event type", load: () => import("./event-type-form.js"), allowed: () => leads() && may("EVENT_TYPES_WRITE") },
  { path: "/settings/event-types/{id}", tag: "page-event-type-form", title: "Event type", load: () => import("./event-type-form.js"), allowed: () => may("EVENT_TYPES_READ") },

  { path: "/settings/routing-forms", tag: "page-routing-forms", title: "Routing forms", load: () => import("./routing-forms.js"), allowed: () => may("ROUTING_FORMS_READ"), nav: { group: "Settings", icon: "forms" } },
  { path: "/settings/routing-forms/new", tag: "page-routing-form", title: "Create routing form", load: () => import("./routing-form.js"), allowed: () => leads() && may("ROUTING_FORMS_WRITE") },
  { path: "/settings/routing-forms/{id}", tag: "page-routing-form", title: "Routing form", load: () => import("./routing-form.js"), allowed: () => may("ROUTING_FORMS_READ") },

  { path: "/settings/agents", tag: "page-agents", title: "Agents", load: () => import("./agents.js"), allowed: () => may("AGENTS_READ"), nav: { group: "Settings", icon: "agents" } },
  { path: "/settings/agents/{id}", tag: "page-agent", title: "Agent", load: () => import("./agent.js"), allowed: () => may("AGENTS_READ") },

  { path: "/settings/tokens", tag: "page-tokens", title: "Tokens", load: () => import("./tokens.js"), allowed: () => may("ACCESS_READ"), nav: { group: "Settings", icon: "tokens" } },
  { path: "/settings/identity-providers", tag: "page-identity-providers", title: "Identity providers", load: () => import("./identity-providers.js"), allowed: () => owns() && may("ACCESS_READ"), nav: { group: "Settings", icon: "lock" } },
  { path: "/settings/audit", tag: "page-audit", title: "Audit log", load: () => import("./audit.js"), allowed: () => owns() && may("ACCESS_READ"), nav: { group: "Settings", icon: "clock" } },

  { path: "/graphiql", tag: "page-explorer", title: "GraphQL explorer", load: () => import("./explorer.js") },
];

/**
 * The route of a path, and its params. A path that is written out goes before one
 * with a param, as it stands before it in the table.
 * @param {string} path
 * @returns {{ route: Route, params: Record<string, string> } | null}
 */
export function match(path) {
  const steps = path.split("/");
  for (const route of routes) {
    const params = matchSteps(route.path.split("/"), steps);
    if (params) return { route, params };
  }
  return null;
}

/**
 * @param {string[]} pattern
 * @param {string[]} steps
 */
function matchSteps(pattern, steps) {
  if (pattern.length !== steps.length) return null;
  /** @type {Record<string, string>} */
  const params = {};
  for (const [i, step] of pattern.entries()) {
    if (step.startsWith("{")) params[step.slice(1, -1)] = decodeStep(steps[i]);
    else if (step !== steps[i]) return null;
  }
  return params;
}

/** @param {string} step */
function decodeStep(step) {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
