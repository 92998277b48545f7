// A page of a list, as the address says: ?after=… and ?before=… are cursors, so
// that a page stays the same while new entries come in before it.

import { query, signedOut } from "./gql.js";
import { place } from "./router.js";
import { computed, effect, signal } from "./signal.js";

/**
 * @template T
 * @typedef {{
 *   nodes: import("./signal.js").Signal<T[] | null>,
 *   error: import("./signal.js").Signal<Error | null>,
 *   loading: import("./signal.js").Signal<boolean>,
 *   page: import("./signal.js").Signal<{ newer: string | null, older: string | null }>,
 *   isFirst: { readonly value: boolean },
 *   reload(): Promise<void>,
 *   close(): void,
 * }} List
 *   nodes: null until the first answer. page: cursors for ?before= and ?after=; null where there is no such page
 */

/**
 * Loads a connection whenever the address or the variables change.
 * @template T
 * @param {{ document: string, field: string, variables?: () => Record<string, unknown>, size?: number, fromEnd?: boolean }} of
 *   document takes $first, $after, $last, $before; field is the connection's name; variables may read signals.
 *   fromEnd: the connection has the newest at its end, as those in the order of ids do, and is shown from there
 * @returns {List<T>}
 */
export function list({ document, field, variables = () => ({}), size = 50, fromEnd = false }) {
  const nodes = signal(/** @type {T[] | null} */ (null));
  const error = signal(/** @type {Error | null} */ (null));
  const loading = signal(true);
  const page = signal(/** @type {{ newer: string | null, older: string | null }} */ ({ newer: null, older: null }));
  const isFirst = computed(() => !place.value.query.has("after") && !place.value.query.has("before"));
  const { path } = place.peek();
  let abort = new AbortController();

  function asked() {
    const after = place.value.query.get("after");
    const before = place.value.query.get("before");
    if (fromEnd) return { ...variables(), ...(before ? { first: size, after: before } : { last: size, before: after ?? undefined }) };
    return { ...variables(), ...(before ? { last: size, before } : { first: size, after: after ?? undefined }) };
  }

  async function reload() {
    await load(asked());
  }

  /** @param {Record<string, any>} by */
  async function load(by) {
    abort.abort();
    abort = new AbortController();
    const mine = abort;
    loading.value = true;
    try {
      const { edges, pageInfo } = (await query(document, by, mine.signal))[field];
      if (mine !== abort) return;
      error.value = null;
      const loaded = edges.map((/** @type {{ node: T }} */ edge) => edge.node);
      nodes.value = fromEnd ? loaded.reverse() : loaded;
      const start = by.after || pageInfo.hasPreviousPage ? pageInfo.startCursor : null;
      const end = by.before || pageInfo.hasNextPage ? pageInfo.endCursor : null;
      page.value = fromEnd ? { newer: end, older: start } : { newer: start, older: end };
    } catch (cause) {
      if (mine !== abort || mine.signal.aborted) return;
      error.value = /** @type {Error} */ (cause);
    }
    loading.value = false;
  }

  const stop = effect(() => {
    if (place.value.path === path && !signedOut.peek()) void load(asked()); // else the page is about to go
  });
  return { nodes, error, loading, page, isFirst, reload, close: () => (stop(), abort.abort()) };
}
