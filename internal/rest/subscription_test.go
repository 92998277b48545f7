package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	hooks "slotcast/internal/webhook"
	"slotcast/internal/wire"
)

func TestOneSubscription(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		abroad := setup(f.t, f.db)
		path := func(id string) string { return "/webhook_subscriptions/" + id }
		whole, own := f.hook(f.subscribe(f.admin, "organization")), f.hook(f.subscribe(f.member, "user"))
		theirs := abroad.hook(abroad.subscribe(abroad.owner, "organization"))
		var foreign []string
		for _, format := range []domain.WebhookFormat{domain.FormatNative, domain.FormatCalcom} {
			w, _, err := f.hooks.Create(viewer.With(f.t.Context(), f.owner.viewer), hooks.Input{
				SubscriberURL: "https://example.com", Triggers: []domain.Trigger{domain.MeetingBooked}, Scope: domain.ScopeOrganization, Format: format,
			})
			f.must(err)
			foreign = append(foreign, w.ID)
		}
		const missing = "The server could not find the requested resource."
		for _, method := range []string{http.MethodGet, http.MethodDelete} {
			for _, p := range []*person{f.owner, f.member} {
				for _, id := range append(foreign, theirs.ID, typeid.New(typeid.Webhook), "x", "%00", "%ff", strings.Repeat("x", 3000), f.owner.ID,
					strings.ToUpper(whole.ID), whole.ID+"/") {
					f.is(method+" "+id, f.call(p, method, path(id), nil), http.StatusNotFound, missing)
				}
			}
			f.is("another's own", f.call(f.other, method, path(own.ID), nil), http.StatusForbidden, noRight)
			f.is("the organization's", f.call(f.other, method, path(whole.ID), nil), http.StatusForbidden, noRight)
			f.is("nobody", f.call(nil, method, path(whole.ID), nil), http.StatusUnauthorized, "The access token is invalid")
			f.is("twice", f.call(f.owner, method, path(whole.ID)+"?x=1&x=2", nil), http.StatusBadRequest, "The supplied parameters are invalid.", "x")
		}
		for _, p := range []*person{f.owner, f.admin} {
			f.is("by those who lead", f.call(p, http.MethodGet, path(own.ID), nil), http.StatusOK)
			f.is("by those who lead", f.call(p, http.MethodGet, path(whole.ID), nil), http.StatusOK)
		}
		// Adam is no admin any more: it is not his to see, but his to end.
		f.must(f.client.Agent.UpdateOneID(f.admin.ID).SetRole(domain.Member).Exec(viewer.System(f.t.Context())))
		f.admin.token = f.token(f.admin)
		f.is("its maker sees", f.call(f.admin, http.MethodGet, path(whole.ID), nil), http.StatusForbidden, noRight)
		f.is("another's", f.call(f.admin, http.MethodDelete, path(own.ID), nil), http.StatusForbidden, noRight)
		f.is("its maker ends", f.call(f.admin, http.MethodDelete, path(whole.ID), nil), http.StatusNoContent)
		f.is("again", f.call(f.admin, http.MethodDelete, path(whole.ID), nil), http.StatusNotFound, missing)
		f.is("a member's by the owner", f.call(f.owner, http.MethodDelete, path(own.ID), nil), http.StatusNoContent)
		mine := f.subscribe(f.member, "user") // the URL is free again
		f.is("his own", f.call(f.member, http.MethodDelete, mine.resource()["uri"].(string), nil), http.StatusNoContent)
		f.is("gone", f.call(f.member, http.MethodGet, mine.resource()["uri"].(string), nil), http.StatusNotFound, missing)
		if n := f.client.Webhook.Query().Where(webhook.FormatEQ(domain.FormatCalendly)).CountX(viewer.System(f.t.Context())); n != 1 {
			f.t.Errorf("%d subscriptions are left, want the one abroad", n)
		}
	})
}

func TestSubscriptionStates(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		made := f.subscribe(f.owner, "organization")
		for state, want := range map[domain.WebhookState]string{
			domain.WebhookActive: "active", domain.WebhookDegraded: "active", domain.WebhookPaused: "disabled", domain.WebhookDisabled: "disabled",
		} {
			f.must(f.client.Webhook.UpdateOneID(f.hook(made).ID).SetState(state).Exec(viewer.System(f.t.Context())))
			if got := f.call(f.owner, http.MethodGet, made.resource()["uri"].(string), nil); got.resource()["state"] != want {
				f.t.Errorf("%s is %v, want %s", state, got.resource()["state"], want)
			}
		}
	})
}

// Through GraphQL webhooks choose triggers: their events are all those names that
// these bring.
func TestEventsOfTriggers(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		for triggers, want := range map[string][]any{
			"MEETING_BOOKED":                     {wire.InviteeCreated},
			"MEETING_CANCELED MEETING_BOOKED":    {wire.InviteeCanceled, wire.InviteeCreated},
			"MEETING_RESCHEDULED":                {wire.InviteeCreated, wire.InviteeCanceled},
			"MEETING_NO_SHOW MEETING_BOOKED":     {wire.NoShowCreated, wire.NoShowDeleted, wire.InviteeCreated},
			"ROUTING_FORM_SUBMITTED":             {wire.FormSubmissionCreated},
			"MEETING_BOOKED MEETING_RESCHEDULED": {wire.InviteeCreated, wire.InviteeCanceled},
		} {
			in := hooks.Input{SubscriberURL: "https://example.com/" + strings.ReplaceAll(triggers, " ", "/"), Scope: domain.ScopeOrganization, Format: domain.FormatCalendly}
			for name := range strings.FieldsSeq(triggers) {
				in.Triggers = append(in.Triggers, domain.Trigger(name))
			}
			w, _, err := f.hooks.Create(viewer.With(f.t.Context(), f.owner.viewer), in)
			f.must(err)
			got := f.call(f.owner, http.MethodGet, f.links.Subscription(w.ID), nil)
			if diff := cmp.Diff(want, got.resource()["events"]); diff != "" {
				f.t.Errorf("%s (-want +got):\n%s", triggers, diff)
			}
		}
	})
}

// What counts is the oldest message that has failed and is not given up.
func TestRetryStartedAt(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		first := time.Date(2031, 3, 4, 10, 0, 0, 123456789, time.UTC)
		deliver := func(w *ent.Webhook, n int, status domain.DeliveryStatus, attempts ...time.Time) {
			made := make([]domain.Attempt, len(attempts))
			for i, at := range attempts {
				made[i] = domain.Attempt{At: at, StatusCode: 500}
			}
			f.must(f.client.Delivery.Create().SetAppID(f.app.ID).SetWebhookID(w.ID).SetEventID(fmt.Sprint("evt_", n)).SetShard(0).SetNumber(int64(n)).
				SetTrigger(domain.MeetingBooked).SetStatus(status).SetAttemptCount(len(made)).SetAttempts(made).Exec(viewer.System(f.t.Context())))
		}
		var all []*ent.Webhook
		for i, who := range []*person{f.owner, f.owner, f.member, f.member} {
			scope := map[*person]string{f.owner: "organization", f.member: "user"}[who]
			all = append(all, f.hook(f.subscribe(who, scope, object{"url": fmt.Sprint("https://example.com/", i)})))
		}
		for i, w := range all {
			deliver(w, 1, domain.DeliveryDelivered, first.Add(-2*time.Hour))
			deliver(w, 2, domain.DeliveryFailed, first.Add(-time.Hour))
			deliver(w, 3, domain.DeliveryPending)
			if i%2 == 0 {
				deliver(w, 4, domain.DeliveryPending, first.Add(time.Duration(i)*time.Minute), first.Add(time.Hour))
				deliver(w, 5, domain.DeliveryPending, first.Add(time.Second))
			}
		}
		for i, want := range []any{"2031-03-04T10:00:00.123456Z", nil, "2031-03-04T10:02:00.123456Z", nil} {
			who := []*person{f.owner, f.owner, f.member, f.member}[i]
			got := f.call(who, http.MethodGet, f.links.Subscription(all[i].ID), nil)
			if got.resource()["retry_started_at"] != want {
				f.t.Errorf("the %d.: %v, want %v", i, got.resource()["retry_started_at"], want)
			}
			list := f.call(who, http.MethodGet, f.list(map[bool]string{true: "organization", false: "user"}[i < 2], who, ""), nil)
			for _, entry := range list.collection() {
				if entry["uri"] == f.links.Subscription(all[i].ID) && entry["retry_started_at"] != want {
					f.t.Errorf("the %d. in the list: %v, want %v", i, entry["retry_started_at"], want)
				}
			}
		}
	})
}
