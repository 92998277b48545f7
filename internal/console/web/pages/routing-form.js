// A routing form: its questions and routes, what was submitted, and how pages
// submit to it.

import { html } from "../core/dom.js";
import { ApiError, query } from "../core/gql.js";
import { place } from "../core/router.js";
import { leads, may } from "../core/session.js";
import { signal } from "../core/signal.js";
import { toast } from "../ui/dialog.js";
import { Form, radios, textField } from "../ui/form.js";
import { copy, loading, pageHead, problem, stateBadge } from "../ui/parts.js";
import { questionsEditor } from "../ui/questions.js";
import { tabs } from "../ui/tabs.js";
import { Page } from "./page.js";
import { destinationFields, loadTargets } from "./routing-destination.js";
import { routingFormFacts } from "./routing-form-facts.js";
import { fields, inputOf, valuesOf } from "./routing-form-values.js";
import { routesEditor } from "./routing-routes.js";
import "./routing-submissions.js";
import "./routing-try.js";
import { usage } from "./routing-usage.js";

/** @typedef {import("./routing-form-values.js").RoutingForm} RoutingForm */

class RoutingFormPage extends Page {
  #routing = signal(/** @type {RoutingForm | null} */ (null));
  #targets = signal(/** @type {import("./routing-destination.js").Target[] | null} */ (null));
  #form = new Form(valuesOf(null));

  connected() {
    void this.load(async () => {
      const { id } = this.params.peek();
      if (id) {
        const { routingForm } = await query(`query ($id: ID!) { routingForm(id: $id) { ${fields} } }`, { id });
        if (!routingForm) throw new ApiError("there is no such routing form: it may belong to another app");
        this.#show(routingForm);
      }
      this.#targets.value = await loadTargets();
    });
  }

  /** @param {RoutingForm} form */
  #show(form) {
    this.called(form.name);
    this.#form = new Form(valuesOf(form));
    this.#routing.value = form;
  }

  view() {
    const back = { path: "/settings/routing-forms", text: "Routing forms" };
    const isNew = !this.params.value.id;
    const form = this.#routing.value;
    const targets = this.#targets.value;
    if (this.failed.value) return html`${pageHead({ title: "Routing form", back })}<div class="card">${problem(this.failed.value, () => void this.reload())}</div>`;
    if (!targets || (!isNew && !form)) return html`${pageHead({ title: isNew ? "Create routing form" : "Routing form", back })}<div class="card">${loading(8)}</div>`;
    if (!form) return html`${pageHead({ title: "Create routing form", back })}<div class="card form-card">${this.#edit(null, targets)}</div>`;
    const tab = place.value.query.get("tab") ?? "";
    const at = `/settings/routing-forms/${form.id}`;
    return html`
      ${pageHead({ title: form.name, back, text: html`<span class="row">${stateBadge(form.status)} ${copy(form.id, "Copy ID")}</span>` })}
      ${tabs("Parts of the form", tab, [
        { name: "", label: "Form", path: at }, { name: "submissions", label: "Submissions", path: `${at}?tab=submissions` }, { name: "use", label: "Use and test", path: `${at}?tab=use` },
      ])}
      ${tab === "submissions" ? html`<s-routing-submissions .form=${form.id} .targets=${targets}></s-routing-submissions>`
        : tab === "use" ? html`<div class="grid wide-grid"><div class="card stack">${usage(form)}</div>${may("ROUTING_FORMS_WRITE") && html`<s-routing-try .form=${form} .targets=${targets}></s-routing-try>`}</div>`
          : html`<div class="card form-card">${leads() && may("ROUTING_FORMS_WRITE") ? this.#edit(form, targets) : routingFormFacts(form, targets)}</div>`}`;
  }

  /** @param {RoutingForm | null} routing @param {import("./routing-destination.js").Target[]} targets */
  #edit(routing, targets) {
    const form = this.#form;
    return html`<form class="form" novalidate @submit=${form.submit((v) => this.#save(routing, v))}>
      ${form.summary()}
      ${textField(form, "name", { label: "Name", required: true, placeholder: "Which call?" })}
      ${radios(form, "status", { label: "Status", required: true, options: [{ value: "PUBLISHED", label: "Published", hint: "It takes submissions." }, { value: "DRAFT", label: "Draft", hint: "It takes none." }] })}
      ${questionsEditor(form, "questions", { label: "Questions", required: true })}
      ${routesEditor(form, targets)}
      <fieldset id=${form.id("fallback")}><legend>Fallback</legend><div class="hint">Where those are led whom no route takes, or whose event type cannot be booked.</div>
        <div class="checks">${destinationFields(form, "fallback", form.values.value.fallback, (fallback) => form.set("fallback", fallback), targets, "Leads to")}</div></fieldset>
      <div class="form-actions">${form.button(routing ? "Save routing form" : "Create routing form")}</div>
    </form>`;
  }

  /** @param {RoutingForm | null} routing @param {import("./routing-form-values.js").Values} values */
  async #save(routing, values) {
    const input = inputOf(values);
    if (!routing) {
      const data = await query(`mutation ($input: CreateRoutingFormInput!) { createRoutingForm(input: $input) { id name } }`, { input });
      toast(`${data.createRoutingForm.name} is made.`);
      return this.goOn(`/settings/routing-forms/${data.createRoutingForm.id}`, { replace: true });
    }
    const data = await query(`mutation ($id: ID!, $input: UpdateRoutingFormInput!) { updateRoutingForm(id: $id, input: $input) { ${fields} } }`, { id: routing.id, input });
    this.#show(data.updateRoutingForm);
    toast(`${data.updateRoutingForm.name} is saved.`);
  }
}
customElements.define("page-routing-form", RoutingFormPage);
