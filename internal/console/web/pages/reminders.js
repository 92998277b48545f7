// The editor of an event type's reminders: a channel, and how long before.

import { html, keyed } from "../core/dom.js";
import { groupOf, textField } from "../ui/form.js";
import { spanField } from "../ui/minutes.js";
import { Rows } from "../ui/rows.js";

/** @param {import("./event-type-sections.js").TypeForm} form */
export function remindersEditor(form) {
  /** @type {Rows<import("./event-type-values.js").ReminderRow>} */
  const rows = new Rows(form.id("reminders"), "reminder", () => form.values.value.reminders, (all) => form.set("reminders", all));
  return groupOf(form, "reminders", { label: "When attendees are reminded", required: true, hint: "They are in the messages of webhooks: what receives those sends them." }, html`
    ${rows.all().length > 0 && html`<ul class="rows">${rows.all().map((r, i) => keyed(r.key, html`<li class="edit-row" id=${rows.id(r)}><div class="reminder" role="group" aria-label=${`Reminder ${i + 1}`}>
      <div class="edit-cols top grow">
        ${textField(form, `reminders.${i}.channel`, { label: "Channel", required: true, placeholder: "EMAIL", value: r.channel, set: (channel) => rows.change(r, { channel }) })}
        ${spanField(form, `reminders.${i}.beforeMinutes`, { label: "Before the start", required: true, value: r.before, set: (before) => rows.change(r, { before }) })}
      </div>${rows.buttons(r, i, { fixed: true })}</div></li>`))}</ul>`}
    ${rows.adder("Add reminder", () => ({ channel: "EMAIL", before: { n: "24", unit: "60" } }))}`);
}
