// The dialog that makes or changes an identity provider.

import { html } from "../core/dom.js";
import { query } from "../core/gql.js";
import { openDialog } from "../ui/dialog.js";
import { Form, radios, textField } from "../ui/form.js";

/** @typedef {import("./identity-providers.js").Provider} Provider */

/** @param {Provider | null} p */
function valuesOf(p) {
  return {
    name: p?.name ?? "", issuer: p?.issuer ?? "", audience: p?.audience ?? "", keys: p?.usesSecret ? "secret" : "jwks", secret: "", jwksUrl: p?.jwksUrl ?? "",
    agentClaim: p?.agentClaim ?? "sub", roleClaim: p?.roleClaim ?? "", appClaim: p?.appClaim ?? "", appValue: p?.appClaim ? p.appValue : "",
  };
}

/** @param {ReturnType<typeof valuesOf>} v @param {Provider | null} p */
function inputOf(v, p) {
  // a secret is sent where there is a new one; one that is left empty stays
  const keys = v.keys === "secret" ? (v.secret || !p?.usesSecret) && { secret: v.secret } : v.jwksUrl !== p?.jwksUrl && { jwksUrl: v.jwksUrl };
  return {
    name: v.name, issuer: v.issuer, audience: v.audience, ...keys, agentClaim: v.agentClaim,
    roleClaim: v.roleClaim.trim() || null, appClaim: v.appClaim.trim() || null, ...(v.appClaim.trim() && v.appValue.trim() && { appValue: v.appValue.trim() }),
  };
}

/**
 * @param {Provider | null} provider null: a new one
 * @returns {Promise<string | undefined>} the name, where it was saved
 */
export function editProvider(provider) {
  const form = new Form(valuesOf(provider));
  return openDialog({
    title: provider ? "Edit identity provider" : "Create identity provider",
    content: (/** @type {(name?: string) => void} */ close) => html`<form class="form" novalidate @submit=${form.submit(async (v) => {
      const input = inputOf(v, provider);
      if (provider) await query(`mutation ($id: ID!, $input: UpdateIdentityProviderInput!) { updateIdentityProvider(id: $id, input: $input) { id } }`, { id: provider.id, input });
      else await query(`mutation ($input: CreateIdentityProviderInput!) { createIdentityProvider(input: $input) { id } }`, { input });
      close(v.name);
    })}>
      ${form.summary()}
      ${textField(form, "name", { label: "Name", required: true, placeholder: "Staff" })}
      ${textField(form, "issuer", { label: "Issuer", required: true, placeholder: "https://login.example.org/", hint: html`The claim <code>iss</code>, letter by letter.` })}
      ${textField(form, "audience", { label: "Audience", required: true, placeholder: "slotcast", hint: html`What the claim <code>aud</code> holds.` })}
      ${radios(form, "keys", { label: "How tokens are signed", required: true, options: [{ value: "jwks", label: "With keys that the provider publishes" }, { value: "secret", label: "With a secret (HS256)" }] })}
      ${form.values.value.keys === "secret"
        ? textField(form, "secret", { label: "Secret", required: !provider?.usesSecret, type: "password", autocomplete: "new-password", hint: provider?.usesSecret ? "Left empty, it stays as it is. It is never shown." : "At least 32 bytes. It is kept sealed and never shown." })
        : textField(form, "jwksUrl", { label: "URL of the keys", required: true, type: "url", placeholder: "https://login.example.org/jwks", hint: "A JSON Web Key Set." })}
      <details class="more"><summary>Claims</summary><div class="form">
        ${textField(form, "agentClaim", { label: "Agent", required: true, hint: "Names the agent: by id, external id or e-mail address." })}
        ${textField(form, "roleClaim", { label: "Role", hint: "Holds OWNER, ADMIN or MEMBER. None: the role that the agent has here." })}
        ${textField(form, "appClaim", { label: "App", hint: "Where one issuer serves several apps: the claim that names the app." })}
        ${form.values.value.appClaim && textField(form, "appValue", { label: "What the app's claim must be", hint: "None: the app's id." })}
      </div></details>
      <footer><button type="button" class="button" @click=${() => close()}>Cancel</button>${form.button(provider ? "Save" : "Create identity provider")}</footer>
    </form>`,
  });
}
