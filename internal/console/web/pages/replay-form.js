// Starts a replay: sends a webhook once more what happened in a range of time.

import { html } from "../core/dom.js";
import { fromLocalInput, toLocalInput, triggerNames } from "../core/format.js";
import { query } from "../core/gql.js";
import { go, href } from "../core/router.js";
import { signal } from "../core/signal.js";
import { openDialog, toast } from "../ui/dialog.js";
import { checkbox, checkboxes, Form, radios, selectField, textField } from "../ui/form.js";
import { note } from "../ui/parts.js";
import { webhookLabel } from "./webhook-names.js";

const hour = 3_600_000;
/** @type {Record<string, number>} how far back, in milliseconds */
const ranges = { hour, day: 24 * hour, week: 168 * hour };

/**
 * Asks for the webhook.
 * @param {import("./webhook-names.js").Named[]} webhooks
 * @returns {Promise<import("./webhook-names.js").Named | undefined>}
 */
export function chooseWebhook(webhooks) {
  const form = new Form({ webhook: webhooks[0]?.id ?? "" });
  return openDialog({
    title: "Replay to which webhook?",
    content: (/** @type {(answer?: import("./webhook-names.js").Named) => void} */ close) => (webhooks.length === 0
      ? html`<p>There is no webhook that something could be sent to.</p><footer><a class="button" href=${href("/settings/webhooks")} @click=${() => close()}>To the webhooks</a></footer>`
      : html`<form class="form" novalidate @submit=${form.submit(async (v) => close(webhooks.find((w) => w.id === v.webhook)))}>
        ${selectField(form, "webhook", { label: "Webhook", required: true, options: webhooks.map((w) => ({ value: w.id, label: webhookLabel(w) })) })}
        <footer>${form.button("Continue")}</footer>
      </form>`),
  });
}

/**
 * Asks what is to be sent, starts the replay, and goes to its page.
 * @param {{ id: string, subscriberUrl: string }} webhook
 */
export async function openReplay(webhook) {
  const now = Date.now();
  const form = new Form({ range: "day", from: toLocalInput(new Date(now - 24 * hour)), to: toLocalInput(new Date(now)), triggers: /** @type {string[]} */ ([]), onlyFailed: false });
  const running = signal("");
  const id = await openDialog({
    title: "Replay events",
    content: (/** @type {(id?: string) => void} */ close) => html`<form class="form" novalidate @submit=${form.submit(async (v) => {
      running.value = "";
      try {
        close(await begin(webhook.id, v));
      } catch (error) {
        if (/** @type {any} */ (error).code === "CONFLICT") running.value = await runningReplay(webhook.id);
        if (!running.peek()) throw error;
      }
    })}>
      <p>Sends what happened, in order, to <code class="break">${webhook.subscriberUrl}</code>: all that it would be told by what it chooses now. What it has had before comes again under the same message ID.</p>
      ${form.summary()}
      ${running.value && note("wait", html`<p role="alert">A replay to this webhook is running, and there is one at a time: wait for it, or cancel it. <a href=${href(`/replays/${running.value}`)} @click=${() => close()}>See that replay</a></p>`)}
      ${radios(form, "range", { label: "Events of", required: true, options: [{ value: "hour", label: "The last hour" }, { value: "day", label: "The last 24 hours" }, { value: "week", label: "The last 7 days" }, { value: "own", label: "A range of your own" }] })}
      ${form.values.value.range === "own" && html`<div class="grid">
        ${textField(form, "from", { label: "From", type: "datetime-local", required: true })}
        ${textField(form, "to", { label: "To", type: "datetime-local", hint: "None: until now." })}
      </div>`}
      ${checkboxes(form, "triggers", { label: "Triggers", hint: "None: all that the webhook chooses.", options: Object.entries(triggerNames).map(([value, label]) => ({ value, label })) })}
      ${checkbox(form, "onlyFailed", { label: "Only what failed", hint: "Messages that failed, or were cancelled. None that the receiver has had." })}
      <footer><button type="button" class="button" @click=${() => close()}>Cancel</button>${form.button("Start replay")}</footer>
    </form>`,
  });
  if (!id) return;
  toast("The replay has begun.");
  go(`/replays/${id}`);
}

/**
 * @param {string} webhookId
 * @param {{ range: string, from: string, to: string, triggers: string[], onlyFailed: boolean }} v
 * @returns {Promise<string>} the replay's id
 */
async function begin(webhookId, v) {
  const own = v.range === "own";
  const from = own ? fromLocalInput(v.from) : new Date(Date.now() - ranges[v.range]).toISOString();
  if (!from) throw Object.assign(new Error("enter the time from which on events are sent"), { field: "from" });
  const input = { webhookId, from, to: own ? fromLocalInput(v.to) : null, triggers: v.triggers.length > 0 ? v.triggers : null, onlyFailed: v.onlyFailed };
  const data = await query(`mutation ($input: ReplayEventsInput!) { replayEvents(input: $input) { id } }`, { input });
  return data.replayEvents.id;
}

/** @param {string} webhookId @returns {Promise<string>} its id, or "" */
async function runningReplay(webhookId) {
  try {
    const data = await query(`query ($where: ReplayWhereInput) { replays(last: 1, where: $where) { edges { node { id } } } }`, { where: { webhookID: webhookId, status: "RUNNING" } });
    return data.replays.edges[0]?.node.id ?? "";
  } catch {
    return "";
  }
}
