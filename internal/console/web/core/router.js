// Where the console is: the address is the only place that knows.
//
// A page's filters are in the query of its address, so that a link to it, the
// back button and a reload show the same. go and replaceQuery change it, and
// every link inside of the console is followed without a reload.

import { base } from "./gql.js";
import { signal } from "./signal.js";

const prefix = new URL(base).pathname; // ends with a slash

/**
 * @typedef {{ path: string, query: URLSearchParams }} Place path: without the prefix of the server's public URL
 */

/** @type {import("./signal.js").Signal<Place>} */
export const place = signal(read());

/** @returns {Place} */
function read() {
  const { pathname, search } = location;
  const path = "/" + (pathname.startsWith(prefix) ? pathname.slice(prefix.length) : pathname.slice(1));
  return { path: path.length > 1 ? path.replace(/\/$/, "") : path, query: new URLSearchParams(search) };
}

/**
 * The address of a place, for a link.
 * @param {string} path such as /settings/webhooks?state=PAUSED
 */
export function href(path) {
  return prefix + path.replace(/^\//, "");
}

/**
 * Goes to a place.
 * @param {string} path such as /deliveries?status=FAILED
 * @param {{ replace?: boolean }} [how] replace: the place before is not gone back to
 */
export function go(path, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", href(path));
  place.value = read();
}

/**
 * Changes some of the query of where we are; null and "" take a name away. The
 * pages of a list begin anew unless they are what is changed.
 * @param {Record<string, string | null>} changes
 */
export function replaceQuery(changes) {
  const { path, query } = place.peek();
  const next = new URLSearchParams(query);
  if (!("after" in changes || "before" in changes)) {
    next.delete("after");
    next.delete("before");
  }
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  go(text ? `${path}?${text}` : path, { replace: !("after" in changes || "before" in changes) });
}

addEventListener("popstate", () => (place.value = read()));

document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
  if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) return;
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey || link.target || link.hasAttribute("download")) return;
  const anchor = /^#(.+)/.exec(link.getAttribute("href") ?? "")?.[1];
  if (anchor) { // by itself it would be one of the base's address, not of this page's
    event.preventDefault();
    document.getElementById(anchor)?.focus();
    return;
  }
  if (link.origin !== location.origin || !link.pathname.startsWith(prefix) || link.dataset.leave !== undefined) return;
  event.preventDefault();
  go("/" + link.pathname.slice(prefix.length) + link.search);
});
