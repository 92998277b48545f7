// Of which event types a webhook hears: all, or some, with a filter where there are
// many.

import { html } from "../core/dom.js";
import { query } from "../core/gql.js";
import { may } from "../core/session.js";
import { signal } from "../core/signal.js";
import { checkboxes, radios } from "../ui/form.js";

const most = 500; // that are offered
const many = 10; // from which on there is a filter

/** @typedef {{ id: string, name: string, slug: string, type: string, archivedAt: string | null }} EventType */

export class EventTypes {
  /** @type {import("../core/signal.js").Signal<EventType[]>} */
  #all = signal(/** @type {EventType[]} */ ([]));
  #filter = signal("");

  async load() {
    if (!may("EVENT_TYPES_READ")) return;
    /** @type {EventType[]} */
    const all = [];
    let after = "";
    while (all.length < most) {
      /** @type {{ edges: { node: EventType }[], pageInfo: { hasNextPage: boolean, endCursor: string } }} */
      const { edges, pageInfo } = (await query(`query ($after: Cursor) { eventTypes(first: 100, after: $after, orderBy: { field: NAME, direction: ASC }) { edges { node { id name slug type archivedAt } } pageInfo { hasNextPage endCursor } } }`, { after: after || null })).eventTypes;
      all.push(...edges.map((e) => e.node));
      if (!pageInfo.hasNextPage) break;
      after = pageInfo.endCursor;
    }
    this.#all.value = all;
  }

  /** @param {import("../ui/form.js").Form<any>} form */
  fields(form) {
    /** @type {string[]} */
    const chosen = form.values.value.eventTypeIds;
    const offered = this.#all.value.filter((t) => !t.archivedAt || chosen.includes(t.id));
    if (offered.length === 0 && chosen.length === 0) return null;
    const some = form.values.value.only === "some";
    return html`<div class="stack tight">
      ${radios(form, "only", { label: "Event type", required: true, options: [{ value: "", label: "All event types", hint: "Also those that are made later." }, { value: "some", label: "Only some" }] })}
      ${some && html`<div class="inset stack tight">
        ${offered.length > many && this.#search(offered.length)}
        ${this.#boxes(form, offered, chosen)}
      </div>`}
    </div>`;
  }

  /** @param {number} count */
  #search(count) {
    return html`<input class="input" type="search" aria-label="Find event types" placeholder=${`Find among ${count} event types`} .value=${this.#filter.value} @input=${(/** @type {any} */ e) => (this.#filter.value = e.target.value)}>`;
  }

  /** @param {import("../ui/form.js").Form<any>} form @param {EventType[]} offered @param {string[]} chosen */
  #boxes(form, offered, chosen) {
    const sought = this.#filter.value.trim().toLowerCase();
    const shown = offered.filter((t) => chosen.includes(t.id) || `${t.name} ${t.slug}`.toLowerCase().includes(sought));
    // those that were chosen and that the viewer does not see stay what they are
    const unseen = chosen.filter((id) => !offered.some((t) => t.id === id)).map((id) => ({ value: id, label: id }));
    const options = [...shown.map((t) => ({ value: t.id, label: t.archivedAt ? `${t.name} (archived)` : t.name })), ...unseen];
    return html`<div class="scroll-box">${checkboxes(form, "eventTypeIds", { label: "Event types", required: true, options })}</div>
      ${options.length === 0 && html`<p class="small muted" role="status">No event type has that in its name.</p>`}`;
  }
}
