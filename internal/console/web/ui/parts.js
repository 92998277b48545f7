// The small parts that pages are made of. Their styles are in style/parts.css.

import { html } from "../core/dom.js";
import { exactTime, percent, relative, words } from "../core/format.js";
import { href } from "../core/router.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { icon } from "./icon.js";
import "./retry.js";

/**
 * The head of a page: its h1, which the shell focuses after a change of page.
 * @param {{ title: unknown, text?: unknown, back?: { path: string, text: string }, actions?: unknown }} of
 */
export function pageHead({ title, text, back, actions }) {
  return html`<div class="page-head">
    <div>
      ${back && html`<a class="back" href=${href(back.path)}>${icon("back")} ${back.text}</a>`}
      <h1 tabindex="-1">${title}</h1>
      ${text && html`<p>${text}</p>`}
    </div>
    ${actions && html`<div class="actions">${actions}</div>`}
  </div>`;
}

/** @type {Record<string, "ok" | "wait" | "bad" | "info" | "">} states of everything to the tone of their badges */
const tones = {
  ACTIVE: "ok", DELIVERED: "ok", DONE: "ok", PUBLISHED: "ok", COMPLETED: "", OWNER: "info",
  PENDING: "wait", DEGRADED: "wait", HELD: "wait", INVITED: "wait", RUNNING: "info", RESCHEDULED: "wait", NO_SHOW: "wait", WAITING: "wait",
  FAILED: "bad", DISABLED: "bad", CANCELLED: "bad", EXPIRED: "", REFUNDED: "", PAUSED: "", DRAFT: "", DEACTIVATED: "",
};

/**
 * A state, as a badge. Its text says it; the colour only repeats it.
 * @param {string} state the value of an enum
 * @param {string} [text] none: the value in words
 */
export function stateBadge(state, text) {
  return html`<span class=${["badge dot", tones[state]]}>${text ?? words(state)}</span>`;
}

/** @param {string} text @param {"ok" | "wait" | "bad" | "info" | ""} [tone] */
export function badge(text, tone = "") {
  return html`<span class=${["badge", tone]}>${text}</span>`;
}

/**
 * What went wrong, and a way to try again.
 * @param {Error & { errorId?: string, code?: string }} error
 * @param {() => void} [retry]
 */
export function problem(error, retry) {
  return html`<div class="note bad" role="alert">${icon("warn")}<div>
    <p>${sentence(error.message)}</p>
    ${error.errorId && html`<p class="small">The server's log has the cause under <code>${error.errorId}</code>.</p>`}
    ${retry && html`<p>${error.code === "UNREACHABLE" ? html`<s-retry .again=${retry}></s-retry>` : html`<button type="button" class="button small" @click=${retry}>${icon("rotate")} Try again</button>`}</p>`}
  </div></div>`;
}

/** @param {string} message */
export function sentence(message) {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.!?]$/.test(text) ? text : text + ".";
}

/**
 * @param {"info" | "ok" | "wait" | "bad"} tone
 * @param {unknown} content
 */
export function note(tone, content) {
  const icons = { info: "info", ok: "check", wait: "warn", bad: "warn" };
  return html`<div class=${["note", tone]}>${icon(icons[tone])}<div>${content}</div></div>`;
}

/**
 * In place of a list that is empty: what would be here, and how it comes to be.
 * @param {{ icon: string, title: string, text?: unknown, action?: unknown }} of
 */
export function nothing({ icon: name, title, text, action }) {
  return html`<div class="nothing">${icon(name)}<h2>${title}</h2>${text && html`<p>${text}</p>`}${action}</div>`;
}

/** While something loads. @param {number} [lines] */
export function loading(lines = 4) {
  return html`<div class="loading" role="status"><span class="visually-hidden">Loading</span>${Array.from({ length: lines }, () => html`<span></span>`)}</div>`;
}

/**
 * A share as a bar and a number.
 * @param {number | null} share from 0 to 1; null: there is nothing to share
 * @param {string} label such as "of the last messages were delivered"
 */
export function meter(share, label) {
  if (share === null) return html`<span class="muted">–</span>`;
  return html`<span class=${["meter", share < 0.9 && "low"]}><span aria-hidden="true"><span style=${{ width: `${share * 100}%` }}></span></span>${percent(share)}<span class="visually-hidden"> ${label}</span></span>`;
}

/** How far something is. @param {number} share from 0 to 1 @param {string} label */
export function progress(share, label) {
  return html`<div class="progress" role="progressbar" aria-label=${label} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.floor(share * 100)}><div style=${{ width: `${share * 100}%` }}></div></div>`;
}

/** @type {import("../core/signal.js").Signal<number>} */
const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 10_000);

/** <s-time .at=${iso}>: how long ago, or until when; the exact time on hover. */
class RelativeTime extends View {
  at = signal("");

  view() {
    const at = this.at.value;
    return at && html`<time datetime=${at} title=${exactTime(at)}>${relative(at, Math.max(now.value, Date.now()))}</time>`;
  }
}
customElements.define("s-time", RelativeTime);

/** @param {string | null | undefined} at @param {string} [none] where there is no time */
export function time(at, none = "–") {
  return at ? html`<s-time .at=${at}></s-time>` : html`<span class="muted">${none}</span>`;
}

/** <s-copy .text=${…} .label=${…}>: a button that copies. */
class Copy extends View {
  text = signal("");
  label = signal("Copy");
  #done = signal(false);

  view() {
    return html`<button type="button" class="button quiet small" @click=${() => this.#copy()}>
      ${icon(this.#done.value ? "check" : "copy")} ${this.#done.value ? "Copied" : this.label.value}
      <span class="visually-hidden" role="status">${this.#done.value ? "Copied" : ""}</span>
    </button>`;
  }

  async #copy() {
    await copyText(this.text.peek());
    this.#done.value = true;
    setTimeout(() => (this.#done.value = false), 2000);
  }
}
customElements.define("s-copy", Copy);

// Without TLS, other than on this machine, browsers have no clipboard for pages; and
// where they have one, they may refuse it.
/** @param {string} text */
export async function copyText(text) {
  if (await navigator.clipboard?.writeText(text).then(() => true, () => false)) return;
  const area = document.createElement("textarea");
  area.value = text;
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

/** @param {string} text @param {string} [label] */
export function copy(text, label = "Copy") {
  return html`<s-copy .text=${text} .label=${label}></s-copy>`;
}

/** A secret that is shown once. @param {string} secret @param {string} label */
export function secretBox(secret, label) {
  return html`<div class="secret"><code aria-label=${label}>${secret}</code>${copy(secret)}</div>`;
}
