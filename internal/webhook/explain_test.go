package webhook_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// some draws a few of a list.
func some[T comparable](t *rapid.T, label string, all ...T) []T {
	return rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, len(all), rapid.ID[T]).Draw(t, label)
}

func triggers() (all []domain.Trigger) {
	for _, name := range domain.Trigger("").Values() {
		all = append(all, domain.Trigger(name))
	}
	return all
}

func drawWebhook(t *rapid.T) *ent.Webhook {
	w := &ent.Webhook{
		ID: "whk_1", AgentID: rapid.SampledFrom([]string{"agt_1", "agt_2"}).Draw(t, "maker"),
		Triggers:     some(t, "triggers", triggers()...),
		EventTypeIds: some(t, "event types", "ety_1", "ety_2"),
		MeetingTypes: some(t, "meeting types", domain.Solo, domain.Group),
		Scope:        rapid.SampledFrom([]domain.WebhookScope{domain.ScopeUser, domain.ScopeOrganization}).Draw(t, "scope"),
		Format:       rapid.SampledFrom([]domain.WebhookFormat{domain.FormatNative, domain.FormatCalcom, domain.FormatCalendly}).Draw(t, "format"),
	}
	if w.Format == domain.FormatCalendly {
		w.Events = some(t, "events", wire.EventNames()...)
	}
	return w
}

func drawDraft(t *rapid.T) *eventlog.Draft {
	d := &eventlog.Draft{Trigger: rapid.SampledFrom(triggers()).Draw(t, "trigger")}
	if d.Trigger == domain.RoutingFormSubmitted {
		d.Submission = &ent.RoutingFormSubmission{ID: "rfs_1"}
		return d
	}
	meeting := func(id string, previous *string) *ent.Meeting {
		m := &ent.Meeting{
			ID: id, EventTypeID: rapid.SampledFrom([]string{"ety_1", "ety_2", "ety_3"}).Draw(t, "event type"),
			Type: rapid.SampledFrom([]domain.MeetingType{domain.Solo, domain.Group, domain.Collective}).Draw(t, "type"),
		}
		for _, id := range some(t, "hosts", "agt_1", "agt_2") {
			m.Edges.Agents = append(m.Edges.Agents, &ent.Agent{ID: id})
		}
		m.Edges.Attendees = []*ent.Attendee{{ID: "att_" + id, PreviousID: previous, Status: domain.AttendeeActive}}
		return m
	}
	d.Meeting = meeting("new", nil)
	if d.Trigger == domain.MeetingRescheduled {
		d.Previous = meeting("old", nil)
		d.Meeting.Edges.Attendees[0].PreviousID = &d.Previous.Edges.Attendees[0].ID
	}
	if d.Trigger == domain.MeetingNoShow {
		d.AttendeeID = d.Meeting.Edges.Attendees[0].ID
	}
	return d
}

// TestExplainAgreesWithOwed: it names a rule that does not hold exactly where
// nothing is owed, and that is the last one.
func TestExplainAgreesWithOwed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		w, d := drawWebhook(t), drawDraft(t)
		rules, parts := webhook.Explain(w, d)
		want := []string(nil)
		if webhook.Matches(w, d) {
			want = wire.Parts(wire.Recipient{Format: w.Format, Events: w.Events, CreatedBy: w.AgentID}, d)
		}
		if strings.Join(parts, " ") != strings.Join(want, " ") || len(parts) != len(want) {
			t.Fatalf("it explains that %q is owed, and %q is", parts, want)
		}
		holds := true
		for i, rule := range rules {
			if rule.Name == "" || rule.Detail == "" {
				t.Fatalf("rule %d says %+v", i, rule)
			}
			holds = holds && rule.Passed
			if !rule.Passed && i != len(rules)-1 {
				t.Fatalf("it goes on behind %s", rule.Name)
			}
		}
		if owed := len(want) > 0; holds != owed && (len(w.Events) > 0 || owed) {
			t.Fatalf("all rules hold: %t, and owed: %t; %+v", holds, owed, rules)
		}
	})
}
