// A meeting: what, when and who, what has been paid, what it was before, what
// happened to it, and what can be done about it.

import { html } from "../core/dom.js";
import { typeName } from "../core/format.js";
import { query } from "../core/gql.js";
import { go, href } from "../core/router.js";
import { may } from "../core/session.js";
import { signal } from "../core/signal.js";
import { soon } from "../core/soon.js";
import { dayWithDate, dateIn } from "../core/wall.js";
import { icon } from "../ui/icon.js";
import { nothing, pageHead, problem, stateBadge } from "../ui/parts.js";
import { take, tell } from "./booked.js";
import { cancelMeeting, othersFor, reassign } from "./meeting-actions.js";
import { attendees } from "./meeting-attendees.js";
import { chain, details, extras, fate, notes, when } from "./meeting-facts.js";
import { payments } from "./meeting-payment.js";
import { meetingQuery, titleOf } from "./meeting-query.js";
import { reschedule } from "./meeting-reschedule.js";
import "./meeting-story.js";
import { Page } from "./page.js";

/** @typedef {import("./meeting-query.js").Meeting} Meeting */

const recheck = 15_000; // while the server has yet to note that a hold or a meeting is over
const longestWait = 2 ** 31 - 1; // of setTimeout

class MeetingPage extends Page {
  /** @type {import("../core/signal.js").Signal<{ meeting: Meeting | null } | null>} null: not loaded yet */
  #found = signal(/** @type {any} */ (null));
  #refresh = soon(() => this.#again());
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #turn;

  /** @type {import("../core/signal.js").Signal<Error | null>} why what is shown may be old */
  #old = signal(/** @type {Error | null} */ (null));

  connected() {
    this.own(() => this.#refresh.stop());
    this.own(() => clearTimeout(this.#turn));
    void this.#begin();
  }

  async #begin() {
    await this.load(() => this.#ask());
    const booked = take(this.params.peek().id);
    if (!booked || !this.isConnected) return;
    const seen = Boolean(this.#found.peek()?.meeting);
    await tell(booked, seen);
    if (seen) this.querySelector("h1")?.focus();
    else go("/meetings"); // a member books for others, too, but does not see theirs
  }

  async #ask() {
    const { id } = this.params.peek();
    const { meeting } = await query(meetingQuery, { id }).catch((error) => {
      if (error.code === "NOT_FOUND") return { meeting: null };
      throw error;
    });
    this.#found.value = { meeting };
    if (!meeting || !this.isConnected) return;
    this.called(`${titleOf(meeting)}, ${dayWithDate(dateIn(meeting.start))}`);
    this.#wait(meeting);
  }

  // What is shown stays where it cannot be loaded anew.
  async #again() {
    try {
      await this.#ask();
      this.#old.value = null;
    } catch (error) {
      this.#old.value = /** @type {Error} */ (error);
    }
  }

  // When it begins, ends, or is held no longer, it is another without an event;
  // the server takes a moment to note the last two.
  /** @param {Meeting} m */
  #wait(m) {
    clearTimeout(this.#turn);
    const left = (/** @type {string | null | undefined} */ at) => Date.parse(at ?? "") - Date.now() + 1000;
    const holds = [m.payment, ...m.attendees.map((a) => a.payment)].map((p) => left(p?.heldUntil));
    const due = m.status === "HELD" ? holds.some((wait) => wait <= 0) : m.status === "ACTIVE" && left(m.end) <= 0;
    const next = [left(m.start), left(m.end), ...holds, due ? recheck : 0].filter((wait) => wait > 0);
    if (next.length > 0) this.#turn = setTimeout(() => this.#refresh(), Math.min(...next, longestWait));
  }

  // The head stands before there is a meeting: its h1 has the focus by then.
  view() {
    const found = this.#found.value;
    const m = found?.meeting;
    const title = m ? titleOf(m) : found ? "No such meeting" : "Meeting";
    return html`
      ${pageHead({ title, text: m && this.#subtitle(m), back: { path: "/meetings", text: "Meetings" }, actions: m && may("MEETINGS_WRITE") && this.#actions(m) })}
      ${this.shown(found, ({ meeting }) => (meeting ? this.#meeting(meeting) : html`<div class="card">${nothing({ icon: "search", title: "There is no such meeting", text: "It does not exist, or it is not yours to see.", action: html`<a class="button" href=${href("/meetings")}>To the meetings</a>` })}</div>`))}`;
  }

  /** @param {Meeting} m */
  #meeting(m) {
    const reload = () => this.#again();
    return html`
      ${this.#old.value && problem(this.#old.value, () => void reload())}
      ${fate(m)}
      <div class="two-thirds">
        <div class="stack">
          ${when(m)}
          ${attendees(m, reload)}
          ${notes(m)}
          <s-meeting-story .meeting=${m.id} @happened=${() => this.#refresh()}></s-meeting-story>
        </div>
        <div class="stack meeting-side">
          ${payments(m, reload)}
          ${chain(m)}
          ${details(m)}
          ${extras(m)}
        </div>
      </div>`;
  }

  /** @param {Meeting} m */
  #subtitle(m) {
    return html`${stateBadge(m.status)} ${m.modifiedEventName ? `${m.eventName} · ${typeName(m.type)}` : typeName(m.type)} with ${m.agents.map((a) => a.name).join(", ")}`;
  }

  /** @param {Meeting} m */
  #actions(m) {
    const reload = () => this.#again();
    return html`
      ${m.status === "ACTIVE" && html`<button type="button" class="button primary" @click=${() => void reschedule(m)}>${icon("clock")} Reschedule</button>`}
      ${othersFor(m).length > 0 && html`<button type="button" class="button" @click=${() => void reassign(m, reload)}>${icon("agents")} Reassign</button>`}
      ${(m.status === "ACTIVE" || m.status === "HELD") && html`<button type="button" class="button danger" @click=${() => void cancelMeeting(m, reload)}>${icon("close")} Cancel meeting</button>`}`;
  }
}
customElements.define("page-meeting", MeetingPage);
