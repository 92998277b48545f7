// <s-routing-submissions .form=${id} .targets=${…}>: what was submitted, and where
// it led.

import { html } from "../core/dom.js";
import { list } from "../core/list.js";
import { subscribe } from "../core/live.js";
import { href } from "../core/router.js";
import { leads, may } from "../core/session.js";
import { signal } from "../core/signal.js";
import { soon } from "../core/soon.js";
import { View } from "../core/view.js";
import { nothing, time } from "../ui/parts.js";
import { listTable } from "../ui/table.js";
import { destinationText } from "./routing-destination.js";

/**
 * @typedef {{ id: string, createdAt: string, answers: { question: string, answer: string }[], tracking: Record<string, unknown> | null,
 *   result: import("./routing-form-values.js").Destination, attendees?: { id: string, name: string, meeting: { id: string } }[] }} Submission
 *   attendees: none for a token that is not for meetings
 */

const submissionsQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor, $form: ID!, $booked: Boolean!) {
  routingFormSubmissions(first: $first, after: $after, last: $last, before: $before, where: { routingFormID: $form }, orderBy: { field: CREATED_AT, direction: DESC }) {
    edges { node { id createdAt answers { question answer } tracking result { type value } attendees @include(if: $booked) { id name meeting { id } } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

// What comes in while one watches: for owners and admins, as the server tells it.
const submitted = `subscription { meetingEvents(where: { triggers: [ROUTING_FORM_SUBMITTED] }) { id submission { routingForm { id } } } }`;

const rest = 1000; // milliseconds between two loads, however much is submitted
const shown = 3; // answers; the rest is folded
const long = 160; // characters of an answer; longer ones are folded, too

class RoutingSubmissions extends View {
  form = signal("");
  targets = signal(/** @type {import("./routing-destination.js").Target[]} */ ([]));
  /** @type {import("../core/list.js").List<Submission> | null} */
  #all = null;

  connected() {
    const all = list({ document: submissionsQuery, field: "routingFormSubmissions", variables: () => ({ form: this.form.value, booked: may("MEETINGS_READ") }) });
    this.#all = all;
    this.own(() => all.close());
    if (!leads() || !may("MEETINGS_READ")) return;
    const refresh = soon(async () => all.isFirst.value && all.reload(), { rest });
    this.own(() => refresh.stop());
    this.own(subscribe(submitted, {}, {
      next: (data) => data.meetingEvents.submission?.routingForm.id === this.form.peek() && refresh(),
      again: refresh,
    }));
  }

  view() {
    if (!this.#all) return null;
    return listTable(this.#all, {
      caption: "Submissions, the newest first",
      key: (s) => s.id,
      columns: [
        { label: "Submitted", kind: "lead", view: (s) => time(s.createdAt) },
        { label: "Answers", kind: "block", view: (s) => answers(s) },
        { label: "Led to", kind: "block", view: (s) => html`<div class="clamp">${destinationText(s.result, this.targets.value)}</div>` },
        ...(may("MEETINGS_READ") ? [{ label: "Booked", view: (/** @type {Submission} */ s) => booked(s.attendees ?? []) }] : []),
      ],
      empty: nothing({ icon: "forms", title: "Nothing was submitted yet", text: "What visitors answer stands here, with where it led them." }),
    });
  }
}
customElements.define("s-routing-submissions", RoutingSubmissions);

/** @param {{ name: string, meeting: { id: string } }[]} attendees */
function booked(attendees) {
  if (attendees.length === 0) return html`<span class="muted">–</span>`;
  return html`<div>${attendees.slice(0, 3).map((a, i) => html`${i > 0 && ", "}<a class="break" href=${href(`/meetings/${a.meeting.id}`)}>${a.name}</a>`)}</div>`;
}

/** @param {Submission} submission */
function answers({ answers: all, tracking }) {
  if (all.length === 0 && !tracking) return html`<span class="muted">None</span>`;
  const line = (/** @type {string} */ question, /** @type {unknown} */ answer) => html`<div><span class="muted small">${question}</span> <span class="break">${answer}</span></div>`;
  const short = (/** @type {string} */ text) => (text.length > long ? `${text.slice(0, long)}…` : text);
  const folded = all.filter((a, i) => i >= shown || a.answer.length > long);
  const came = Object.entries(tracking ?? {});
  const summary = [all.length > shown ? `${all.length - shown} more` : folded.length > 0 && "In full", came.length > 0 && "tracking"].filter(Boolean).join(", ").replace(/^t/, "T");
  return html`<div class="submitted-answers">${all.slice(0, shown).map((a) => line(a.question, short(a.answer)))}
    ${summary && html`<details class="small"><summary>${summary}</summary><div class="inner stack tight">
      ${folded.map((a) => line(a.question, a.answer))}
      ${came.map(([name, value]) => line(name, typeof value === "string" ? value : JSON.stringify(value)))}</div></details>`}</div>`;
}
