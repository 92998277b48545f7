package rest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
	hooks "slotcast/internal/webhook"
)

func hook(changes ...object) object {
	body := object{"subscriberUrl": "https://example.com/hook", "triggers": []string{"BOOKING_CREATED", "BOOKING_CANCELLED"}}
	for _, change := range changes {
		for name, v := range change {
			if body[name] = v; v == nothing {
				delete(body, name)
			}
		}
	}
	return body
}

// data is what an answer to a client of Cal.com has inside.
func (a answer) data() object {
	d, _ := a.body["data"].(object)
	return d
}

func (f *fixture) row(id any) *ent.Webhook {
	f.t.Helper()
	w, err := f.client.Webhook.Get(viewer.System(f.t.Context()), fmt.Sprint(id))
	f.must(err)
	return w
}

// refuses compares a refusal's status and parameter in both of its forms.
func (f *fixture) refuses(what string, got answer, status int, parameters ...string) {
	f.t.Helper()
	titles := map[int]string{400: "Invalid Argument", 401: "Unauthenticated", 403: "Permission Denied", 404: "Resource Not Found"}
	inner, _ := got.body["error"].(object)
	want := object{"code": strings.ReplaceAll(titles[status], " ", ""), "message": got.body["message"]}
	if details, ok := got.body["details"]; ok {
		want["details"] = details
	}
	named := slices.DeleteFunc(got.parameters(), func(name string) bool { return name == "" })
	if got.status != status || got.body["title"] != titles[status] || got.body["status"] != "error" || !cmp.Equal(want, inner) ||
		!slices.Equal(named, parameters) {
		f.t.Errorf("%s: %d %s, want %d %q", what, got.status, got.text, status, parameters)
	}
}

func TestHooks(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		eventTypes := "/v2/event-types/" + f.owner.eventType.ID + "/webhooks"
		for _, tt := range []struct {
			who   *person
			path  string
			scope domain.WebhookScope
			of    []string
		}{
			{f.owner, "/v2/webhooks", domain.ScopeOrganization, nil},
			{f.admin, eventTypes, domain.ScopeOrganization, []string{f.owner.eventType.ID}},
			{f.member, "/v2/webhooks", domain.ScopeUser, nil},
			{f.member, eventTypes, domain.ScopeUser, []string{f.owner.eventType.ID}},
		} {
			all := []any{"BOOKING_RESCHEDULED", "BOOKING_CREATED", "BOOKING_CANCELLED", "BOOKING_NO_SHOW_UPDATED"}
			if tt.scope == domain.ScopeOrganization && tt.of == nil {
				all = append(all, "FORM_SUBMITTED")
			}
			got := f.call(tt.who, http.MethodPost, tt.path, hook(object{"secret": "open sesame", "triggers": all, "payloadTemplate": "", "version": "x"}))
			want := object{
				"id": got.data()["id"], "subscriberUrl": "https://example.com/hook", "active": true, "triggers": all, "payloadTemplate": nil, "secret": nil,
			}
			if diff := cmp.Diff(object{"status": "success", "data": want}, got.body); got.status != http.StatusCreated || diff != "" {
				f.t.Fatalf("%s %s: %d (-want +got):\n%s", tt.who.Name, tt.path, got.status, diff)
			}
			w := f.row(want["id"])
			if w.Format != domain.FormatCalcom || w.Scope != tt.scope || w.AgentID != tt.who.ID || w.Secret == "" || w.State != domain.WebhookActive ||
				!cmp.Equal(tt.of, w.EventTypeIds, cmpopts.EquateEmpty()) {
				f.t.Errorf("kept as %+v", w)
			}
			one := tt.path + "/" + w.ID
			read := f.call(tt.who, http.MethodGet, one, nil)
			list := f.call(tt.who, http.MethodGet, tt.path, nil)
			if diff := cmp.Diff(got.body, read.body); diff != "" || read.status != http.StatusOK {
				f.t.Errorf("read: %d (-want +got):\n%s", read.status, diff)
			}
			if diff := cmp.Diff(object{"status": "success", "data": []any{want}}, list.body); diff != "" {
				f.t.Errorf("the list (-want +got):\n%s", diff)
			}
			changed := f.call(tt.who, http.MethodPatch, one, object{"active": false, "triggers": all[:1]})
			want["active"], want["triggers"] = false, all[:1]
			if diff := cmp.Diff(want, changed.data()); diff != "" || changed.status != http.StatusOK {
				f.t.Errorf("changed: %d (-want +got):\n%s", changed.status, diff)
			}
			gone := f.call(tt.who, http.MethodDelete, one, nil)
			if diff := cmp.Diff(want, gone.data()); diff != "" || gone.status != http.StatusOK {
				f.t.Errorf("deleted: %d (-want +got):\n%s", gone.status, diff)
			}
			for _, method := range []string{http.MethodGet, http.MethodDelete} {
				f.refuses("gone", f.call(tt.who, method, one, nil), http.StatusNotFound)
			}
			f.refuses("gone", f.call(tt.who, http.MethodPatch, one, object{}), http.StatusNotFound)
		}
	})
}

// What is given changes, and nothing else.
func TestChangeHook(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		made := f.call(f.owner, http.MethodPost, "/v2/webhooks", hook(object{"active": false, "secret": "old"})).data()
		if made["active"] != false || f.row(made["id"]).State != domain.WebhookDisabled {
			f.t.Fatalf("made switched off: %v", made)
		}
		path, secret := "/v2/webhooks/"+made["id"].(string), f.row(made["id"]).Secret
		for _, step := range []struct {
			body object
			want object
		}{
			{object{}, object{}},
			{object{"active": true}, object{"active": true}},
			{object{"subscriberUrl": "https://example.com/other"}, object{"subscriberUrl": "https://example.com/other"}},
			{object{"triggers": []any{"BOOKING_RESCHEDULED"}}, object{"triggers": []any{"BOOKING_RESCHEDULED"}}},
			{object{"secret": nil, "payloadTemplate": nil, "id": "x", "eventTypeId": nil, "teamId": 7}, object{}}, // as it was read
			{object{"active": false, "triggers": []any{"FORM_SUBMITTED"}}, object{"active": false, "triggers": []any{"FORM_SUBMITTED"}}},
		} {
			got := f.call(f.owner, http.MethodPatch, path, step.body)
			maps.Copy(made, step.want)
			if diff := cmp.Diff(made, got.data()); got.status != http.StatusOK || diff != "" {
				f.t.Errorf("%v: %d (-want +got):\n%s", step.body, got.status, diff)
			}
		}
		if got := f.row(made["id"]).Secret; got != secret {
			f.t.Error("the secret has changed")
		}
		f.call(f.owner, http.MethodPatch, path, object{"secret": "new"})
		if got := f.row(made["id"]).Secret; got == secret || got == "" {
			f.t.Errorf("a new secret is kept as %q, after %q", got, secret)
		}
		f.call(f.owner, http.MethodPatch, path, object{"secret": ""})
		if got := f.row(made["id"]).Secret; got != "" {
			f.t.Errorf("no secret is kept as %q", got)
		}
		const template = `{"text": "{{ triggerEvent }}"}`
		f.client.Webhook.UpdateOneID(f.row(made["id"]).ID).SetPayloadTemplate(template).ExecX(viewer.System(f.t.Context()))
		for _, text := range []any{template, nil, ""} { // as it was read, or as others have none
			got := f.call(f.owner, http.MethodPatch, path, object{"payloadTemplate": text})
			if got.status != http.StatusOK || got.data()["payloadTemplate"] != template || *f.row(made["id"]).PayloadTemplate != template {
				f.t.Errorf("with the template %v: %d, %v", text, got.status, got.data())
			}
		}
		f.refuses("another template", f.call(f.owner, http.MethodPatch, path, object{"payloadTemplate": template + " "}), http.StatusBadRequest, "payloadTemplate")
	})
}

func TestHookLists(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		abroad := setup(f.t, f.db)
		first, second := f.owner.eventType.ID, f.member.eventType.ID
		made := map[string]string{} // id → name
		add := func(name string, who *person, scope domain.WebhookScope, format domain.WebhookFormat, of ...string) {
			w, _, err := f.hooks.Create(viewer.With(f.t.Context(), who.viewer), hooks.Input{
				SubscriberURL: "https://example.com/" + strings.ReplaceAll(name, " ", "-"), Triggers: []domain.Trigger{domain.MeetingBooked},
				Scope: scope, Format: format, EventTypeIDs: of,
			})
			f.must(err)
			made[w.ID] = name
		}
		add("owner all", f.owner, domain.ScopeOrganization, domain.FormatCalcom)
		add("owner own", f.owner, domain.ScopeUser, domain.FormatCalcom)
		add("admin all", f.admin, domain.ScopeOrganization, domain.FormatCalcom)
		add("member own", f.member, domain.ScopeUser, domain.FormatCalcom)
		add("admin first", f.admin, domain.ScopeOrganization, domain.FormatCalcom, first)
		add("member first", f.member, domain.ScopeUser, domain.FormatCalcom, first)
		add("owner both", f.owner, domain.ScopeOrganization, domain.FormatCalcom, first, second)
		add("native", f.owner, domain.ScopeOrganization, domain.FormatNative)
		add("calendly", f.owner, domain.ScopeOrganization, domain.FormatCalendly, first)
		abroad.is("abroad", abroad.call(abroad.owner, http.MethodPost, "/v2/webhooks", hook()), http.StatusCreated)

		of := func(id string) string { return "/v2/event-types/" + id + "/webhooks" }
		for _, tt := range []struct {
			who  *person
			path string
			want []string
		}{
			{f.owner, "/v2/webhooks", []string{"admin all", "owner own", "owner all"}},
			{f.admin, "/v2/webhooks", []string{"admin all", "owner all"}},
			{f.member, "/v2/webhooks", []string{"member own"}},
			{f.other, "/v2/webhooks", nil},
			{f.owner, of(first), []string{"admin first"}},
			{f.member, of(first), []string{"member first"}},
			{f.owner, of(second), nil},
			{f.owner, "/v2/webhooks?take=2", []string{"admin all", "owner own"}},
			{f.owner, "/v2/webhooks?take=1&skip=1", []string{"owner own"}},
			{f.owner, "/v2/webhooks?skip=2", []string{"owner all"}},
			{f.owner, "/v2/webhooks?skip=3&take=250", nil},
		} {
			got := f.call(tt.who, http.MethodGet, tt.path, nil)
			entries, _ := got.body["data"].([]any)
			var names []string
			for _, e := range entries {
				names = append(names, made[e.(object)["id"].(string)])
			}
			if diff := cmp.Diff(tt.want, names); got.status != http.StatusOK || diff != "" {
				f.t.Errorf("%s asks for %s: %d (-want +got):\n%s", tt.who.Name, tt.path, got.status, diff)
			}
		}
		// One of them is where its list is.
		for id, name := range made {
			for base, listed := range map[string][]string{
				"/v2/webhooks": {"owner all", "admin all", "owner own", "member own"}, of(first): {"admin first", "member first"},
			} {
				want := http.StatusNotFound
				if slices.Contains(listed, name) {
					want = http.StatusOK
				}
				if got := f.call(f.owner, http.MethodGet, base+"/"+id, nil); got.status != want {
					f.t.Errorf("%s under %s: %d, want %d", name, base, got.status, want)
				}
			}
		}
	})
}

func TestHookUser(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		for _, p := range []*person{f.owner, f.narrowed(f.member, domain.WebhooksRead)} {
			got := f.call(p, http.MethodGet, "/v2/me", nil)
			want := object{
				"id": p.ID, "email": p.Email, "name": p.Name, "username": got.data()["username"], "timeZone": "Europe/Berlin", "organizationId": f.app.ID,
			}
			if diff := cmp.Diff(object{"status": "success", "data": want}, got.body); got.status != http.StatusOK || diff != "" {
				f.t.Errorf("%d (-want +got):\n%s", got.status, diff)
			}
		}
		f.refuses("nobody", f.call(nil, http.MethodGet, "/v2/me", nil), http.StatusUnauthorized)
	})
}

func TestHookEventTypes(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		setup(f.t, f.db)
		ctx := viewer.System(f.t.Context())
		group := f.client.EventType.Create().SetAppID(f.app.ID).SetName("Course").SetSlug("course").SetType(domain.Group).
			SetDurationMinutes(45).SetDurations([]int{45, 90}).SetMaxAttendees(12).SetPublic(false).SaveX(ctx)
		f.client.EventType.UpdateOneID(f.owner.eventType.ID).SetArchivedAt(group.CreatedAt).ExecX(ctx)
		f.client.EventType.UpdateOneID(f.admin.eventType.ID).SetActive(false).SetType(domain.RoundRobin).ExecX(ctx)
		got := f.call(f.member, http.MethodGet, "/v2/event-types", nil)
		entry := func(et *ent.EventType, length int, options []any, kind, seats any, hidden bool) object {
			return object{
				"id": et.ID, "title": et.Name, "slug": et.Slug, "lengthInMinutes": float64(length), "lengthInMinutesOptions": options,
				"schedulingType": kind, "seatsPerTimeSlot": seats, "hidden": hidden, "bookingUrl": "https://book.example.org/" + et.Slug,
			}
		}
		want := []any{
			entry(group, 45, []any{45.0, 90.0}, nil, 12.0, true), entry(f.other.eventType, 30, []any{}, nil, nil, false),
			entry(f.member.eventType, 30, []any{}, nil, nil, false), entry(f.admin.eventType, 30, []any{}, "roundRobin", nil, true),
		}
		if diff := cmp.Diff(object{"status": "success", "data": want}, got.body); got.status != http.StatusOK || diff != "" {
			f.t.Errorf("%d (-want +got):\n%s", got.status, diff)
		}
		got = f.call(f.member, http.MethodGet, "/v2/event-types?take=1&skip=1", nil)
		if diff := cmp.Diff(want[1:2], got.body["data"]); diff != "" {
			f.t.Errorf("the second (-want +got):\n%s", diff)
		}
		f.refuses("another token", f.call(f.narrowed(f.owner, domain.AgentsRead), http.MethodGet, "/v2/event-types", nil), http.StatusForbidden)
	})
}
