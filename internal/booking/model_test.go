package booking_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/ent/meeting"
	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

// model is what the service should have done, in memory.
type model struct {
	*fixture
	t      *rapid.T
	kinds  []*ent.EventType
	agents map[string]string // event type → its agent
	rows   []*row
	keys   map[string]*row
	events []domain.Trigger
}

// row is one meeting.
type row struct {
	id, agent, previous string
	kind                *ent.EventType
	start               time.Time
	status              domain.MeetingStatus
	sequence            int
}

func (r *row) overlaps(agent string, kind *ent.EventType, start time.Time) bool {
	span := func(kind *ent.EventType, start time.Time) (from, until time.Time) {
		minutes := func(n int) time.Duration { return time.Duration(n) * time.Minute }
		return start.Add(-minutes(kind.BufferBeforeMinutes)), start.Add(minutes(kind.DurationMinutes + kind.BufferAfterMinutes))
	}
	from, until := span(kind, start)
	busyFrom, busyUntil := span(r.kind, r.start)
	return r.status == domain.Active && r.agent == agent && from.Before(busyUntil) && busyFrom.Before(until)
}

func (m *model) free(agent string, kind *ent.EventType, start time.Time, but *row) bool {
	for _, r := range m.rows {
		if r != but && r.overlaps(agent, kind, start) {
			return false
		}
	}
	return true
}

func (m *model) expect(err error, want apperr.Code) bool {
	if got := apperr.CodeOf(err); got != want {
		m.t.Fatalf("got %q (%v), want %q", got, err, want)
	}
	return err == nil
}

func (m *model) start() time.Time { return at(9, 5*rapid.IntRange(0, 24).Draw(m.t, "slot")) }

func (m *model) some() *row { return rapid.SampledFrom(m.rows).Draw(m.t, "meeting") }

func (m *model) book() {
	kind, start := rapid.SampledFrom(m.kinds).Draw(m.t, "kind"), m.start()
	in := m.input(start)
	in.EventTypeID = kind.ID
	key := rapid.SampledFrom([]string{"", "", "a", "b"}).Draw(m.t, "key")
	in.IdempotencyKey = &key
	booked, err := m.service.Book(m.ctx, in)
	agent := m.agents[kind.ID]
	switch before := m.keys[key]; {
	case before != nil && before.kind == kind && before.start.Equal(start):
		if m.expect(err, "") && booked.Meeting.ID != before.id {
			m.t.Fatalf("the key of %s made %s", before.id, booked.Meeting.ID)
		}
		return
	case before != nil:
		m.expect(err, apperr.IdempotencyConflict)
		return
	case !m.free(agent, kind, start, nil):
		m.expect(err, apperr.SlotTaken)
		return
	}
	m.expect(err, "")
	r := &row{id: booked.Meeting.ID, agent: agent, kind: kind, start: start, status: domain.Active, sequence: 1}
	m.rows, m.events = append(m.rows, r), append(m.events, domain.MeetingBooked)
	if key != "" {
		m.keys[key] = r
	}
}

func (m *model) reschedule() {
	old, start := m.some(), m.start()
	made, _, err := m.service.Reschedule(m.ctx, booking.RescheduleInput{MeetingID: old.id, Start: start})
	if old.status != domain.Active {
		m.expect(err, apperr.Conflict)
		return
	}
	if !m.free(old.agent, old.kind, start, old) {
		m.expect(err, apperr.SlotTaken)
		return
	}
	m.expect(err, "")
	old.status = domain.Rescheduled
	m.rows = append(m.rows, &row{
		id: made.ID, agent: old.agent, kind: old.kind, start: start, status: domain.Active, sequence: 1, previous: old.id,
	})
	m.events = append(m.events, domain.MeetingRescheduled)
}

func (m *model) cancel() {
	r := m.some()
	_, err := m.service.Cancel(m.ctx, booking.CancelInput{MeetingID: r.id})
	if r.status != domain.Active {
		m.expect(err, apperr.Conflict)
		return
	}
	m.expect(err, "")
	r.status, r.sequence = domain.Cancelled, r.sequence+1
	m.events = append(m.events, domain.MeetingCanceled)
}

// compare looks at the whole database of the app.
func (m *model) compare() {
	count := must(m.db.Client.Meeting.Query().Count(m.ctx))(m.fixture.t)
	if count != len(m.rows) {
		m.t.Fatalf("%d meetings, want %d", count, len(m.rows))
	}
	for _, want := range m.rows {
		got := must(m.db.Client.Meeting.Query().Where(meeting.ID(want.id)).WithAgents().WithAgentSlots().Only(m.ctx))(m.fixture.t)
		previous := ""
		if got.PreviousID != nil {
			previous = *got.PreviousID
		}
		if got.Status != want.status || got.Sequence != want.sequence || !got.Start.Equal(want.start) ||
			previous != want.previous || got.EventTypeID != want.kind.ID || got.Edges.Agents[0].ID != want.agent ||
			got.Edges.AgentSlots[0].Live != (want.status == domain.Active) {
			m.t.Fatalf("got %v, want %+v", got, want)
		}
	}
	var triggers []domain.Trigger
	for _, e := range m.fixture.events() {
		triggers = append(triggers, e.Trigger)
	}
	if len(triggers) != len(m.events) {
		m.t.Fatalf("events %v, want %v", triggers, m.events)
	}
	for i, want := range m.events {
		if triggers[i] != want {
			m.t.Fatalf("events %v, want %v", triggers, m.events)
		}
	}
}

func TestAgainstModel(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		f := setup(t, db)
		rapid.Check(t, func(rt *rapid.T) {
			f.tenant = newTenant(t, db.Client)
			padded := f.eventType(func(c *ent.EventTypeCreate) {
				c.SetDurationMinutes(15).SetBufferBeforeMinutes(10).SetBufferAfterMinutes(5)
			})
			m := &model{fixture: f, t: rt, keys: map[string]*row{}, kinds: []*ent.EventType{f.call, f.review, padded}}
			m.agents = map[string]string{f.call.ID: f.ada.ID, f.review.ID: f.ben.ID, padded.ID: f.ada.ID}
			for range rapid.IntRange(1, 15).Draw(rt, "commands") {
				command := rapid.SampledFrom([]func(){m.book, m.reschedule, m.cancel}).Draw(rt, "command")
				if len(m.rows) == 0 {
					command = m.book
				}
				command()
			}
			m.compare()
		})
	})
}
