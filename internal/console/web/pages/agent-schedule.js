// When contacts can book an agent: windows on the days of the week, and dates
// that differ, in wall time of the agent's zone.

import { html, keyed } from "../core/dom.js";
import { words } from "../core/format.js";
import { query } from "../core/gql.js";
import { signal } from "../core/signal.js";
import { View } from "../core/view.js";
import { toast } from "../ui/dialog.js";
import { Form, groupOf, radios, textField } from "../ui/form.js";
import { icon } from "../ui/icon.js";
import { row, Rows } from "../ui/rows.js";
import { daysWithHours, dayWindows, inputOf, valuesOf, weekdays } from "./schedule-values.js";

/**
 * @typedef {{ from: string, until: string }} Window
 * @typedef {{ weeklyHours: (Window & { weekday: string })[], dateOverrides: { date: string, windows: Window[] }[] }} Schedule
 * @typedef {import("./schedule-values.js").WindowRow} WindowRow
 * @typedef {import("./schedule-values.js").DateRow} DateRow
 */

class AgentSchedule extends View {
  agent = signal(/** @type {import("./agent.js").Agent | null} */ (null));
  change = signal(false);
  saved = signal((/** @type {any} */ _agent) => {});
  #of = /** @type {Schedule | null | undefined} */ (undefined);
  #form = new Form(valuesOf(null));

  view() {
    const agent = this.agent.value;
    if (!agent) return null;
    if (this.#of !== agent.schedule) {
      this.#of = agent.schedule;
      this.#form = new Form(valuesOf(agent.schedule));
    }
    return html`<section class="card" aria-labelledby="agent-when"><header><h2 id="agent-when">Working hours</h2><span class="muted small">Wall time in ${agent.timeZone}</span></header>
      ${this.change.value ? this.#edit(agent) : this.#facts(agent.schedule)}</section>`;
  }

  /** @param {Schedule | null} schedule */
  #facts(schedule) {
    if (!schedule) return html`<p>Contacts can book at any time.</p>`;
    return html`<dl class="facts lines">${daysWithHours(schedule).map(({ name, text }) => html`<div><dt>${name}</dt><dd>${text}</dd></div>`)}</dl>`;
  }

  /** @param {import("./agent.js").Agent} agent */
  #edit(agent) {
    const form = this.#form;
    const values = form.values.value;
    const send = form.submit(async (v) => {
      const data = await query(`mutation ($id: ID!, $input: UpdateAgentInput!) { updateAgent(id: $id, input: $input) { schedule { weeklyHours { weekday from until } dateOverrides { date windows { from until } } } } }`, { id: agent.id, input: { schedule: inputOf(v) } });
      this.saved.peek()(data.updateAgent);
      toast("The working hours are saved.");
    });
    return html`<form class="form" novalidate @submit=${send}>
      ${form.summary()}
      ${radios(form, "kind", { label: "Contacts can book", required: true, options: [{ value: "hours", label: "In working hours" }, { value: "any", label: "At any time" }] })}
      ${values.kind === "hours" && html`
        ${groupOf(form, "schedule.weeklyHours", { label: "Each week", required: true, hint: "An end at midnight is the end of the day. A window over midnight is two." }, html`<ul class="week">${weekdays.map((day) => this.#day(form, day))}</ul>`)}
        <div><button type="button" class="button small" @click=${() => this.#copyMonday(form)}>${icon("copy")} Copy Monday to Tuesday–Friday</button></div>
        ${this.#dates(form)}`}
      <div class="form-actions">${form.button("Save working hours")}</div>
    </form>`;
  }

  /** @param {Form<any>} form @param {string} day */
  #day(form, day) {
    const { days } = form.values.value;
    // where the day's windows begin among those that are sent
    const first = weekdays.slice(0, weekdays.indexOf(day)).reduce((n, d) => n + days[d].length, 0);
    /** @type {Rows<WindowRow>} */
    const rows = new Rows(form.id(`day-${day}`), `window of ${words(day)}`, () => form.values.peek().days[day], (all) => this.#setDay(form, day, all));
    return html`<li><span class="week-day" id=${`${rows.at}-name`}>${words(day)}</span>${windowsEditor(form, rows, days[day], "schedule.weeklyHours", first, words(day), "Off")}</li>`;
  }

  /** @param {Form<any>} form @param {string} day @param {WindowRow[]} windows */
  #setDay(form, day, windows) {
    form.set("days", { ...form.values.peek().days, [day]: windows });
    form.set("schedule", null); // and with that, what was wrong with it
  }

  /** @param {Form<any>} form */
  #copyMonday(form) {
    const { days } = form.values.peek();
    const copied = Object.fromEntries(["TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"].map((d) => [d, days.MONDAY.map((/** @type {WindowRow} */ w) => row({ from: w.from, until: w.until }))]));
    form.set("days", { ...days, ...copied });
    form.set("schedule", null);
    toast("Tuesday to Friday are as Monday. Save to keep that.");
  }

  /** @param {Form<any>} form */
  #dates(form) {
    const set = (/** @type {DateRow[]} */ all) => {
      form.set("dates", all);
      form.set("schedule", null);
    };
    /** @type {Rows<DateRow>} */
    const rows = new Rows(form.id("dates"), "date", () => form.values.peek().dates, set);
    const all = /** @type {DateRow[]} */ (form.values.value.dates);
    return groupOf(form, "schedule.dateOverrides", { label: "Dates that differ", required: true, hint: "They take the place of the weekly hours. Without windows it is a day off." }, html`
      ${all.length > 0 && html`<ul class="rows">${all.map((d, i) => {
        const path = `schedule.dateOverrides.${i}`;
        /** @type {Rows<WindowRow>} */
        const windows = new Rows(form.id(`date-${d.key}`), "window", () => rows.all().find((r) => r.key === d.key)?.windows ?? [], (w) => rows.change(d, { windows: w }));
        return keyed(d.key, html`<li class="edit-row date-row" id=${rows.id(d)}>
          ${textField(form, `${path}.date`, { label: "Date", required: true, type: "date", value: d.date, set: (date) => rows.change(d, { date }) })}
          ${windowsEditor(form, windows, d.windows, `${path}.windows`, 0, d.date || `date ${i + 1}`, "Day off")}
          ${rows.buttons(d, i, { fixed: true })}</li>`);
      })}</ul>`}
      ${rows.adder("Add date", () => ({ date: "", windows: [] }))}`);
  }
}
customElements.define("s-agent-schedule", AgentSchedule);

/**
 * @param {Form<any>} form
 * @param {Rows<WindowRow>} rows
 * @param {WindowRow[]} windows
 * @param {string} path of the list that is sent
 * @param {number} first the place of the first window there
 * @param {string} of what the windows are of, for screen readers
 * @param {string} none what there is without any
 */
function windowsEditor(form, rows, windows, path, first, of, none) {
  const control = (/** @type {WindowRow} */ w, /** @type {"from" | "until"} */ end, /** @type {string} */ at, /** @type {string} */ label) => {
    const error = form.errors.value[`${at}.${end}`] || form.errors.value[at];
    return html`<input class="input" type="time" id=${form.id(`${at}.${end}`)} aria-label=${label} aria-invalid=${error ? "true" : null} aria-describedby=${error ? `${form.id(at)}-error` : null} .value=${w[end]} @input=${(/** @type {any} */ e) => rows.change(w, { [end]: e.target.value })}>`;
  };
  return html`<div class="windows">
    ${windows.length === 0 && html`<span class="muted windows-none">${none}</span>`}
    ${windows.map((w, i) => {
      const at = `${path}.${first + i}`;
      const error = form.errors.value[at] || form.errors.value[`${at}.from`] || form.errors.value[`${at}.until`];
      const name = `${of}, window ${i + 1}`;
      return keyed(w.key, html`<div class="window" id=${rows.id(w)}><div class="window-times" id=${form.id(at)} tabindex="-1">${control(w, "from", at, `${name}: from`)}<span aria-hidden="true">–</span>${control(w, "until", at, `${name}: until`)}
        <button type="button" class="button quiet small icon-only" aria-label=${`Remove ${name}`} title="Remove" @click=${() => rows.remove(w)}>${icon("close")}</button></div>
        ${error && html`<div class="error" id="${form.id(at)}-error">${error}</div>`}</div>`);
    })}
    <button type="button" class="button quiet small icon-only" id="${rows.at}-add" aria-label=${`Add a window to ${of}`} title="Add a window" @click=${() => rows.add(dayWindows(windows))}>${icon("plus")}</button>
  </div>`;
}
