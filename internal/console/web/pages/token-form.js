// The dialog that makes an access token, and the one that shows it.

import { html } from "../core/dom.js";
import { dateTime } from "../core/format.js";
import { ApiError, query } from "../core/gql.js";
import { leads, may, viewer } from "../core/session.js";
import { openDialog, toast } from "../ui/dialog.js";
import { Form, radios, selectField, textField } from "../ui/form.js";
import { note, secretBox, sentence } from "../ui/parts.js";
import { activeAgents } from "./agent-options.js";
import { scopesField, scopesOf } from "./scopes.js";

const lifetimes = [
  { value: "1", label: "In a day" },
  { value: "7", label: "In 7 days" },
  { value: "30", label: "In 30 days" },
  { value: "90", label: "In 90 days" },
  { value: "365", label: "In a year" },
];

// A token makes none that lasts longer than itself.
function offered() {
  const end = viewer.peek()?.expiresAt;
  if (!end) return [{ value: "", label: "Never" }, ...lifetimes];
  const left = (new Date(end).getTime() - Date.now()) / 86_400_000;
  return [{ value: "", label: `With your own, ${dateTime(end)}` }, ...lifetimes.filter((l) => Number(l.value) < left)];
}

/** @returns {Promise<boolean>} whether one was made */
export async function createToken() {
  const me = viewer.peek();
  /** @type {import("./agent-options.js").AgentOption[]} */
  let agents = [];
  try {
    if (leads() && may("AGENTS_READ")) agents = await activeAgents();
  } catch (error) { // without them it would be a token for oneself, and nothing would say so
    toast(sentence(/** @type {Error} */ (error).message));
    return false;
  }
  const givable = agents.filter((a) => me?.role === "OWNER" || a.role !== "OWNER");
  const narrowed = (me?.scopes.length ?? 0) > 0;
  const form = new Form({ name: "", agentId: me?.agent.id ?? "", expiresAt: "", all: "yes", scopes: /** @type {import("./scopes.js").Chosen} */ ({}) });
  const send = form.submit(async (v) => {
    const scopes = scopesOf(v.scopes);
    if (v.all === "no" && scopes.length === 0) throw new ApiError("choose what the token is for: it would be for nothing", { code: "BAD_USER_INPUT", field: "scopes" });
    const data = await query(`mutation ($input: CreateAccessTokenInput!) { createAccessToken(input: $input) { token } }`, {
      input: {
        name: v.name, agentId: v.agentId, ...(v.all === "no" && { scopes }),
        expiresAt: v.expiresAt ? new Date(Date.now() + Number(v.expiresAt) * 86_400_000).toISOString() : null,
      },
    });
    made(data.createAccessToken.token);
  });
  let made = (/** @type {string} */ _token) => {};
  const token = await openDialog({
    title: "Create token",
    content: (/** @type {(token?: string) => void} */ close) => {
      made = close;
      return html`<form class="form" novalidate @submit=${send}>
        ${form.summary()}
        ${textField(form, "name", { label: "Name", required: true, placeholder: "Nightly sync", hint: "What uses it, so that you know it in the list." })}
        ${givable.length > 1 && selectField(form, "agentId", { label: "Agent", required: true, hint: "It acts as this agent, and may do no more than the agent's role.", options: givable.map((a) => ({ value: a.id, label: a.id === me?.agent.id ? `${a.name} (you)` : a.name })) })}
        ${selectField(form, "expiresAt", { label: "Ends", required: true, options: offered(), hint: me?.expiresAt ? "The token that you are signed in with makes none that lasts longer than itself." : null })}
        ${radios(form, "all", { label: "What it is for", required: true, options: [
          narrowed
            ? { value: "yes", label: "All that your own token is for", hint: "You are signed in with a token that is narrowed: those that it makes are for no more." }
            : { value: "yes", label: "All that the agent's role allows" },
          { value: "no", label: "Only what is chosen" },
        ] })}
        ${form.values.value.all === "no" && scopesField(form, "scopes", { label: "Scopes" })}
        <footer><button type="button" class="button" @click=${() => close()}>Cancel</button>${form.button("Create token")}</footer>
      </form>`;
    },
  });
  if (!token) return false;
  await openDialog({
    title: "Your token",
    content: (close) => html`<div class="stack">
      ${note("ok", "It is shown this once. Copy it to where it is used: nobody can read it again.")}
      ${secretBox(token, "Access token")}
      <p class="small muted">Programs send it with each request as <code>Authorization: Bearer ${token.slice(0, 8)}…</code></p>
      <footer><button type="button" class="button primary" @click=${() => close()}>I have copied it</button></footer></div>`,
  });
  return true;
}
