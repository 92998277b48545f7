// A meeting's page: what it costs, whether that is paid, and taking down what
// the payment provider says.

import { html, keyed } from "../core/dom.js";
import { dateTime, fromLocalInput, money } from "../core/format.js";
import { query } from "../core/gql.js";
import { may } from "../core/session.js";
import { ask } from "../ui/ask.js";
import { openDialog, toast } from "../ui/dialog.js";
import { Form, selectField, textArea, textField } from "../ui/form.js";
import { note, time } from "../ui/parts.js";
import { fact } from "./meeting-facts.js";
import { paymentBadge } from "./meetings-table.js";

/**
 * @typedef {import("./meeting-query.js").Meeting} Meeting
 * @typedef {import("./meeting-query.js").Payment} Payment
 */

/** @type {Record<string, { value: string, label: string }[]>} what may become of a payment */
const nexts = {
  PENDING: [{ value: "DONE", label: "Paid" }, { value: "FAILED", label: "Failed" }],
  FAILED: [{ value: "DONE", label: "Paid" }, { value: "PENDING", label: "Pending: a new try" }],
  EXPIRED: [{ value: "DONE", label: "Paid, too late" }, { value: "REFUNDED", label: "Refunded" }],
  DONE: [{ value: "REFUNDED", label: "Refunded" }],
  REFUNDED: [],
};

/**
 * @param {Meeting} m
 * @param {() => Promise<void>} reload
 */
export function payments(m, reload) {
  /** @type {Map<string, { payment: Payment, names: string[] }>} */
  const all = new Map(m.payment ? [[m.payment.id, { payment: m.payment, names: [] }]] : []);
  for (const { name, payment } of m.attendees) {
    if (payment) all.set(payment.id, { payment, names: [...(all.get(payment.id)?.names ?? []), name] });
  }
  if (all.size === 0) return null;
  return html`<section class="card" aria-labelledby="payment">
    <header><h2 id="payment">${all.size === 1 ? "Payment" : "Payments"}</h2></header>
    <ul class="people">${[...all.values()].map(({ payment, names }) => keyed(payment.id, html`<li class="stack tight">${one(payment, names, reload)}</li>`))}</ul>
  </section>`;
}

/**
 * @param {Payment} p
 * @param {string[]} names whose seats it is for
 * @param {() => Promise<void>} reload
 */
function one(p, names, reload) {
  const open = p.status === "PENDING" || p.status === "FAILED";
  return html`
    <div class="row between"><strong class="moment number">${money(p.amount, p.currencyCode)}</strong>${paymentBadge(p.status)}</div>
    ${names.length > 0 && html`<p class="muted small">For ${names.join(", ")}</p>`}
    <dl class="facts lines">
      ${open && p.heldUntil && fact("Held until", html`<time datetime=${p.heldUntil}>${dateTime(p.heldUntil)}</time> <span class="muted">${time(p.heldUntil)}</span>`)}
      ${p.method && fact("Method", p.method)}
      ${p.paymentTime && fact("At", html`<time datetime=${p.paymentTime}>${dateTime(p.paymentTime)}</time>`)}
      ${p.externalPaymentId && fact("Reference", html`<code>${p.externalPaymentId}</code>`)}
      ${p.orderId && fact("Order", html`<code>${p.orderId}</code>`)}
      ${p.billingName && fact("Billed to", html`${p.billingName}${p.billingAddress && html`<br>${p.billingAddress}`}`)}
      ${p.emailId && fact("E-mail", p.emailId)}
      ${p.note && fact("Note", html`<span class="said">${p.note}</span>`)}
    </dl>
    ${may("MEETINGS_WRITE") && (nexts[p.status] ?? []).length > 0 && html`<div><button type="button" class="button small" @click=${() => void record(p, reload)}>Record payment…</button></div>`}`;
}

/** @param {Payment} p @param {() => Promise<void>} reload */
async function record(p, reload) {
  const options = nexts[p.status];
  const form = new Form({ status: options[0].value, method: p.method ?? "", externalPaymentId: p.externalPaymentId ?? "", paymentTime: "", billingName: p.billingName ?? "", emailId: p.emailId ?? "", note: "" });
  let became = "";
  const done = await ask(form, {
    title: "Record payment",
    content: html`<p>${money(p.amount, p.currencyCode)}. slotcast takes no money: this takes down what your payment provider says, or that somebody paid in another way.</p>`,
    fields: () => html`
      ${selectField(form, "status", { label: "Status", required: true, options })}
      <div class="pair">
        ${textField(form, "method", { label: "Method", required: true, placeholder: "STRIPE, CASH, …" })}
        ${textField(form, "externalPaymentId", { label: "Reference", required: true, placeholder: "pi_3Nk…, receipt 42" })}
      </div>
      <details class="more"><summary>More</summary><div class="stack">
        ${textField(form, "paymentTime", { label: "Paid at", type: "datetime-local", hint: "In your time zone. Empty: now." })}
        ${textField(form, "billingName", { label: "Billed to" })}
        ${textField(form, "emailId", { label: "E-mail", type: "email" })}
        ${textArea(form, "note", { label: "Note", rows: 2 })}
      </div></details>`,
    action: "Record payment",
    run: async (v) => {
      const input = {
        paymentId: p.id, status: v.status, method: v.method.trim(), externalPaymentId: v.externalPaymentId.trim(), paymentTime: fromLocalInput(v.paymentTime),
        billingName: v.billingName.trim() || null, emailId: v.emailId.trim() || null, note: v.note.trim() || null,
      };
      const { recordPayment } = await query(`mutation ($input: RecordPaymentInput!) { recordPayment(input: $input) { status } }`, { input });
      became = v.status === "DONE" && recordPayment.status === "REFUNDED" ? "late" : recordPayment.status;
    },
  });
  if (!done) return;
  await reload();
  if (became !== "late") return toast(`The payment is recorded: ${became === "DONE" ? "paid" : became.toLowerCase()}.`);
  await openDialog({
    title: "Give the money back",
    content: (close) => html`<div class="stack">${note("bad", `The payment came after the hold had run out, and the time is not free any more. It is noted as refunded: give the ${money(p.amount, p.currencyCode)} back.`)}<footer><button type="button" class="button primary" @click=${() => close()}>I will give it back</button></footer></div>`,
  });
}
