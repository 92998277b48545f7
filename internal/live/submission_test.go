package live_test

import (
	"context"
	"testing"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/live"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// submit appends a submission of one of the app's routing forms.
func (a *app) submit() *eventlog.Event {
	a.t.Helper()
	events, err := a.log.InTx(a.ctx, func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) {
		return []*eventlog.Draft{{
			Trigger:    domain.RoutingFormSubmitted,
			Submission: &ent.RoutingFormSubmission{ID: typeid.New(typeid.FormSubmission), AppID: a.meeting.AppID},
		}}, nil
	})
	if err != nil {
		a.t.Fatalf("appending: %v", err)
	}
	return events[0]
}

// A submission has no meeting that a filter could ask for.
func TestFiltersOfSubmissions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		a := e.apps(1)[0]
		start := a.append(domain.MeetingBooked).Position().Cursor()
		submitted := a.submit()
		last := a.append(domain.RoutingFormSubmitted) // about a meeting, so that every filter has something to come
		both := []*eventlog.Event{submitted, last}
		form := []domain.Trigger{domain.RoutingFormSubmitted}
		tests := []struct {
			name   string
			filter live.Filter
			want   []*eventlog.Event
		}{
			{"none", live.Filter{}, both},
			{"its trigger", live.Filter{Triggers: form}, both},
			{"event type", live.Filter{EventTypeIDs: []string{a.meeting.EventTypeID}}, both[1:]},
			{"event type and trigger", live.Filter{Triggers: form, EventTypeIDs: []string{a.meeting.EventTypeID}}, both[1:]},
			{"meeting type", live.Filter{MeetingTypes: []domain.MeetingType{domain.Solo}}, both[1:]},
			{"agent", live.Filter{AgentIDs: []string{a.meeting.Edges.Agents[0].ID}}, both[1:]},
			{"meeting", live.Filter{MeetingID: a.meeting.ID}, both[1:]},
		}
		for _, test := range tests {
			s := a.subscribe(&start, test.filter)
			t.Log(test.name)
			s.want(test.want...)
			s.end()
		}
	})
}

// Owners and admins see what is submitted; to members, who see the meetings that
// they host, it is nothing.
func TestSubmissionsAreForThoseWhoLead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		a := e.apps(1)[0]
		start := a.append(domain.MeetingBooked).Position().Cursor()
		submitted, last := a.submit(), a.append(domain.MeetingCanceled)
		for role, want := range map[domain.Role][]*eventlog.Event{
			domain.Owner: {submitted, last}, domain.Admin: {submitted, last}, domain.Member: {last},
		} {
			of := *a
			of.ctx = viewer.With(t.Context(), viewer.Viewer{AppID: a.meeting.AppID, AgentID: a.meeting.Edges.Agents[0].ID, Role: role})
			t.Log(role)
			s := of.subscribe(&start, live.Filter{})
			s.want(want...)
			s.end()
		}
	})
}
