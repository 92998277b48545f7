// What follows when a webhook was created: its secret, this once, and what to do
// with it.

import { html } from "../core/dom.js";
import { href } from "../core/router.js";
import { note, pageHead, secretBox } from "../ui/parts.js";
import "./webhook-snippets.js";

/** @param {{ webhook: import("./webhook-parts.js").Webhook, secret: string | null }} of */
export function created({ webhook, secret }) {
  const path = `/settings/webhooks/${webhook.id}`;
  return html`
    ${pageHead({ title: "Webhook created", back: { path: "/settings/webhooks", text: "Webhooks" } })}
    ${note("ok", html`<p role="status">Webhook created. <code>${webhook.subscriberUrl}</code> is told of what happens from now on.</p>`)}
    ${secret !== null && html`<section class="card stack" aria-labelledby="created-secret">
      <h2 id="created-secret">Secret token</h2>
      <p>It is shown this once. Copy it to where your program keeps its secrets: nobody can read it again, only replace it.</p>
      ${secretBox(secret, "Secret token")}
    </section>
    <section class="card stack" aria-labelledby="created-verify">
      <h2 id="created-verify">Verify the signature</h2>
      <s-snippets .format=${webhook.format}></s-snippets>
    </section>`}
    ${secret === null && note("wait", html`<p>Its messages are not signed: your program cannot tell who has sent them. Rotate the secret of the webhook to give it one.</p>`)}
    <div class="form-actions"><a class="button primary" href=${href(path)}>${secret === null ? "Go to the webhook" : "I have copied it: go to the webhook"}</a></div>`;
}
