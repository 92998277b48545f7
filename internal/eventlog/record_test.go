package eventlog_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slotcast/ent"
	"slotcast/ent/routingformsubmission"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/tailtest"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// copies appends a draft and returns its event as it was returned, as the table
// has it, and as it comes through a stream.
func copies(t *testing.T, log *eventlog.Log, d *eventlog.Draft) map[string]*eventlog.Event {
	t.Helper()
	events := must(log.InTx(t.Context(), func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) {
		return []*eventlog.Draft{d}, nil
	}))(t)
	read := must(log.After(t.Context(), eventlog.Position{Shard: events[0].Shard}, 1))(t)
	text := must(json.Marshal(events[0]))(t)
	var streamed eventlog.Event
	if err := json.Unmarshal(text, &streamed); err != nil {
		t.Fatal(err)
	}
	all := map[string]*eventlog.Event{"returned": events[0], "table": read[0], "stream": &streamed}
	for name, e := range all {
		if diff := cmp.Diff(events[0], e, cmpopts.IgnoreUnexported(eventlog.Event{})); diff != "" {
			t.Errorf("%s (-returned +got):\n%s", name, diff)
		}
	}
	return all
}

// A reschedule tells both meetings, each with what belongs to it, and neither
// leads to the other.
func TestPreviousRoundTrip(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		log, app, _ := setup(t, db, tailtest.Owed)
		old, m := app.Meeting, *app.Meeting
		m.ID, m.PreviousID, m.Sequence = typeid.New(typeid.Meeting), &old.ID, 1
		seat := *old.Edges.Attendees[0]
		seat.ID, seat.MeetingID, seat.PreviousID = typeid.New(typeid.Attendee), m.ID, &old.Edges.Attendees[0].ID
		m.Edges.Attendees = []*ent.Attendee{&seat}
		told, gone := m, *old // what a service has loaded besides
		told.Edges.Previous, gone.Edges.Next = old, &m
		told.Edges.AgentSlots = []*ent.AgentSlot{{ID: "slt_1"}}

		for name, e := range copies(t, log, &eventlog.Draft{Trigger: domain.MeetingRescheduled, Meeting: &told, Previous: &gone}) {
			gotMeeting, gotOld, submission := must(e.Meeting())(t), must(e.Previous())(t), must(e.Submission())(t)
			if diff := cmp.Diff([]*ent.Meeting{&m, old}, []*ent.Meeting{gotMeeting, gotOld}, values()); diff != "" {
				t.Errorf("%s: the meetings (-want +got):\n%s", name, diff)
			}
			for _, m := range []*ent.Meeting{gotMeeting, gotOld} {
				if m.Edges.Attendees[0].Edges.Meeting != m || m.Edges.Payment.Edges.Meeting != m {
					t.Errorf("%s: an attendee or the payment does not lead back to its meeting", name)
				}
			}
			if submission != nil || e.MeetingID != m.ID || e.SeriesID != old.SeriesID {
				t.Errorf("%s: meeting %s, series %s, submission %v", name, e.MeetingID, e.SeriesID, submission)
			}
			for _, id := range []string{m.ID, old.ID, seat.ID, old.Edges.Attendees[0].ID} {
				if n := strings.Count(e.Snapshot, `"id":"`+id+`"`); n != 1 {
					t.Errorf("%s: %s stands in the text %d times:\n%s", name, id, n, e.Snapshot)
				}
			}
			refuseEdges(t, e.Snapshot, "meeting", "previous", "next", "agent_slots")
		}
	})
}

// refuseEdges fails the test if a row in the text leads to any of the edges.
func refuseEdges(t *testing.T, text string, edges ...string) {
	t.Helper()
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, inner := range v {
				walk(inner)
			}
		case map[string]any:
			of, _ := v["edges"].(map[string]any)
			for _, edge := range edges {
				if _, there := of[edge]; there {
					t.Errorf("%v leads to %s in\n%s", v["id"], edge, text)
				}
			}
			for _, inner := range v {
				walk(inner)
			}
		}
	}
	var v any
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatal(err)
	}
	walk(v)
}

// A submission is its own series, and has no meeting.
func TestSubmissionRoundTrip(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		log, app, _ := setup(t, db, tailtest.Owed)
		want := submission(t, db, app)
		for name, e := range copies(t, log, &eventlog.Draft{Trigger: domain.RoutingFormSubmitted, Submission: want}) {
			got, m, previous := must(e.Submission())(t), must(e.Meeting())(t), must(e.Previous())(t)
			loaded := cmpopts.IgnoreUnexported(
				ent.RoutingFormSubmission{}, ent.RoutingFormSubmissionEdges{}, ent.RoutingForm{}, ent.RoutingFormEdges{})
			if diff := cmp.Diff(want, got, loaded, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s: the submission (-want +got):\n%s", name, diff)
			}
			if m != nil || previous != nil {
				t.Errorf("%s: the meetings are %v and %v", name, m, previous)
			}
			if e.AppID != app.ID || e.SeriesID != want.ID || e.MeetingID != "" || e.AttendeeID != "" || e.Sequence != 0 {
				t.Errorf("%s: event = %+v", name, e)
			}
			refuseEdges(t, e.Snapshot, "submissions", "attendees", "meeting")
		}
	})
}

// submission makes a form and one submission of it, as a service loads them.
func submission(t *testing.T, db *entdb.DB, app *tailtest.App) *ent.RoutingFormSubmission {
	t.Helper()
	ctx := viewer.System(t.Context())
	to := &domain.FormDestination{Type: domain.ToCustomMessage, Value: "Até já"}
	form := must(db.Client.RoutingForm.Create().SetAppID(app.ID).SetName("Where to?").SetFallback(to).
		SetQuestions([]domain.FormQuestion{{ID: "5a3f", Question: "Topic?", Required: true}}).Save(ctx))(t)
	made := must(db.Client.RoutingFormSubmission.Create().SetAppID(app.ID).SetRoutingFormID(form.ID).SetResult(to).
		SetAnswers([]domain.FormAnswer{{QuestionID: "5a3f", Question: "Topic?", Answer: "<b>\u2028"}}).
		SetTracking(map[string]any{"utm_source": "mail"}).Save(ctx))(t)
	return must(db.Client.RoutingFormSubmission.Query().Where(routingformsubmission.ID(made.ID)).WithRoutingForm().Only(ctx))(t)
}

// Events of before there were previous meetings and submissions are read as they
// are.
func TestOldSnapshots(t *testing.T) {
	t.Parallel()
	e := &eventlog.Event{ID: "evt_1", Trigger: domain.MeetingRescheduled, OccurredAt: time.Unix(0, 0),
		Snapshot: `{"id":"mtg_2","previous_id":"mtg_1","edges":{"attendees":[{"id":"att_1","edges":{}}]}}`}
	m, previous, submission := must(e.Meeting())(t), must(e.Previous())(t), must(e.Submission())(t)
	if m == nil || m.ID != "mtg_2" || *m.PreviousID != "mtg_1" || m.Edges.Attendees[0].Edges.Meeting != m {
		t.Errorf("Meeting = %v", m)
	}
	if previous != nil || submission != nil {
		t.Errorf("Previous = %v, Submission = %v", previous, submission)
	}
}

// What cannot be read cannot be read in any way.
func TestBrokenSnapshotTellsNothing(t *testing.T) {
	t.Parallel()
	e := &eventlog.Event{ID: "evt_1", Snapshot: `{"id":"mtg_1","previous":7}`}
	if m, err := e.Previous(); m != nil || err == nil {
		t.Errorf("Previous = %v, %v", m, err)
	}
	if s, err := e.Submission(); s != nil || err == nil {
		t.Errorf("Submission = %v, %v", s, err)
	}
	if m, err := e.Meeting(); m != nil || err == nil {
		t.Errorf("Meeting = %v, %v", m, err)
	}
}
