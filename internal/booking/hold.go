package booking

import (
	"context"
	"fmt"
	"slices"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/internal/domain"
)

// end ends the hold of a meeting whose payment's time has run out, and reports
// whether its time is free again. One of the meeting's agents is locked.
func (s *Service) end(ctx context.Context, tx *ent.Tx, meetingID string) (bool, error) {
	m, err := load(ctx, tx, "start", meetingID)
	if err != nil {
		return false, err
	}
	live, err := s.lapse(ctx, tx, m)
	return !live, err
}

// notPaid is the reason why the server itself cancels a seat.
const notPaid = "not paid in time"

// lapse ends what the payments of a meeting hold whose time has run out, and
// reports whether the meeting still takes its agents' time.
func (s *Service) lapse(ctx context.Context, tx *ent.Tx, m *ent.Meeting) (live bool, err error) {
	if m.Type != domain.Group {
		if m.Status != domain.Held || !s.overdue(m.Edges.Payment) {
			return m.Status == domain.Held || m.Status == domain.Active, nil
		}
		if m.Edges.Payment, err = movePayment(ctx, tx, m.Edges.Payment, domain.PaymentExpired, nil); err != nil {
			return false, err
		}
		return false, s.expire(ctx, tx, m)
	}
	expired := map[string]*ent.Payment{}
	for _, a := range taken(m) {
		p := a.Edges.Payment
		if !s.overdue(p) {
			continue
		}
		if expired[p.ID] == nil {
			if expired[p.ID], err = movePayment(ctx, tx, p, domain.PaymentExpired, nil); err != nil {
				return false, err
			}
		}
		if err := s.leave(ctx, tx, a, &domain.Cancellation{
			Time: s.now(), Reason: notPaid, By: domain.Actor{Type: domain.ActorSystem},
		}); err != nil {
			return false, err
		}
		a.Edges.Payment = expired[p.ID]
		m.ActiveAttendees--
	}
	if len(expired) > 0 {
		err = move(ctx, tx, m, seatsChange, func(u *ent.MeetingUpdate) { u.SetActiveAttendees(m.ActiveAttendees) })
	}
	if err != nil || m.ActiveAttendees > 0 || m.Status != domain.Held {
		return m.Status == domain.Held || m.Status == domain.Active, err
	}
	return false, s.expire(ctx, tx, m)
}

// overdue reports whether a payment holds something for longer than it may.
func (s *Service) overdue(p *ent.Payment) bool {
	return p != nil && slices.Contains(unpaid, p.Status) && p.HeldUntil != nil && !s.now().Before(*p.HeldUntil)
}

// expire moves a held meeting on, and frees its agents.
func (s *Service) expire(ctx context.Context, tx *ent.Tx, m *ent.Meeting) error {
	if err := move(ctx, tx, m, toExpired, func(*ent.MeetingUpdate) {}); err != nil {
		return err
	}
	m.Status = domain.Expired
	return s.giveBack(ctx, tx, m)
}

// leave takes an attendee's seat away.
func (s *Service) leave(ctx context.Context, tx *ent.Tx, a *ent.Attendee, why *domain.Cancellation) error {
	err := tx.Attendee.Update().Where(attendee.ID(a.ID)).SetStatus(domain.AttendeeCancelled).SetCancellation(why).Exec(ctx)
	if err != nil {
		return fmt.Errorf("cancelling seat %s: %w", a.ID, err)
	}
	a.Status, a.Cancellation = domain.AttendeeCancelled, why
	return nil
}
