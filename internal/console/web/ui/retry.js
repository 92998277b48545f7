// <s-retry .again=${() => …}>: a button that tries again, and does so by itself as
// soon as the connection that was cut is there again.

import { html } from "../core/dom.js";
import { connection } from "../core/live.js";
import { effect, signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { icon } from "./icon.js";

class Retry extends View {
  again = signal(() => {});

  connected() {
    let before = connection.peek();
    this.own(effect(() => {
      const now = connection.value;
      if (now === "open" && before !== "open") this.again.peek()();
      before = now;
    }));
  }

  view() {
    return html`<button type="button" class="button small" @click=${() => this.again.peek()()}>${icon("rotate")} Try again</button>`;
  }
}
customElements.define("s-retry", Retry);
