// What is done to a webhook, each after a question where it matters.

import { html } from "../core/dom.js";
import { dateTime } from "../core/format.js";
import { query } from "../core/gql.js";
import { go } from "../core/router.js";
import { confirm, openDialog, toast } from "../ui/dialog.js";
import { Form, selectField, textField } from "../ui/form.js";
import { note, secretBox } from "../ui/parts.js";
import { hostOf } from "./webhook-parts.js";
import "./webhook-snippets.js";

/** @typedef {import("./webhook-parts.js").Webhook} Webhook */

/** @param {Webhook} w */
export async function pause(w) {
  const done = await confirm({
    title: "Pause the webhook?",
    text: html`<p>Nothing is sent to <code>${w.subscriberUrl}</code> until you resume it. What happens meanwhile is kept for it, however much it is.</p>`,
    action: "Pause webhook",
    run: () => query(`mutation ($id: ID!) { pauseWebhook(id: $id) { id } }`, { id: w.id }),
  });
  if (done) toast("The webhook is paused.");
}

/** @param {Webhook} w */
export async function resume(w) {
  const text = /** @type {Record<string, string>} */ ({
    DEGRADED: "What waits is tried at once. If it still fails, the webhook becomes degraded again.",
    PAUSED: "All that it has missed is sent, in order, and then what happens.",
    DISABLED: "It is told of what happens from now on. What was before is not sent; replay it if it is needed.",
  })[w.state];
  const done = await confirm({
    title: "Resume the webhook?",
    text: html`<p>${text}</p>`,
    action: "Resume webhook",
    run: () => query(`mutation ($id: ID!) { resumeWebhook(id: $id) { id } }`, { id: w.id }),
  });
  if (done) toast("The webhook is active.");
}

/** @param {Webhook} w */
export async function remove(w) {
  const done = await confirm({
    title: "Delete the webhook?",
    text: html`<p>Nothing more is sent to <code>${w.subscriberUrl}</code>, and what it is still owed is cancelled. It cannot be taken back.</p>`,
    action: "Delete webhook",
    danger: true,
    typed: hostOf(w.subscriberUrl),
    run: () => query(`mutation ($id: ID!) { deleteWebhook(id: $id) }`, { id: w.id }),
  });
  if (!done) return;
  toast("The webhook is deleted.");
  go("/settings/webhooks");
}

/** @param {Webhook} w */
export async function replay(w) {
  const { openReplay } = await import("./replay-form.js");
  await openReplay({ id: w.id, subscriberUrl: w.subscriberUrl });
}

const overlaps = [
  { value: "0", label: "Not at all: it has leaked" },
  { value: "60", label: "For an hour" },
  { value: "1440", label: "For a day" },
  { value: "4320", label: "For three days" },
  { value: "10080", label: "For a week" },
];

// When those who know one signature alone change over.
const single = /** @type {Record<string, string>} */ ({
  CALENDLY: "Calendly-Webhook-Signature is made with the old secret until it ends: a receiver that checks that one changes over then.",
  CALCOM: "X-Cal-Signature-256 is made with the old secret until it ends: a receiver that checks that one changes over then.",
});

/** @param {Webhook} w */
export async function openRotate(w) {
  const form = new Form({ secret: "", overlapMinutes: "1440" });
  const made = await openDialog({
    title: "Rotate the secret",
    content: (/** @type {(made?: { webhook: Webhook, secret: string }) => void} */ close) => html`<form class="form" novalidate @submit=${form.submit(async (v) => {
      const input = { secret: v.secret || null, overlapMinutes: Number(v.overlapMinutes) };
      close((await query(`mutation ($id: ID!, $input: RotateWebhookSecretInput) { rotateWebhookSecret(id: $id, input: $input) { secret webhook { id format previousSecretUntil } } }`, { id: w.id, input })).rotateWebhookSecret);
    })}>
      ${form.summary()}
      <p>The webhook gets another secret token. While both are valid, messages are signed with both, so that nothing is refused while your program changes over.</p>
      ${single[w.format] && note("info", single[w.format])}
      ${selectField(form, "overlapMinutes", { label: "The old secret stays valid", required: true, options: overlaps })}
      ${textField(form, "secret", { label: "New secret token", class: "mono", hint: "Leave it empty, and one is made for you." })}
      <footer><button type="button" class="button" @click=${() => close()}>Keep as it is</button>${form.button("Rotate secret")}</footer>
    </form>`,
  });
  if (!made) return;
  const until = made.webhook.previousSecretUntil;
  await openDialog({
    title: "The new secret token",
    wide: true,
    content: (/** @type {() => void} */ close) => html`<div class="stack">
      ${note("ok", "It is shown this once. Copy it to where your program keeps its secrets: nobody can read it again.")}
      ${secretBox(made.secret, "Secret token")}
      <p>${until ? html`The old one stays valid until <strong>${dateTime(until)}</strong>.` : "There is no other valid secret any more."}</p>
      <details><summary>Verify the signature</summary><div class="in-details"><s-snippets .format=${made.webhook.format}></s-snippets></div></details>
      <footer><button type="button" class="button primary" autofocus @click=${() => close()}>I have copied it</button></footer>
    </div>`,
  });
}
