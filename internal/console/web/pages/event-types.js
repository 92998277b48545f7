// Settings, Event types: what can be booked.

import { html } from "../core/dom.js";
import { money, typeName } from "../core/format.js";
import { list } from "../core/list.js";
import { href, place, replaceQuery } from "../core/router.js";
import { leads, may } from "../core/session.js";
import { icon } from "../ui/icon.js";
import { nothing, pageHead, stateBadge } from "../ui/parts.js";
import { byName, listTable } from "../ui/table.js";
import { filterChoice } from "../ui/tabs.js";
import { Page } from "./page.js";

/**
 * @typedef {{ id: string, name: string, slug: string, type: string, durations: number[], durationMinutes: number, amountOnDuration: Record<string, number>, currencyCode: string | null, maxAttendees: number, active: boolean, public: boolean, archivedAt: string | null, agents: { id: string, name: string }[] }} EventType
 */

const eventTypesQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor, $where: EventTypeWhereInput) {
  eventTypes(first: $first, after: $after, last: $last, before: $before, where: $where, orderBy: { field: NAME, direction: ASC }) {
    edges { node { id name slug type durations durationMinutes amountOnDuration currencyCode maxAttendees active public archivedAt agents { id name } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

/** @param {EventType} type */
function price({ amountOnDuration, currencyCode }) {
  const amounts = [...new Set(Object.values(amountOnDuration ?? {}))].sort((a, b) => a - b);
  const last = amounts.at(-1);
  if (!last) return html`<span class="muted">Free</span>`;
  const text = (/** @type {number} */ n) => money(n, currencyCode ?? "");
  return amounts.length === 1 ? text(last) : html`<span>${text(amounts[0])} – ${text(last)}</span>`;
}

/** @param {EventType} type */
function hosts({ agents }) {
  const names = agents.map((a) => a.name);
  return html`<span class="break name">${names.slice(0, 2).join(", ")}${names.length > 2 && html` <span class="muted nowrap">and ${names.length - 2} more</span>`}</span>`;
}

/** @param {EventType} type */
function state({ active, public: seen, archivedAt }) {
  if (archivedAt) return stateBadge("EXPIRED", "Archived");
  if (!active) return stateBadge("PAUSED", "Switched off");
  return seen ? stateBadge("ACTIVE", "Public") : stateBadge("WAITING", "Not public");
}

class EventTypes extends Page {
  /** @type {import("../core/list.js").List<EventType>} */
  #types = list({ document: eventTypesQuery, field: "eventTypes", variables: () => ({ where: this.#archived() ? { archivedAtNotNil: true } : { archivedAtIsNil: true } }) });

  connected() {
    this.own(() => this.#types.close());
  }

  #archived() {
    return place.value.query.get("show") === "archived";
  }

  view() {
    const archived = this.#archived();
    const create = leads() && may("EVENT_TYPES_WRITE") && html`<a class="button primary" href=${href("/settings/event-types/new")}>${icon("plus")} Create event type</a>`;
    return html`
      ${pageHead({ title: "Event types", text: "What can be booked: for how long, with whom, and for what price.", actions: create })}
      <div class="stack">
        ${filterChoice("Which event types", archived ? "archived" : "", [{ value: "", label: "Can be booked" }, { value: "archived", label: "Archived" }], (show) => replaceQuery({ show }))}
        ${listTable(this.#types, {
          pages: byName,
          caption: archived ? "Archived event types, by name" : "Event types, by name",
          key: (t) => t.id,
          columns: [
            { label: "Name", kind: "lead", view: (t) => html`<a class="whole break" href=${href(`/settings/event-types/${t.id}`)}>${t.name}</a><div><code class="muted small">${t.slug}</code></div>` },
            { label: "Type", view: (t) => html`<span>${typeName(t.type)}${t.maxAttendees > 1 && html`<span class="muted small nowrap"> · ${t.maxAttendees} seats</span>`}</span>` },
            { label: "Duration", view: (t) => html`<span class="number">${t.durations.join(", ")} min</span>` },
            { label: "Price", view: price },
            { label: "Hosts", view: hosts },
            { label: "State", view: state },
          ],
          empty: archived
            ? nothing({ icon: "archive", title: "Nothing is archived", text: "Event types that are archived cannot be booked any more; their meetings stay." })
            : nothing({ icon: "events", title: "No event types", text: "An event type says what contacts can book, such as a call of 30 minutes with one of three agents.", action: create }),
        })}
      </div>`;
  }
}
customElements.define("page-event-types", EventTypes);
