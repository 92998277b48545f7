// The base of all elements: one that draws itself anew when what it has read
// changes, at most once in a frame.
//
//   class Greeting extends View {
//     name = signal("you");                 // set with .name=${…}
//     connected() { this.own(effect(…)); }  // begins what must end
//     view() { return html`Hello ${this.name.value}`; }
//   }
//   customElements.define("x-greeting", Greeting);
//
// Elements have no shadow: the styles and the labels are the document's.

import { render } from "./dom.js";
import { Dependencies } from "./signal.js";

/** @type {Set<View>} */
const stale = new Set();
let scheduled = false;
const deepest = 8; // views inside of views

/** @param {View} view */
function drawSoon(view) {
  stale.add(view);
  if (scheduled) return;
  scheduled = true;
  // a tab in the background gets no frames, and must not pile up what to draw
  if (document.hidden) setTimeout(drawAll, 250);
  else requestAnimationFrame(drawAll);
}

// What a view gives to those inside of it is drawn in the same frame, so that
// what belongs together never shows two states; one that sets off itself waits.
function drawAll() {
  for (let depth = 0; stale.size > 0 && depth < deepest; depth++) {
    for (const view of [...stale]) {
      if (!stale.has(view)) continue; // another one has drawn it, or taken it away
      try {
        view.draw();
      } catch (error) {
        reportError(error); // the others are drawn all the same
      }
    }
  }
  scheduled = false;
  for (const view of stale) drawSoon(view);
}

/** Resolves when everything that waits to be drawn is drawn. */
export function drawn() {
  return new Promise((resolve) => requestAnimationFrame(() => resolve(undefined)));
}

export class View extends HTMLElement {
  #reads = new Dependencies(() => drawSoon(this));
  /** @type {(() => void)[]} */
  #owned = [];

  connectedCallback() {
    this.connected();
    this.draw();
  }

  disconnectedCallback() {
    this.#reads.clear();
    stale.delete(this);
    for (const end of this.#owned.splice(0)) end();
  }

  /** What is begun here is ended with own. */
  connected() {}

  /** @returns {unknown} what to show */
  view() {
    return null;
  }

  /** Calls end when the element leaves the document. @param {() => void} end */
  own(end) {
    this.#owned.push(end);
  }

  draw() {
    stale.delete(this);
    if (this.isConnected) render(this, this.#reads.read(() => this.view()));
  }

  /** Draws again in the next frame. */
  update() {
    if (this.isConnected) drawSoon(this);
  }
}
