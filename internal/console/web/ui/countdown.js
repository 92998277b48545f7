// <s-countdown .at=${iso}>: how long until then, to the second; once it has come,
// what is said instead.

import { html } from "../core/dom.js";
import { exactTime, relative } from "../core/format.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";

class Countdown extends View {
  at = signal("");
  past = signal("any moment now");
  #now = signal(Date.now());

  connected() {
    const timer = setInterval(() => (this.#now.value = Date.now()), 1000);
    this.own(() => clearInterval(timer));
  }

  view() {
    const at = this.at.value;
    return at && html`<time class="number" datetime=${at} title=${exactTime(at)}>${this.#until(at)}</time>`;
  }

  /** @param {string} at */
  #until(at) {
    const seconds = Math.round((new Date(at).getTime() - this.#now.value) / 1000);
    if (seconds <= 0) return this.past.value;
    if (seconds < 60) return `in ${seconds} s`;
    if (seconds < 3600) return `in ${Math.floor(seconds / 60)} min ${seconds % 60} s`;
    return relative(at, this.#now.value);
  }
}
customElements.define("s-countdown", Countdown);

/** @param {string} at @param {string} [past] what is said once it has come */
export function countdown(at, past = "any moment now") {
  return html`<s-countdown .at=${at} .past=${past}></s-countdown>`;
}
