// What the dashboard shows before anything has happened: how to begin.

import { html } from "../core/dom.js";
import { href } from "../core/router.js";
import { may } from "../core/session.js";
import { copy } from "../ui/parts.js";

export function start() {
  return html`<section class="card" aria-label="How to begin">
    <h2>Nothing has happened yet</h2>
    <p class="muted small">The figures below move by themselves as soon as a meeting is booked.</p>
    <ol class="steps">
      ${may("WEBHOOKS_WRITE") && html`<li><h3>Create a webhook</h3><p>Tell a program of yours when meetings are booked, canceled or rescheduled.</p><a class="button small" href=${href("/settings/webhooks/new")}>Create webhook</a></li>`}
      ${may("MEETINGS_WRITE") && html`<li><h3>Book a meeting</h3><p>Of one of the event types that are there. It arrives here, and at your webhooks.</p><a class="button small" href=${href("/meetings/new")}>Book a meeting</a></li>`}
      <li><h3>Try the API</h3><p>Everything here is done over GraphQL, which you can try in the browser.</p><a class="button small" href=${href("/graphiql")} data-leave>Open the GraphQL explorer</a></li>
      <li><h3>Or watch an example</h3><p>A server with example data, a receiver and a trickle of bookings:</p><div class="row"><code>slotcast demo</code>${copy("slotcast demo")}</div></li>
    </ol>
  </section>`;
}
