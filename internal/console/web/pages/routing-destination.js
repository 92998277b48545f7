// Where a routing form leads: the fields to choose it, and how it reads.

import { html } from "../core/dom.js";
import { query } from "../core/gql.js";
import { href } from "../core/router.js";
import { may } from "../core/session.js";
import { selectField, textArea, textField } from "../ui/form.js";

/**
 * @typedef {import("./routing-form-values.js").Destination} Destination
 * @typedef {{ id: string, name: string, active: boolean, archivedAt: string | null }} Target an event type
 */

const kinds = [
  { value: "EVENT_TYPE", label: "An event type" },
  { value: "EXTERNAL_URL", label: "A page of yours" },
  { value: "CUSTOM_MESSAGE", label: "A message" },
];

/** The event types, as many as a form can offer; also those that lead nowhere any more, to show them. @returns {Promise<Target[]>} */
export async function loadTargets() {
  if (!may("EVENT_TYPES_READ")) return [];
  /** @type {Target[]} */
  const all = [];
  for (let after = null, more = true; more && all.length < 1000; ) {
    /** @type {{ edges: { node: Target }[], pageInfo: { hasNextPage: boolean, endCursor: string } }} */
    const page = (await query(`query ($after: Cursor) { eventTypes(first: 100, after: $after, orderBy: { field: NAME, direction: ASC }) { edges { node { id name active archivedAt } } pageInfo { hasNextPage endCursor } } }`, { after })).eventTypes;
    all.push(...page.edges.map((e) => e.node));
    after = page.pageInfo.endCursor;
    more = page.pageInfo.hasNextPage;
  }
  return all;
}

/** @param {Target} t */
const targetLabel = (t) => `${t.name}${t.archivedAt ? " (archived: leads nowhere)" : t.active ? "" : " (switched off: leads nowhere)"}`;

/**
 * @param {import("../ui/form.js").Form<any>} form
 * @param {string} path such as routes.0.destination
 * @param {Destination} destination
 * @param {(destination: Destination) => void} set
 * @param {Target[]} targets
 * @param {string} label
 */
export function destinationFields(form, path, destination, set, targets, label) {
  const { type, value } = destination;
  const change = (/** @type {string} */ text) => set({ type, value: text });
  const offered = targets.filter((t) => !t.archivedAt || t.id === value);
  const at = `${path}.value`;
  return html`<div class="edit-cols top destination">
    ${selectField(form, `${path}.type`, { label, required: true, options: kinds, value: type, set: (next) => set({ type: next, value: "" }) })}
    ${type === "EVENT_TYPE" && selectField(form, at, { label: "Event type", required: true, options: [{ value: "", label: "Choose one" }, ...offered.map((t) => ({ value: t.id, label: targetLabel(t) }))], value, set: change })}
    ${type === "EXTERNAL_URL" && textField(form, at, { label: "URL", required: true, type: "url", placeholder: "https://www.example.org/prices", value, set: change })}
    ${type === "CUSTOM_MESSAGE" && textArea(form, at, { label: "Message", required: true, rows: 2, placeholder: "Thank you, we will write to you.", value, set: change })}
  </div>`;
}

/** @param {Destination} destination @param {Target[]} targets */
export function destinationText({ type, value }, targets) {
  if (type === "EXTERNAL_URL") return html`<span>Page <span class="break">${value}</span></span>`;
  if (type === "CUSTOM_MESSAGE") return html`<span>Message “<span class="break">${value}</span>”</span>`;
  const found = targets.find((t) => t.id === value);
  return html`<span class="prose">Event type <a class="break" href=${href(`/settings/event-types/${value}`)}>${found ? targetLabel(found) : value}</a></span>`;
}
