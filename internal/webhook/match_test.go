package webhook_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	entwebhook "slotcast/ent/webhook"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// Each webhook is asked about an event of a SOLO meeting that was cancelled.
func TestOwed(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		_, mine, other := setup(t, db)
		canceled := []domain.Trigger{domain.MeetingBooked, domain.MeetingCanceled}
		tests := []struct {
			name   string
			owed   bool
			change func(w *ent.WebhookCreate)
		}{
			{"everything", true, func(*ent.WebhookCreate) {}},
			{"other trigger", false, func(w *ent.WebhookCreate) { w.SetTriggers(canceled[:1]) }},
			{"its event type", true, func(w *ent.WebhookCreate) { w.SetEventTypeIds([]string{"ety_1", mine.Rows["EventType"]}) }},
			{"other event type", false, func(w *ent.WebhookCreate) { w.SetEventTypeIds([]string{"ety_1"}) }},
			{"its meeting type", true, func(w *ent.WebhookCreate) {
				w.SetMeetingTypes([]domain.MeetingType{domain.Group, domain.Solo})
			}},
			{"other meeting type", false, func(w *ent.WebhookCreate) { w.SetMeetingTypes([]domain.MeetingType{domain.Group}) }},
			{"its host", true, func(w *ent.WebhookCreate) { w.SetScope(domain.ScopeUser) }},
			{"other agent", false, func(w *ent.WebhookCreate) { w.SetScope(domain.ScopeUser).SetAgentID("agt_1") }},
			{"other agent's, for all", true, func(w *ent.WebhookCreate) { w.SetAgentID("agt_1") }},
			{"degraded", true, func(w *ent.WebhookCreate) { w.SetState(domain.WebhookDegraded) }},
			{"paused", true, func(w *ent.WebhookCreate) { w.SetState(domain.WebhookPaused) }},
			{"disabled", false, func(w *ent.WebhookCreate) { w.SetState(domain.WebhookDisabled) }},
			{"other app", false, func(w *ent.WebhookCreate) { w.SetAppID(other.Rows["App"]) }},
			{"half of it", false, func(w *ent.WebhookCreate) {
				w.SetEventTypeIds([]string{mine.Rows["EventType"]}).SetMeetingTypes([]domain.MeetingType{domain.Group})
			}},
		}
		ctx, names := viewer.System(t.Context()), map[string]string{}
		var want []string
		for _, tt := range tests {
			create := db.Client.Webhook.Create().SetAppID(mine.Rows["App"]).SetAgentID(mine.Rows["Agent"]).SetSubscriberURL("u").
				SetTriggers(canceled).SetScope(domain.ScopeOrganization).SetFormat(domain.FormatNative).SetSecret("")
			tt.change(create)
			names[must(create.Save(ctx))(t).ID] = tt.name
			if tt.owed {
				want = append(want, tt.name)
			}
		}
		got := []string{}
		for _, id := range owed(t, db, mine, domain.MeetingCanceled) {
			got = append(got, names[id])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("owed to, oldest first (-want +got):\n%s", diff)
		}
		if none := owed(t, db, mine, domain.MeetingNoShow); none == nil || len(none) != 0 {
			t.Errorf("an event that nobody chose: %v, want an empty list", none)
		}
	})
}

func owed(t *testing.T, db *entdb.DB, a app, trigger domain.Trigger) []string {
	t.Helper()
	return owedOf(t, db, a, &eventlog.Draft{Trigger: trigger, Meeting: meeting(a)})
}

// meeting is a SOLO meeting of the app.
func meeting(a app) *ent.Meeting {
	m := &ent.Meeting{ID: a.Rows["Meeting"], EventTypeID: a.Rows["EventType"], Type: domain.Solo}
	m.Edges.Agents = []*ent.Agent{{ID: "agt_0"}, {ID: a.Rows["Agent"]}}
	return m
}

func owedOf(t *testing.T, db *entdb.DB, a app, d *eventlog.Draft) []string {
	t.Helper()
	tx := must(db.Client.Tx(a.ctx))(t)
	defer func() { _ = tx.Rollback() }()
	e := &eventlog.Event{AppID: a.Rows["App"], Trigger: d.Trigger}
	owed := must(webhook.Owed(a.ctx, tx, e, d))(t)
	e.Snapshot = string(must(json.Marshal(struct {
		*ent.Meeting
		Previous   *ent.Meeting               `json:"previous,omitempty"`
		Submission *ent.RoutingFormSubmission `json:"submission,omitempty"`
	}{d.Meeting, d.Previous, d.Submission}))(t))
	now := []string{}
	for _, w := range db.Client.Webhook.Query().Order(entwebhook.ByID()).AllX(viewer.System(t.Context())) {
		for _, part := range must(webhook.OwedNow(w, e))(t) {
			now = append(now, eventlog.Owing(w.ID, part))
		}
	}
	if diff := cmp.Diff(owed, now); diff != "" {
		t.Errorf("what is owed of an event afterwards (-then +now):\n%s", diff)
	}
	return owed
}

// Of an event whose snapshot cannot be read nobody knows to whom it is owed.
func TestOwedNowOfBrokenEvent(t *testing.T) {
	t.Parallel()
	w := &ent.Webhook{AppID: "app_1", State: domain.WebhookActive}
	if _, err := webhook.OwedNow(w, &eventlog.Event{AppID: "app_1", Snapshot: "{"}); err == nil {
		t.Error("there is no error")
	}
	w.State = domain.WebhookDisabled
	if parts, err := webhook.OwedNow(w, &eventlog.Event{AppID: "app_1", Snapshot: "{"}); len(parts) > 0 || err != nil {
		t.Errorf("switched off it is owed %v, %v", parts, err)
	}
}

// A submission is the whole app's: it has neither host nor event type to choose
// it by.
func TestOwedOfSubmission(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		_, mine, _ := setup(t, db)
		tests := []struct {
			name   string
			owed   bool
			change func(w *ent.WebhookCreate)
		}{
			{"everything", true, func(*ent.WebhookCreate) {}},
			{"other trigger", false, func(w *ent.WebhookCreate) { w.SetTriggers([]domain.Trigger{domain.MeetingBooked}) }},
			{"an event type", false, func(w *ent.WebhookCreate) { w.SetEventTypeIds([]string{mine.Rows["EventType"]}) }},
			{"a meeting type", false, func(w *ent.WebhookCreate) { w.SetMeetingTypes([]domain.MeetingType{domain.Solo}) }},
			{"an agent's", false, func(w *ent.WebhookCreate) { w.SetScope(domain.ScopeUser) }},
			{"its event", true, func(w *ent.WebhookCreate) {
				w.SetFormat(domain.FormatCalendly).SetEvents([]string{wire.FormSubmissionCreated})
			}},
			{"other events", false, func(w *ent.WebhookCreate) {
				w.SetFormat(domain.FormatCalendly).SetEvents([]string{wire.InviteeCreated, wire.InviteeCanceled})
			}},
		}
		var want []string
		for _, tt := range tests {
			create := subscribe(t, db, mine, tt.name, domain.RoutingFormSubmitted)
			tt.change(create)
			if w := must(create.Save(viewer.System(t.Context())))(t); tt.owed {
				want = append(want, w.ID) // one message, and so no part
			}
		}
		got := owedOf(t, db, mine, &eventlog.Draft{
			Trigger: domain.RoutingFormSubmitted, Submission: &ent.RoutingFormSubmission{ID: "rfs_1", AppID: mine.Rows["App"]},
		})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("owed (-want +got):\n%s", diff)
		}
	})
}

// A reschedule is two messages to a webhook whose format tells it so, unless it
// chose one of them.
func TestOwedParts(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		_, mine, _ := setup(t, db)
		old, m := meeting(mine), meeting(mine)
		old.ID, old.Edges.Attendees = "mtg_0", []*ent.Attendee{{ID: "att_0"}}
		m.Edges.Attendees = []*ent.Attendee{{ID: "att_1", PreviousID: pointer("att_0")}}
		var want []string
		for name, tt := range map[string]struct {
			format domain.WebhookFormat
			events []string
			parts  []string
		}{
			"native": {domain.FormatNative, nil, []string{""}}, "calcom": {domain.FormatCalcom, nil, []string{""}},
			"all":    {domain.FormatCalendly, nil, []string{"0001a", "0001b"}},
			"both":   {domain.FormatCalendly, []string{wire.InviteeCreated, wire.InviteeCanceled}, []string{"0001a", "0001b"}},
			"second": {domain.FormatCalendly, []string{wire.InviteeCreated}, []string{"=0001b"}},
			"none":   {domain.FormatCalendly, []string{wire.NoShowCreated}, nil},
		} {
			create := subscribe(t, db, mine, name, domain.MeetingRescheduled).SetFormat(tt.format).SetEvents(tt.events)
			w := must(create.Save(viewer.System(t.Context())))(t)
			for _, part := range tt.parts {
				want = append(want, eventlog.Owing(w.ID, part))
			}
		}
		got := owedOf(t, db, mine, &eventlog.Draft{Trigger: domain.MeetingRescheduled, Meeting: m, Previous: old})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("owed (-want +got):\n%s", diff)
		}
	})
}

// subscribe begins a webhook of the app for one trigger.
func subscribe(t *testing.T, db *entdb.DB, a app, url string, trigger domain.Trigger) *ent.WebhookCreate {
	t.Helper()
	return db.Client.Webhook.Create().SetAppID(a.Rows["App"]).SetAgentID(a.Rows["Agent"]).SetSubscriberURL(url).
		SetTriggers([]domain.Trigger{trigger}).SetScope(domain.ScopeOrganization).SetFormat(domain.FormatNative).SetSecret("")
}
