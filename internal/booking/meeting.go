package booking

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/agentslot"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/ent/predicate"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// forChange makes other commands on the same agents wait until this transaction
// ends. SQLite has one writer at a time anyway.
func forChange(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For("NO KEY UPDATE", sql.WithLockTables(agent.Table))
	}
}

// open locks the agents of a meeting, and others if they are named, and reads
// the meeting. A field of the input is named for the case that there is none.
func open(ctx context.Context, tx *ent.Tx, field, id string, others ...predicate.Agent) (*ent.Meeting, error) {
	mine := agent.HasAgentSlotsWith(agentslot.MeetingID(id))
	locked, err := tx.Agent.Query().Where(agent.Or(append(others, mine)...), forChange).Order(agent.ByID()).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("locking the agents of meeting %s: %w", id, err)
	}
	m, err := load(ctx, tx, field, id)
	if err != nil {
		return nil, err
	}
	for _, a := range m.Edges.Agents {
		if !slices.Contains(locked, a.ID) { // given to another agent meanwhile
			return nil, eventlog.ErrAgain
		}
	}
	return m, nil
}

// load reads a meeting with all that its snapshot needs.
func load(ctx context.Context, tx *ent.Tx, field, id string) (*ent.Meeting, error) {
	m, err := seated(tx.Meeting.Query().Where(meeting.ID(id))).WithEventType().WithPayment().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("meeting", field, id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading meeting %s: %w", id, err)
	}
	return m, nil
}

// seated adds who takes part, and what their seats cost.
func seated(q *ent.MeetingQuery) *ent.MeetingQuery {
	return q.
		WithAgents(func(q *ent.AgentQuery) { q.Order(agent.ByID()) }).
		WithAttendees(func(q *ent.AttendeeQuery) { q.WithPayment().Order(attendee.ByPosition()) })
}

// openSeat opens the meeting that an attendee has a seat in, whom the viewer sees.
func openSeat(ctx context.Context, tx *ent.Tx, attendeeID string) (*ent.Meeting, *ent.Attendee, error) {
	a, err := tx.Attendee.Query().Where(attendee.ID(attendeeID)).Only(viewer.AsCaller(ctx))
	if ent.IsNotFound(err) {
		return nil, nil, apperr.Missing("attendee", "attendeeId", attendeeID)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading attendee %s: %w", attendeeID, err)
	}
	m, err := open(ctx, tx, "attendeeId", a.MeetingID)
	if err != nil {
		return nil, nil, err
	}
	return m, seatOf(m, attendeeID), nil
}

func seatOf(m *ent.Meeting, attendeeID string) *ent.Attendee {
	for _, a := range m.Edges.Attendees {
		if a.ID == attendeeID {
			return a
		}
	}
	return nil
}

// withMeeting is a seat for an answer, with its meeting. The meeting's own seats
// do not lead back to it: it is encoded as a snapshot.
func withMeeting(m *ent.Meeting, attendeeID string) *ent.Attendee {
	seat := *seatOf(m, attendeeID)
	seat.Edges.Meeting = m
	return &seat
}

// confirmed reports whether a seat is part of its meeting: it is, unless it has
// yet to be paid, was not paid in time, or was given back before it was paid.
func confirmed(a *ent.Attendee) bool {
	p := a.Edges.Payment
	return p == nil || p.MeetCreatedAt != nil && (a.Cancellation == nil || !a.Cancellation.Time.Before(*p.MeetCreatedAt))
}

// taken are the seats that nobody has given back; paid or not.
func taken(m *ent.Meeting) []*ent.Attendee {
	return slices.DeleteFunc(slices.Clone(m.Edges.Attendees), func(a *ent.Attendee) bool {
		return a.Status == domain.AttendeeCancelled
	})
}

// tell makes the drafts of what happened to a meeting: one, or one for each of
// the seats it is about. The meeting's sequence is that of the last one. Seats
// that are not confirmed are nobody's business yet.
func tell(trigger domain.Trigger, m *ent.Meeting, about ...*ent.Attendee) []*eventlog.Draft {
	all := shown(m)
	if len(about) == 0 {
		return []*eventlog.Draft{{Trigger: trigger, Meeting: all}}
	}
	drafts := make([]*eventlog.Draft, len(about))
	for i, a := range about {
		one := *all
		one.Sequence = m.Sequence - len(about) + 1 + i
		if m.Type == domain.Group { // what was said of the seat stands for the meeting
			one.Edges.Payment = a.Edges.Payment
			one.MultipleBookingIdentifier, one.Tracking = a.MultipleBookingIdentifier, a.Tracking
		}
		drafts[i] = &eventlog.Draft{Trigger: trigger, Meeting: &one, AttendeeID: a.ID}
	}
	return drafts
}

// shown is a meeting with those of its seats that others hear of.
func shown(m *ent.Meeting) *ent.Meeting {
	copied := *m
	copied.Edges.Attendees = slices.DeleteFunc(slices.Clone(m.Edges.Attendees), func(a *ent.Attendee) bool { return !confirmed(a) })
	return &copied
}
