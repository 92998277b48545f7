// Settings, Routing forms: questions that lead visitors to what suits them.

import { html } from "../core/dom.js";
import { list } from "../core/list.js";
import { href } from "../core/router.js";
import { leads, may } from "../core/session.js";
import { icon } from "../ui/icon.js";
import { nothing, pageHead, stateBadge, time } from "../ui/parts.js";
import { byName, listTable } from "../ui/table.js";
import { Page } from "./page.js";

/** @typedef {{ id: string, name: string, status: string, updatedAt: string, questions: { id: string }[], routes: { match: string }[] }} RoutingForm */

const formsQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  routingForms(first: $first, after: $after, last: $last, before: $before, orderBy: { field: NAME, direction: ASC }) {
    edges { node { id name status updatedAt questions { id } routes { match } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

class RoutingForms extends Page {
  /** @type {import("../core/list.js").List<RoutingForm>} */
  #forms = list({ document: formsQuery, field: "routingForms" });

  connected() {
    this.own(() => this.#forms.close());
  }

  view() {
    const create = leads() && may("ROUTING_FORMS_WRITE") && html`<a class="button primary" href=${href("/settings/routing-forms/new")}>${icon("plus")} Create routing form</a>`;
    return html`
      ${pageHead({ title: "Routing forms", text: "A form asks visitors some questions, and leads them by their answers to an event type, a page of yours, or a message.", actions: create })}
      ${listTable(this.#forms, {
        pages: byName,
        caption: "Routing forms, by name",
        key: (f) => f.id,
        columns: [
          { label: "Name", kind: "lead", view: (f) => html`<a class="whole break" href=${href(`/settings/routing-forms/${f.id}`)}>${f.name}</a>` },
          { label: "Questions", kind: "end", view: (f) => html`<span class="number">${f.questions.length}</span>` },
          { label: "Routes", kind: "end", view: (f) => html`<span class="number">${f.routes.length}</span>` },
          { label: "Status", view: (f) => stateBadge(f.status) },
          { label: "Changed", view: (f) => time(f.updatedAt) },
          { label: "Submissions", hideLabel: true, kind: "end", view: (f) => html`<a href=${href(`/settings/routing-forms/${f.id}?tab=submissions`)} aria-label=${`Submissions of ${f.name}`}>Submissions</a>` },
        ],
        empty: nothing({ icon: "forms", title: "No routing forms", text: "With one, who answers “Team” comes to the sales call, and who answers “Free” to your prices.", action: create }),
      })}`;
  }
}
customElements.define("page-routing-forms", RoutingForms);
