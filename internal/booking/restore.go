package booking

import (
	"context"
	"fmt"
	"slices"

	"slotcast/ent"
	"slotcast/ent/agentslot"
	"slotcast/ent/attendee"
	"slotcast/internal/domain"
)

// restore makes sure that what a payment is for is there, and reports whether it
// is. A hold that nobody has ended yet still stands; one that has ended is taken
// again if its time, or the seats, are free.
func (s *Service) restore(ctx context.Context, tx *ent.Tx, m *ent.Meeting, p *ent.Payment) (bool, error) {
	switch {
	case p.Status != domain.PaymentExpired:
		return true, nil
	case m.Status == domain.Cancelled || m.Status == domain.Rescheduled || m.Status == domain.Completed || !m.Start.After(s.now()):
		return false, nil
	case m.Type == domain.Group:
		return s.restoreSeats(ctx, tx, m, p)
	}
	return s.restoreTime(ctx, tx, m)
}

// restoreTime takes the time of an expired meeting again: as much as it took, the
// event type's buffers may be others now.
func (s *Service) restoreTime(ctx context.Context, tx *ent.Tx, m *ent.Meeting) (bool, error) {
	slot, err := tx.AgentSlot.Query().Where(agentslot.MeetingID(m.ID)).First(ctx) // those of one meeting are alike
	if err != nil {
		return false, fmt.Errorf("reading the slots of meeting %s: %w", m.ID, err)
	}
	free, err := s.free(ctx, tx, m.Edges.Agents, span{busyFrom: slot.BusyFrom, busyUntil: slot.BusyUntil})
	if err != nil || len(free) < len(m.Edges.Agents) {
		return false, err
	}
	if err := occupy(ctx, tx, m, true); err != nil {
		return false, err
	}
	return true, s.count(ctx, tx, m, m.Edges.Agents, 1)
}

// restoreSeats takes the seats again that a payment was for and that were given
// up only because it was late.
func (s *Service) restoreSeats(ctx context.Context, tx *ent.Tx, m *ent.Meeting, p *ent.Payment) (bool, error) {
	var ids []string
	for _, a := range m.Edges.Attendees {
		if a.Edges.Payment != nil && a.Edges.Payment.ID == p.ID && lapsed(a) {
			ids = append(ids, a.ID)
		}
	}
	if len(ids) == 0 {
		return false, nil
	}
	if m.ActiveAttendees+len(ids) > m.MaxAttendees {
		if _, err := s.lapse(ctx, tx, m); err != nil {
			return false, err
		}
	}
	if m.Status == domain.Expired {
		if back, err := s.restoreGroup(ctx, tx, m); err != nil || !back {
			return false, err
		}
	}
	if m.ActiveAttendees+len(ids) > m.MaxAttendees {
		return false, nil
	}
	m.ActiveAttendees += len(ids)
	err := tx.Attendee.Update().Where(attendee.IDIn(ids...)).SetStatus(domain.AttendeeActive).ClearCancellation().Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("taking the seats again: %w", err)
	}
	for _, a := range m.Edges.Attendees {
		if slices.Contains(ids, a.ID) {
			a.Status, a.Cancellation = domain.AttendeeActive, nil
		}
	}
	return true, nil
}

// lapsed reports whether a seat was given up because it was not paid in time.
func lapsed(a *ent.Attendee) bool {
	c := a.Cancellation
	return c != nil && c.By == domain.Actor{Type: domain.ActorSystem} && c.Reason == notPaid
}

// restoreGroup takes the time of an expired group again, unless there is another
// group at that time.
func (s *Service) restoreGroup(ctx context.Context, tx *ent.Tx, m *ent.Meeting) (bool, error) {
	if alone, err := s.alone(ctx, tx, m, m.Start); err != nil || !alone {
		return false, err
	}
	return s.restoreTime(ctx, tx, m)
}
