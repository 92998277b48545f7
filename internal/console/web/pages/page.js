// The base of pages: what the address says is in params.
//
//   class Meeting extends Page {
//     connected() { this.load(async () => { … }); }
//     view() { return html`${pageHead({ title: … })} …`; }
//   }
//
// What a page loads, it loads with load(): while that runs and when it fails,
// shown() says so in place of the content. An answer may come when one has gone
// elsewhere: called() and goOn() do nothing then.

import { go, place } from "../core/router.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { loading, problem } from "../ui/parts.js";

export class Page extends View {
  /** @type {import("../core/signal.js").Signal<Record<string, string>>} */
  params = signal({});
  /** @type {import("../core/signal.js").Signal<Error | null>} */
  failed = signal(/** @type {Error | null} */ (null));
  /** @type {(() => Promise<unknown>) | null} */
  #loading = null;
  #path = place.peek().path;

  connectedCallback() {
    this.classList.add("page");
    super.connectedCallback();
  }

  /**
   * Runs fn, which sets the page's signals from the server's answer. Called again
   * it loads again, and shows what is there until then.
   * @param {() => Promise<unknown>} fn
   */
  async load(fn) {
    this.#loading = fn;
    try {
      await fn();
      this.failed.value = null;
    } catch (error) {
      this.failed.value = /** @type {Error} */ (error);
    }
  }

  /** Does once more what load did last. */
  async reload() {
    if (this.#loading) await this.load(this.#loading);
  }

  #isHere() {
    return this.isConnected && place.peek().path === this.#path;
  }

  /** Says what the page is about in the window's title. @param {string} title */
  called(title) {
    if (this.#isHere()) setTitle(title);
  }

  /** Goes to another page, now that there is no more to do here. @param {string} path @param {{ replace?: boolean }} [how] */
  goOn(path, how) {
    if (this.#isHere()) go(path, how);
  }

  /**
   * @template T
   * @param {T | null | undefined} value what was loaded
   * @param {(value: T) => unknown} view
   */
  shown(value, view) {
    if (this.failed.value) return problem(this.failed.value, () => void this.reload());
    return value ? view(value) : loading();
  }
}

/** Sets the window's title. @param {string} title */
export function setTitle(title) {
  document.title = `${title} · slotcast`;
}
