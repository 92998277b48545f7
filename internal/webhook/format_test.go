package webhook_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/signing"
	"slotcast/internal/viewer"
	hooks "slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// subscription is the least that a webhook of the format CALENDLY needs.
func subscription(events ...string) hooks.Input {
	in := input()
	in.Format, in.Events = domain.FormatCalendly, events
	if len(events) > 0 {
		in.Triggers = nil
	}
	return in
}

func TestEvents(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		for want, in := range map[string]hooks.Input{
			"":                        subscription(wire.EventNames()...),
			"BAD_USER_INPUT events.0": subscription("invitee.cancelled"),
			"BAD_USER_INPUT events.1": subscription(wire.InviteeCreated, wire.InviteeCreated),
			"BAD_USER_INPUT events.2": subscription(wire.InviteeCreated, wire.InviteeCanceled, ""),
			"BAD_USER_INPUT triggers": {
				SubscriberURL: "https://example.com", Events: []string{wire.InviteeCreated}, Triggers: []domain.Trigger{domain.MeetingBooked},
				Scope: domain.ScopeOrganization, Format: domain.FormatCalendly,
			},
			"BAD_USER_INPUT events": {
				SubscriberURL: "https://example.com", Events: []string{wire.InviteeCreated},
				Scope: domain.ScopeOrganization, Format: domain.FormatCalcom,
			},
		} {
			refused(t, "check", s.Check(in), want)
			_, _, err := s.Create(mine.ctx, in)
			refused(t, "create", err, want)
		}
		in := subscription(wire.InviteeCanceled, wire.InviteeCreated) // in this order
		in.SubscriberURL = "https://example.com/two"
		w, _, err := s.Create(mine.ctx, in)
		if err != nil {
			t.Fatal(err)
		}
		triggers := []domain.Trigger{domain.MeetingBooked, domain.MeetingCanceled, domain.MeetingRescheduled}
		kept := must(db.Client.Webhook.Get(mine.ctx, w.ID))(t)
		if !slices.Equal(kept.Events, in.Events) || !slices.Equal(kept.Triggers, triggers) {
			t.Errorf("kept as %v, %v", kept.Events, kept.Triggers)
		}
		for _, step := range []struct {
			changes hooks.Changes
			events  []string
		}{
			{hooks.Changes{Description: pointer("x")}, in.Events},
			{hooks.Changes{Triggers: triggers}, in.Events}, // the same
			{hooks.Changes{Triggers: triggers[:1]}, nil},
		} {
			w = must(s.Update(mine.ctx, w.ID, step.changes))(t)
			if diff := cmp.Diff(step.events, w.Events); diff != "" {
				t.Errorf("the events after %+v (-want +got):\n%s", step.changes, diff)
			}
		}
		log := entries(t, db, mine)
		if last := log[len(log)-1]; !strings.Contains(last, `"events":{"from":["invitee.canceled","invitee.created"],"to":null}`) {
			t.Errorf("the audit log has %s", last)
		}
	})
}

// Forms have no host: to hear of them is for owners and admins.
func TestFormsNeedTheOrganization(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		in := subscription(wire.InviteeCreated, wire.FormSubmissionCreated)
		in.Scope = domain.ScopeUser
		_, _, err := s.Create(mine.ctx, in)
		refused(t, "by events", err, "BAD_USER_INPUT triggers")
		for _, format := range domain.WebhookFormat("").Values() {
			in := input()
			in.Format, in.Scope, in.Triggers = domain.WebhookFormat(format), domain.ScopeUser, []domain.Trigger{domain.RoutingFormSubmitted}
			_, _, err := s.Create(mine.ctx, in)
			refused(t, format, err, "BAD_USER_INPUT triggers")
			in.Triggers = []domain.Trigger{domain.MeetingBooked}
			own, _, err := s.Create(mine.ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.Update(mine.ctx, own.ID, hooks.Changes{Triggers: []domain.Trigger{domain.MeetingBooked, domain.RoutingFormSubmitted}})
			refused(t, "update "+format, err, "BAD_USER_INPUT triggers")
			in.Scope, in.Triggers = domain.ScopeOrganization, []domain.Trigger{domain.RoutingFormSubmitted}
			_, _, err = s.Create(mine.ctx, in)
			refused(t, "organization "+format, err, "")
		}
	})
}

// What is wrong for everybody is said first, then what the caller may not do,
// and last what is there already.
func TestOrderOfRefusals(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		member := mine.as(t, viewer.Viewer{Role: domain.Member})
		in := subscription(wire.InviteeCreated)
		if _, _, err := s.Create(mine.ctx, in); err != nil {
			t.Fatal(err)
		}
		_, _, err := s.Create(member, in)
		refused(t, "a member's, and a second one", err, "FORBIDDEN scope")
		in.EventTypeIDs = []string{"ety_none"}
		_, _, err = s.Create(member, in)
		refused(t, "a member's, of an event type that is not there", err, "FORBIDDEN scope")
		in.Secret = pointer("\x00")
		_, _, err = s.Create(member, in)
		refused(t, "a member's, with a bad secret", err, "BAD_USER_INPUT secret")
	})
}

func TestOnce(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, other := setup(t, db)
		ben := must(db.Client.Agent.Create().SetAppID(mine.Rows["App"]).SetName("Ben").SetEmail("ben@example.org").
			SetTimeZone("UTC").SetRole(domain.Admin).Save(viewer.System(t.Context())))(t).ID
		bens := mine.as(t, viewer.Viewer{Role: domain.Admin, AgentID: ben})
		whole, own := subscription(wire.InviteeCreated), subscription(wire.InviteeCreated)
		own.Scope = domain.ScopeUser
		for _, step := range []struct {
			name   string
			ctx    app
			in     hooks.Input
			second bool // also Ben is refused
		}{{"organization", mine, whole, true}, {"user", mine, own, false}, {"other app", other, whole, true}} {
			if _, _, err := s.Create(step.ctx.ctx, step.in); err != nil {
				t.Fatalf("%s: %v", step.name, err)
			}
			step.in.Events = []string{wire.InviteeCanceled} // other events make no difference
			_, _, err := s.Create(step.ctx.ctx, step.in)
			refused(t, step.name+" again", err, "CONFLICT subscriberUrl")
		}
		_, _, err := s.Create(bens, whole)
		refused(t, "organization, by another one", err, "CONFLICT subscriberUrl")
		_, _, err = s.Create(bens, own)
		refused(t, "user, by another one", err, "")
		for _, format := range []domain.WebhookFormat{domain.FormatNative, domain.FormatCalcom} {
			in := input()
			in.Format = format
			for range 2 {
				_, _, err := s.Create(mine.ctx, in)
				refused(t, string(format), err, "")
			}
		}
		whole.SubscriberURL = "https://example.com/other"
		moved, _, err := s.Create(mine.ctx, whole)
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.Update(mine.ctx, moved.ID, hooks.Changes{SubscriberURL: pointer("https://example.com/hook")})
		refused(t, "moved onto another", err, "CONFLICT subscriberUrl")
		if w := must(db.Client.Webhook.Get(mine.ctx, moved.ID))(t); w.SubscriberURL != "https://example.com/other" {
			t.Errorf("it went to %s", w.SubscriberURL)
		}
	})
}

// Of webhooks that are made and moved all at once, there is one in the end.
func TestOnceAtOnce(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		for _, scope := range []domain.WebhookScope{domain.ScopeOrganization, domain.ScopeUser} {
			in := subscription(wire.InviteeCreated)
			in.Scope, in.SubscriberURL = scope, "https://example.com/moved"
			moved, _, err := s.Create(mine.ctx, in)
			if err != nil {
				t.Fatal(err)
			}
			in.SubscriberURL = "https://example.com/once"
			var wg sync.WaitGroup
			errs := make([]error, 21)
			for i := range errs {
				wg.Go(func() {
					if i == 20 {
						_, errs[i] = s.Update(mine.ctx, moved.ID, hooks.Changes{SubscriberURL: &in.SubscriberURL})
						return
					}
					_, _, errs[i] = s.Create(mine.ctx, in)
				})
			}
			wg.Wait()
			done := 0
			for _, err := range errs {
				if err == nil {
					done++
				} else if apperr.CodeOf(err) != apperr.Conflict {
					t.Errorf("%s: %v", scope, err)
				}
			}
			n := must(db.Client.Webhook.Query().Where(webhook.SubscriberURL(in.SubscriberURL), webhook.ScopeEQ(scope)).Count(mine.ctx))(t)
			if done != 1 || n != 1 {
				t.Errorf("%s: %d calls went well, %d webhooks are there: %v", scope, done, n, errors.Join(errs...))
			}
		}
	})
}

// The secrets of these formats are keys as they are given; one that begins as
// those of Standard Webhooks is one.
func TestForeignSecrets(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		for _, format := range []domain.WebhookFormat{domain.FormatCalendly, domain.FormatCalcom} {
			in := input()
			in.Format = format
			for secret, want := range map[string]string{
				"k": "", "open sesame": "", signing.NewSecret(): "", "": "",
				"whsec_short": "BAD_USER_INPUT secret", "tab\t": "BAD_USER_INPUT secret", "ü": "BAD_USER_INPUT secret",
				strings.Repeat("x", 201): "BAD_USER_INPUT secret",
			} {
				in.Secret, in.SubscriberURL = &secret, "https://example.com/"+string(format)+"?"+strings.Repeat("x", len(secret))
				w, got, err := s.Create(mine.ctx, in)
				refused(t, secret, err, want)
				if err != nil {
					continue
				}
				if kept := must(s.Keys().Open(w.Secret, w.ID))(t); got != secret || kept != secret {
					t.Errorf("%s: %q is %q, kept as %q", format, secret, got, kept)
				}
			}
		}
	})
}
