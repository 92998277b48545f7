// The mark: a slot in a calendar that is on the air.

import { html } from "../core/dom.js";

export function brand() {
  return html`<svg viewBox="0 0 32 32" aria-hidden="true"><rect x="2" y="5" width="20" height="23" rx="5" fill="currentColor"></rect><rect x="6.5" y="15" width="11" height="5" rx="2.5" fill="var(--accent)"></rect><path d="M24 12.5a6 6 0 0 1 0 10M27 9a10.5 10.5 0 0 1 0 17" fill="none" stroke="var(--accent)" stroke-width="2.4" stroke-linecap="round"></path></svg><span>slotcast</span>`;
}
