// The field for an event type's hosts: check-boxes, and where there are many
// agents, those that are chosen and those that one looks for.

import { html } from "../core/dom.js";
import { checkboxes } from "../ui/form.js";

/** @typedef {{ id: string, name: string, email: string }} Host */

const few = 9; // as many as are offered at once

/**
 * @param {import("./event-type-sections.js").TypeForm} form
 * @param {Host[]} hosts
 * @param {string | null} hint
 */
export function hostsField(form, hosts, hint) {
  const { agentIds, hostSearch } = form.values.value;
  const options = (/** @type {Host[]} */ all) => all.map((h) => ({ value: h.id, label: h.name, hint: h.email }));
  if (hosts.length <= few) return html`<div class="many-checks">${checkboxes(form, "agentIds", { label: "Hosts", required: true, hint, options: options(hosts) })}</div>`;
  const asked = hostSearch.trim().toLowerCase();
  const others = hosts.filter((h) => !agentIds.includes(h.id) && `${h.name} ${h.email}`.toLowerCase().includes(asked));
  const offered = hosts.filter((h) => agentIds.includes(h.id) || others.indexOf(h) >= 0 && others.indexOf(h) < few);
  const id = form.id("hostSearch");
  return html`<div class="stack tight many-checks">
    ${checkboxes(form, "agentIds", { label: "Hosts", required: true, hint, options: options(offered) })}
    <div class="field"><label class="visually-hidden" for=${id}>Find an agent by name or address</label>
      <input class="input" id=${id} type="search" placeholder="Find an agent" autocomplete="off" .value=${hostSearch} @input=${(/** @type {any} */ e) => form.set("hostSearch", e.target.value)} @keydown=${(/** @type {KeyboardEvent} */ e) => e.key === "Enter" && e.preventDefault()}></div>
    <p class="small muted" role="status">${others.length > few ? `${agentIds.length} chosen; ${few} of ${others.length} others are offered.` : `${agentIds.length} chosen; ${others.length} others are offered.`}</p>
  </div>`;
}
