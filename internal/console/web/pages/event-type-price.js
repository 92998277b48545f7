// What an event type costs: a price for each duration, the hold until it is paid,
// and what is given back.

import { html } from "../core/dom.js";
import { groupOf, radios, textField } from "../ui/form.js";
import { spanField } from "../ui/minutes.js";
import { durationsOf } from "./event-type-values.js";

/** @param {import("./event-type-sections.js").TypeForm} form */
export function priceFields(form) {
  const v = form.values.value;
  return html`
    ${radios(form, "paid", { label: "What it costs", required: true, options: [{ value: "no", label: "Nothing" }, { value: "yes", label: "A price", hint: "The time is held until your server, or a booking page, reports the payment." }] })}
    ${v.paid === "yes" && html`
      ${textField(form, "currencyCode", { label: "Currency", required: true, placeholder: "EUR", class: "short", hint: "Its code of ISO 4217." })}
      ${groupOf(form, "amountOnDuration", { label: v.type === "GROUP" ? "Price of a seat" : "Price", required: true }, html`<div class="edit-cols top">${durationsOf(v).map((d) => textField(form, `amountOnDuration.${d}`, {
        label: `${d} minutes`, required: true, inputmode: "decimal", class: "short",
        value: v.amountOnDuration[d] ?? "", set: (amount) => form.set("amountOnDuration", { ...form.values.peek().amountOnDuration, [d]: amount }),
      }))}</div>`)}
      ${spanField(form, "holdMinutes", { label: "Held for somebody who has yet to pay", required: true })}
      ${radios(form, "refunds", { label: "Cancellations", required: true, options: [{ value: "no", label: "None is refunded" }, { value: "yes", label: "Refunded when early enough" }] })}
      ${v.refunds === "yes" && spanField(form, "refundNoticeMinutes", { label: "At least so long before the start", required: true, hint: "0: any time before the start." })}`}`;
}
