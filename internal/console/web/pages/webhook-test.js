// Sends a webhook a sample, and shows the receiver's answer as soon as it is there.

import { html } from "../core/dom.js";
import { duration, triggerName } from "../core/format.js";
import { query } from "../core/gql.js";
import { href } from "../core/router.js";
import { signal } from "../core/signal.js";
import { openDialog } from "../ui/dialog.js";
import { json } from "../ui/code.js";
import { Form, selectField } from "../ui/form.js";
import { loading, note } from "../ui/parts.js";
import { prose } from "../ui/prose.js";

/**
 * @typedef {{ statusCode: number | null, latencyMs: number, address: string | null, response: string | null, responseHeaders: Record<string, string> | null, error: string | null }} Attempt
 * @typedef {{ id: string, status: string, attempts: Attempt[] }} Sample
 */

const send = `mutation ($id: ID!, $trigger: EventTrigger!) { testWebhook(id: $id, trigger: $trigger) { id status attempts { statusCode } } }`;
const look = `query ($id: ID!) { delivery(id: $id) { id status attempts { statusCode latencyMs address response responseHeaders error } } }`;

const patience = 60_000; // longer than an attempt takes

/**
 * @param {import("./webhook-parts.js").Webhook} w
 * @returns {Promise<unknown>} when the dialog is closed
 */
export function openTest(w) {
  const form = new Form({ trigger: w.triggers[0] ?? "MEETING_BOOKED" });
  /** @type {import("../core/signal.js").Signal<Sample | null>} */
  const sample = signal(/** @type {Sample | null} */ (null));
  const late = signal(false);
  let open = true;
  const run = async (/** @type {{ trigger: string }} */ { trigger }) => {
    sample.value = null;
    late.value = false;
    const { id } = (sample.value = (await query(send, { id: w.id, trigger })).testWebhook);
    await follow(id);
  };
  // The first looks are close to each other: most receivers answer at once.
  const follow = async (/** @type {string} */ id) => {
    for (let spent = 0, pause = 120; open && spent < patience; spent += pause, pause = Math.min(pause * 1.4, 1500)) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      if (!open) return;
      const { delivery } = await query(look, { id });
      if (delivery?.attempts.length > 0) {
        sample.value = delivery;
        return;
      }
    }
    late.value = open;
  };
  return openDialog({
    title: "Send a test",
    wide: true,
    leavable: true, // an answer may take a minute, and is kept with the delivery
    content: () => html`<form class="stack" novalidate @submit=${form.submit(run)}>
      <p>A sample is sent to <code>${w.subscriberUrl}</code>, signed like any other message, with the header <code>Slotcast-Test</code>. It is tried once.</p>
      <div class="row test-choice">${selectField(form, "trigger", { label: "Event trigger", required: true, options: w.triggers.map((value) => ({ value, label: triggerName(value) })) })}${form.button(sample.value ? "Send another test" : "Send test")}</div>
      ${form.summary()}
      <div role="status">${sample.value && (sample.value.attempts.length > 0 ? answered(sample.value, sample.value.attempts[sample.value.attempts.length - 1]) : waiting(sample.value, late.value))}</div>
    </form>`,
  }).finally(() => (open = false));
}

/** @param {Sample} sample @param {boolean} late */
function waiting(sample, late) {
  if (!late) return html`<p class="small muted">Sent. The receiver has not answered yet…</p>${loading(2)}`;
  return note("wait", html`<p>It was not sent within a minute. <a href=${href(`/deliveries/${sample.id}`)}>Its delivery</a> shows what becomes of it.</p>`);
}

/** @param {Sample} sample @param {Attempt} a */
function answered(sample, a) {
  const good = sample.status === "DELIVERED";
  const headers = Object.entries(a.responseHeaders ?? {});
  return html`<div class="stack tight">
    ${note(good ? "ok" : "bad", html`
      <p><strong>${a.error ? prose(a.error) : good ? `The receiver answered ${a.statusCode}: delivered.` : `The receiver answered ${a.statusCode}.`}</strong></p>
      <p class="small">${a.statusCode === null ? "No status code" : html`Status code ${a.statusCode}`}, after ${duration(a.latencyMs)}${a.address && html`, from <code>${a.address}</code>`}</p>`)}
    ${a.response && html`<h3>Body of the answer</h3>${json(a.response, "Body of the answer")}`}
    ${headers.length > 0 && html`<details><summary class="small">Headers of the answer</summary><dl class="facts lines small">${headers.map(([name, value]) => html`<div><dt><code>${name}</code></dt><dd><code>${value}</code></dd></div>`)}</dl></details>`}
    <p class="small"><a href=${href(`/deliveries/${sample.id}`)}>What was sent</a></p>
  </div>`;
}
