// Where the focus goes when what had it is taken away, such as the button of a row
// that was deleted: to the page's head. A browser would start from the top again.

import { drawn } from "../core/view.js";

/**
 * @param {HTMLElement} root whose main element is watched
 * @returns {() => void} ends it
 */
export function keepFocus(root) {
  /** @type {Element | null} */
  let last = null;
  const inMain = (/** @type {EventTarget | null} */ at) => at instanceof Element && at.closest("#main") !== null;
  const came = (/** @type {FocusEvent} */ event) => {
    if (event.target instanceof Element && !event.target.closest("dialog")) last = inMain(event.target) ? event.target : null;
  };
  // who clicks beside everything, or leaves the window, wants it nowhere
  const left = () => queueMicrotask(() => {
    if (last?.isConnected && document.activeElement === document.body && document.hasFocus()) last = null;
  });
  const changed = new MutationObserver(() => {
    if (!last || last.isConnected || document.activeElement !== document.body || document.querySelector("dialog[open]")) return;
    last = null;
    void drawn().then(() => {
      if (document.activeElement === document.body) /** @type {HTMLElement | null} */ (root.querySelector("#main h1"))?.focus({ preventScroll: true });
    });
  });
  root.addEventListener("focusin", came);
  root.addEventListener("focusout", left);
  changed.observe(root, { childList: true, subtree: true });
  return () => {
    root.removeEventListener("focusin", came);
    root.removeEventListener("focusout", left);
    changed.disconnect();
  };
}
