// Publishable keys: they stand in booking pages, and say which pages may use them.

import { html } from "../core/dom.js";
import { query } from "../core/gql.js";
import { list } from "../core/list.js";
import { may } from "../core/session.js";
import { View } from "../core/view.js";
import { confirm, openDialog, toast } from "../ui/dialog.js";
import { checkbox, Form, textArea, textField } from "../ui/form.js";
import { icon } from "../ui/icon.js";
import { copy, nothing, time } from "../ui/parts.js";
import { listTable } from "../ui/table.js";

/** @typedef {{ id: string, name: string, key: string, allowedOrigins: string[], mayPay: boolean, lastUsedAt: string | null }} Key */

const keysQuery = `query ($first: Int, $after: Cursor, $last: Int, $before: Cursor) {
  publishableKeys(first: $first, after: $after, last: $last, before: $before, orderBy: { field: CREATED_AT, direction: DESC }) {
    edges { node { id name key allowedOrigins mayPay lastUsedAt } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

export class KeyList extends View {
  /** @type {import("../core/list.js").List<Key>} */
  #keys = list({ document: keysQuery, field: "publishableKeys" });

  connected() {
    this.own(() => this.#keys.close());
  }

  view() {
    return listTable(this.#keys, {
      caption: "Publishable keys, the newest first",
      key: (k) => k.id,
      columns: [
        { label: "Name", kind: "lead", view: (k) => html`<strong class="break">${k.name}</strong>` },
        { label: "Key", view: (k) => html`<span class="row tight"><code class="muted small">${k.key.slice(0, 13)}…</code>${copy(k.key)}</span>` },
        { label: "Pages", kind: "block", view: (k) => (k.allowedOrigins[0] === "*" ? html`<span class="muted">Any page</span>` : html`<span class="origins">${k.allowedOrigins.slice(0, 2).map((o) => html`<span class="break">${o}</span>`)}${k.allowedOrigins.length > 2 && html`<span class="muted small" title=${k.allowedOrigins.slice(2).join("\n")}>and ${k.allowedOrigins.length - 2} more</span>`}</span>`) },
        { label: "Payments", view: (k) => (k.mayPay ? "May report" : html`<span class="muted">Only a server</span>`) },
        { label: "Last used", view: (k) => time(k.lastUsedAt, "Never") },
        { label: "Actions", hideLabel: true, kind: "end", view: (k) => may("ACCESS_WRITE") && html`<span class="row tight nowrap-row">
          <button type="button" class="button small" aria-label=${`Edit ${k.name}`} @click=${() => void this.#edit(k)}>Edit</button>
          <button type="button" class="button small icon-only danger" aria-label=${`Delete ${k.name}`} title="Delete" @click=${() => void this.#delete(k)}>${icon("trash")}</button></span>` },
      ],
      empty: nothing({ icon: "link", title: "No publishable keys", text: "A booking page needs one to show free times and to book. It is no secret, but only pages of the origins that it names can use it." }),
    });
  }

  async create() {
    await this.#form("Create key", { name: "", allowedOrigins: "", mayPay: false }, "Create key",
      (input) => query(`mutation ($input: CreatePublishableKeyInput!) { createPublishableKey(input: $input) { id } }`, { input }), (name) => `${name} is made.`);
  }

  /** @param {Key} key */
  async #edit(key) {
    await this.#form("Edit key", { name: key.name, allowedOrigins: key.allowedOrigins.join("\n"), mayPay: key.mayPay }, "Save",
      (input) => query(`mutation ($id: ID!, $input: UpdatePublishableKeyInput!) { updatePublishableKey(id: $id, input: $input) { id } }`, { id: key.id, input }), (name) => `${name} is saved.`);
  }

  /**
   * @param {string} title
   * @param {{ name: string, allowedOrigins: string, mayPay: boolean }} values
   * @param {string} action
   * @param {(input: object) => Promise<unknown>} save
   * @param {(name: string) => string} said
   */
  async #form(title, values, action, save, said) {
    const form = new Form(values);
    const saved = await openDialog({
      title,
      content: (/** @type {(saved?: boolean) => void} */ close) => html`<form class="form" novalidate @submit=${form.submit(async (v) => {
        await save({ name: v.name, allowedOrigins: v.allowedOrigins.split(/\s+/).filter(Boolean), mayPay: v.mayPay });
        close(true);
      })}>
        ${form.summary()}
        ${textField(form, "name", { label: "Name", required: true, placeholder: "Booking page", hint: "The page that uses it, so that you know it in the list." })}
        ${textArea(form, "allowedOrigins", { label: "Origins of the pages", required: true, rows: 3, mono: true, placeholder: "https://book.example.org", hint: html`One in each line, without a path. <code>*</code> alone: any page.` })}
        ${checkbox(form, "mayPay", { label: "Pages may report payments", hint: "Whoever reads the key can then say that he has paid. Where money matters, leave it to your server and an access token." })}
        <footer><button type="button" class="button" @click=${() => close()}>Cancel</button>${form.button(action)}</footer>
      </form>`,
    });
    if (!saved) return;
    toast(said(form.values.peek().name));
    await this.#keys.reload();
  }

  /** @param {Key} key */
  async #delete(key) {
    const done = await confirm({
      title: `Delete ${key.name}?`,
      text: html`<p>Pages that use it stop working: they show no free times and book nothing any more. Meetings that they booked stay.</p>`,
      action: "Delete key",
      danger: true,
      run: () => query(`mutation ($id: ID!) { deletePublishableKey(id: $id) }`, { id: key.id }),
    });
    if (!done) return;
    toast(`${key.name} is deleted.`);
    await this.#keys.reload();
  }
}
