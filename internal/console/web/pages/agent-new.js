// The dialogs that invite an agent, and that make one.

import { html } from "../core/dom.js";
import { dateTime, zone } from "../core/format.js";
import { base, query } from "../core/gql.js";
import { go } from "../core/router.js";
import { openDialog, toast } from "../ui/dialog.js";
import { code } from "../ui/code.js";
import { Form, radios, textField } from "../ui/form.js";
import { note, secretBox } from "../ui/parts.js";
import { zoneField } from "../ui/zone.js";
import { givable, roleHint } from "./agent-rights.js";

/** @typedef {{ email: string, name: string, timeZone: string, role: string }} Person */

/** @returns {Promise<boolean>} whether somebody was invited */
export async function inviteAgent() {
  const made = await person("Invite agent", "Create invitation", false, async (v) => (await query(
    `mutation ($input: InviteAgentInput!) { inviteAgent(input: $input) { token expiresAt agent { name email } } }`,
    { input: { email: v.email, name: v.name || null, timeZone: v.timeZone, role: v.role } },
  )).inviteAgent);
  if (!made) return false;
  await showInvitation(made);
  return true;
}

/** @returns {Promise<boolean>} whether one was made */
export async function createAgent() {
  const made = await person("Create agent", "Create agent", true, async (v) => (await query(
    `mutation ($input: CreateAgentInput!) { createAgent(input: $input) { id name } }`,
    { input: { email: v.email, name: v.name, timeZone: v.timeZone, role: v.role } },
  )).createAgent);
  if (!made) return false;
  toast(`${made.name} is made. Say when he can be booked.`);
  go(`/settings/agents/${made.id}`);
  return true;
}

/**
 * @param {string} title
 * @param {string} action
 * @param {boolean} named whether a name is needed
 * @param {(values: Person) => Promise<any>} save
 */
function person(title, action, named, save) {
  const form = new Form({ email: "", name: "", timeZone: zone, role: "MEMBER" });
  return openDialog({
    title,
    content: (/** @type {(made?: any) => void} */ close) => html`<form class="form" novalidate @submit=${form.submit(async (v) => close(await save(v)))}>
      <p class="muted">${named ? "An agent who can be booked at once. He signs in through your identity provider, or with a token that you make for him." : "An agent who has yet to join. You get a link to hand to the person; it works once, for 7 days."}</p>
      ${form.summary()}
      ${textField(form, "email", { label: "E-mail address", required: true, type: "email", placeholder: "ana@example.org", autocomplete: "off" })}
      ${textField(form, "name", { label: "Name", required: named, hint: named ? null : "Left out: the part of the address before the @. It can be changed on joining." })}
      ${zoneField(form, "timeZone", { label: "Time zone", required: true, hint: "Working hours are in its wall time." })}
      ${radios(form, "role", { label: "Role", required: true, hint: roleHint(), options: givable() })}
      <footer><button type="button" class="button" @click=${() => close()}>Cancel</button>${form.button(action)}</footer>
    </form>`,
  });
}

/** @param {{ token: string, expiresAt: string, agent: { name: string, email: string } }} invitation */
export function showInvitation({ token, expiresAt, agent }) {
  const link = new URL(`sign-in#invitation=${token}`, base).href;
  const command = `curl -s ${new URL("graphql", base).href} \\\n  -H 'Authorization: Bearer ${token}' -H 'Content-Type: application/json' \\\n  -d '{"query": "mutation { acceptInvitation { token } }"}'`;
  return openDialog({
    title: `Invitation for ${agent.name}`,
    wide: true,
    content: (close) => html`<div class="stack">
      ${note("ok", html`Hand this link to ${agent.email}. It is shown this once, works once, and ends on ${dateTime(expiresAt)}. Whoever has it joins as ${agent.name}.`)}
      ${secretBox(link, "Invitation link")}
      <details><summary>For a program instead of a person</summary><div class="stack tight inner"><p>It sends the invitation as its token, and gets an access token.</p>${code(command, { label: "Command that accepts the invitation", grammar: "text" })}</div></details>
      <footer><button type="button" class="button primary" @click=${() => close()}>I have copied it</button></footer></div>`,
  });
}
