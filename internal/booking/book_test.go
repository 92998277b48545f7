package booking_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/agentslot"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// same compares meetings with what hangs on them, whatever zone their times
// came back in.
func same(t *testing.T, what string, got, want *ent.Meeting) {
	t.Helper()
	diff := cmp.Diff(want, got, cmpopts.EquateApproxTime(0), cmpopts.EquateEmpty(),
		cmpopts.IgnoreUnexported(ent.Meeting{}, ent.MeetingEdges{}, ent.Agent{}, ent.AgentEdges{}, ent.EventType{},
			ent.EventTypeEdges{}, ent.Attendee{}, ent.AttendeeEdges{}, ent.Payment{}, ent.PaymentEdges{}),
		cmpopts.IgnoreFields(ent.Attendee{}, "ManageHash"), cmpopts.IgnoreFields(ent.AttendeeEdges{}, "Meeting"), cmpopts.IgnoreFields(ent.PaymentEdges{}, "Meeting"))
	if diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// whole is the meeting as its app sees it now, with all that hangs on it.
func (f *fixture) whole(id string) *ent.Meeting {
	f.t.Helper()
	return must(f.db.Client.Meeting.Query().Where(meeting.ID(id)).
		WithEventType().WithPayment().
		WithAgents(func(q *ent.AgentQuery) { q.Order(agent.ByID()) }).
		WithAttendees(func(q *ent.AttendeeQuery) { q.WithPayment().Order(attendee.ByPosition()) }).
		Only(f.ctx))(f.t)
}

// last checks the newest event: it tells of m as it is now.
func (f *fixture) last(trigger domain.Trigger, m *ent.Meeting, owed ...string) {
	f.t.Helper()
	events := f.events()
	if len(events) == 0 || f.published.n.Load() != int64(len(events)) {
		f.t.Fatalf("%d events, %d published", len(events), f.published.n.Load())
	}
	row := events[len(events)-1]
	want := &ent.Event{
		ID: row.ID, AppID: f.app, Shard: row.Shard, Number: int64(len(events)), Trigger: trigger, MeetingID: m.ID,
		SeriesID: m.SeriesID, Sequence: m.Sequence, OccurredAt: row.OccurredAt, Snapshot: row.Snapshot, Owed: owed,
	}
	if diff := cmp.Diff(want, row, cmpopts.IgnoreUnexported(ent.Event{}), cmpopts.EquateEmpty()); diff != "" {
		f.t.Errorf("the event (-want +got):\n%s", diff)
	}
	told, err := (&eventlog.Event{Snapshot: row.Snapshot}).Meeting()
	if err != nil {
		f.t.Fatal(err)
	}
	same(f.t, "the snapshot", told, f.whole(m.ID))
}

// hook makes a webhook for everything of the app.
func (f *fixture) hook(triggers ...domain.Trigger) string {
	f.t.Helper()
	return must(f.db.Client.Webhook.Create().SetAgentID(f.ada.ID).SetSubscriberURL("https://example.com").
		SetTriggers(triggers).SetScope(domain.ScopeOrganization).SetFormat(domain.FormatNative).SetSecret("").
		Save(f.ctx))(f.t).ID
}

func TestBook(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		hook := f.hook(domain.MeetingBooked)
		f.hook(domain.MeetingCanceled)
		et := f.eventType(func(c *ent.EventTypeCreate) { c.SetBufferBeforeMinutes(10).SetBufferAfterMinutes(5) })
		in := booking.BookInput{
			EventTypeID: et.ID, Start: at(10, 0).In(time.FixedZone("", -7200)), DurationMinutes: pointer(30),
			Attendees: []booking.AttendeeInput{{
				Name: "Eva Ñ", Email: "eva@example.org", Phone: pointer("+34 1"), TimeZone: pointer("Asia/Tokyo"),
				Answers: []domain.Answer{{Question: "Why?", Answer: "So."}, {Question: "When?", Answer: ""}},
			}},
			AgentIDs: []string{f.ada.ID}, ExternalIDs: []string{"crm-1", "crm-2"}, Notes: []string{"bring cake"},
			ModeNote: pointer("room 7"), ModifiedEventName: pointer("Cake"), MultipleBookingIdentifier: pointer("m-1"),
			Tracking:       map[string]any{"utm": map[string]any{"n": 7.0}, "path": `C:\u0000`},
			IdempotencyKey: pointer("key"),
		}
		got := must(f.service.Book(f.ctx, in))(t).Meeting
		same(t, "the answer against the database", got, f.whole(got.ID))
		f.last(domain.MeetingBooked, got, hook)
		seat := got.Edges.Attendees[0]
		want := &ent.Meeting{
			ID: got.ID, SeriesID: got.ID, AppID: f.app, EventTypeID: et.ID, EventName: et.Name, EventSlug: et.Slug,
			CreatedAt: got.CreatedAt, UpdatedAt: got.UpdatedAt, Status: domain.Active, Type: domain.Solo, Sequence: 1,
			Start: at(10, 0), End: at(10, 30), DurationMinutes: 30, TimeZone: "Europe/Berlin",
			MaxAttendees: 1, ActiveAttendees: 1, Notes: got.Notes,
			BookedBy:    &domain.Actor{Type: domain.ActorAgent, ID: f.ada.ID, Name: "Ada"},
			ExternalIds: in.ExternalIDs, ModeNote: in.ModeNote, ModifiedEventName: in.ModifiedEventName,
			MultipleBookingIdentifier: in.MultipleBookingIdentifier, Tracking: in.Tracking,
			Edges: ent.MeetingEdges{EventType: et, Agents: []*ent.Agent{f.ada}, Attendees: []*ent.Attendee{{
				ID: seat.ID, AppID: f.app, CreatedAt: seat.CreatedAt, UpdatedAt: seat.UpdatedAt, MeetingID: got.ID,
				Name: "Eva Ñ", Email: "eva@example.org", Phone: pointer("+34 1"), TimeZone: "Asia/Tokyo",
				Status:  domain.AttendeeActive,
				Answers: []domain.Answer{{Question: "Why?", Answer: "So."}, {Question: "When?", Answer: "", Position: 1}},
			}}},
		}
		same(t, "the answer", got, want)
		if n := got.Notes; len(n) != 1 || n[0].Text != "bring cake" || n[0].By != f.ada.ID || n[0].At.Before(epoch()) {
			t.Errorf("notes: %+v", n)
		}
		slot := must(db.Client.AgentSlot.Query().Where(agentslot.MeetingID(got.ID)).Only(f.ctx))(t)
		if !slot.Live || slot.AgentID != f.ada.ID || !slot.BusyFrom.Equal(at(9, 50)) || !slot.BusyUntil.Equal(at(10, 35)) {
			t.Errorf("slot: %v", slot)
		}
		if a := in.Attendees[0].Answers[1]; a.Position != 0 {
			t.Error("the caller's input was changed")
		}
	})
}

// What is left out comes from the event type and its agent.
func TestBookDefaults(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		m := f.book(at(10, 0))
		if *m.ModeNote != "by phone" || len(m.Reminders) != 1 || !m.CreateByContact || m.ModifiedEventName != nil || m.Tracking != nil {
			t.Errorf("meeting: %v", m)
		}
		if a := m.Edges.Attendees[0]; a.TimeZone != "Europe/Berlin" || a.Phone != nil || a.Answers == nil {
			t.Errorf("attendee: %v", a)
		}
		same(t, "the answer against the database", m, f.whole(m.ID))
		f.last(domain.MeetingBooked, m)
	})
}

// Of several hosts the first is taken, or the one asked for.
func TestBookChoosesHost(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		ctx := viewer.System(t.Context())
		must(db.Client.Host.Create().SetAppID(f.app).SetEventTypeID(f.call.ID).SetAgentID(f.ben.ID).Save(ctx))(t)
		for _, tt := range []struct {
			wanted []string
			agent  *ent.Agent
		}{{nil, f.ada}, {[]string{}, nil}, {[]string{f.ben.ID}, f.ben}, {[]string{f.ben.ID}, nil}} {
			in := f.input(at(10, 0))
			in.AgentIDs = tt.wanted
			b, err := f.service.Book(f.ctx, in)
			if tt.agent == nil {
				refused(t, err, "SLOT_TAKEN start")
			} else if err != nil || b.Meeting.Edges.Agents[0].ID != tt.agent.ID || b.Meeting.TimeZone != tt.agent.TimeZone {
				t.Errorf("asked for %v: %v, %v", tt.wanted, b, err)
			}
		}
	})
}
