package booking

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// CancelInput asks to call a meeting off.
type CancelInput struct {
	MeetingID string
	Reason    string
	By        ActorInput
}

// Cancel calls a meeting off for everybody and frees its agents. What was paid
// is refunded by the event type's policy. A meeting that was only held was never
// told to anybody, and neither is its end. Its errors: NOT_FOUND, BAD_USER_INPUT
// with the field, CONFLICT for a meeting that is neither held nor active.
func (s *Service) Cancel(ctx context.Context, in CancelInput) (*ent.Meeting, error) {
	if _, err := commanding(ctx, viewer.Attendee); err != nil {
		return nil, err
	}
	if err := input.First(input.Text("meetingId", in.MeetingID, maxWord), reasonable(in.Reason)); err != nil {
		return nil, err
	}
	var done *ent.Meeting
	err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
		if err := seen(ctx, tx, "meetingId", in.MeetingID); err != nil {
			return nil, err
		}
		m, err := open(ctx, tx, "meetingId", in.MeetingID)
		if err != nil {
			return nil, err
		}
		if err := input.First(s.changeable(ctx, m, true), toCancelled.allows(m)); err != nil {
			return nil, err
		}
		by, err := s.actor(ctx, tx, "cancelledBy", m, in.By)
		if err != nil {
			return nil, err
		}
		why := &domain.Cancellation{Time: s.now(), Reason: in.Reason, By: by}
		told := m.Status == domain.Active
		if done, err = s.callOff(ctx, tx, m, why); err != nil || !told {
			return nil, err
		}
		return tell(domain.MeetingCanceled, done), nil
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

// maxReason bounds the reason of a cancellation, in characters: clients of the
// REST facade count so.
const maxReason = 10_000

func reasonable(reason string) error {
	if utf8.RuneCountInString(reason) > maxReason {
		return apperr.BadInput("reason", "at most %d characters of text are taken", maxReason)
	}
	return input.Text("reason", reason, maxReason*utf8.UTFMax)
}

// callOff cancels a meeting with all its seats, and returns it as it is then. An
// active one has one event more.
func (s *Service) callOff(ctx context.Context, tx *ent.Tx, m *ent.Meeting, why *domain.Cancellation) (*ent.Meeting, error) {
	sequence := m.Sequence
	if m.Status == domain.Active {
		sequence++
	}
	err := move(ctx, tx, m, toCancelled, func(u *ent.MeetingUpdate) {
		u.SetCancellation(why).SetActiveAttendees(0).SetSequence(sequence)
	})
	if err != nil {
		return nil, err
	}
	if err := s.giveBack(ctx, tx, m); err != nil {
		return nil, err
	}
	err = tx.Attendee.Update().
		Where(attendee.MeetingID(m.ID), attendee.StatusNEQ(domain.AttendeeCancelled)).
		SetStatus(domain.AttendeeCancelled).SetCancellation(why).
		Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("cancelling the seats of meeting %s: %w", m.ID, err)
	}
	settled := map[string]bool{}
	for _, p := range dues(m) {
		if settled[p.ID] {
			continue
		}
		settled[p.ID] = true
		if err := s.settle(ctx, tx, m, p); err != nil {
			return nil, err
		}
	}
	return load(ctx, tx, "meetingId", m.ID)
}

// dues are the payments of a meeting and of its seats; of seats given back
// before, no more.
func dues(m *ent.Meeting) []*ent.Payment {
	var all []*ent.Payment
	if m.Edges.Payment != nil {
		all = append(all, m.Edges.Payment)
	}
	for _, a := range taken(m) {
		if a.Edges.Payment != nil {
			all = append(all, a.Edges.Payment)
		}
	}
	return all
}

// settle ends the payment of what was cancelled: not made yet, it holds nothing
// any more; made, it is refunded if the event type says so.
func (s *Service) settle(ctx context.Context, tx *ent.Tx, m *ent.Meeting, p *ent.Payment) (err error) {
	notice := m.Edges.EventType.RefundNoticeMinutes
	switch {
	case slices.Contains(unpaid, p.Status):
		_, err = movePayment(ctx, tx, p, domain.PaymentExpired, nil)
	case p.Status == domain.PaymentDone && notice != nil && !s.now().Add(minutes(*notice)).After(m.Start):
		_, err = movePayment(ctx, tx, p, domain.PaymentRefunded, nil)
	}
	return err
}

// CancelAttendeeInput asks to give one seat of a GROUP back.
type CancelAttendeeInput struct {
	AttendeeID string
	Reason     string
	By         ActorInput
}

// CancelAttendee gives one seat of a GROUP back. With the last one the meeting is
// called off. A payment for several seats is settled with the last of them. Its
// errors: NOT_FOUND, BAD_USER_INPUT with the field, CONFLICT for a meeting of
// another type, and for one or a seat that is not active.
func (s *Service) CancelAttendee(ctx context.Context, in CancelAttendeeInput) (*ent.Attendee, error) {
	if _, err := commanding(ctx, viewer.Attendee); err != nil {
		return nil, err
	}
	if err := input.First(input.Text("attendeeId", in.AttendeeID, maxWord), input.Text("reason", in.Reason, maxText)); err != nil {
		return nil, err
	}
	var done *ent.Attendee
	err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
		m, seat, err := openSeat(ctx, tx, in.AttendeeID)
		if err != nil {
			return nil, err
		}
		if m.Type != domain.Group {
			return nil, apperr.New(apperr.Conflict, "a %s meeting has no seats to give back: cancel the meeting", m.Type)
		}
		if err := s.changeable(ctx, m, false); err != nil {
			return nil, err
		}
		if seat.Status != domain.AttendeeActive {
			return nil, apperr.New(apperr.Conflict, "the seat is not active any more: it is %s", seat.Status)
		}
		by, err := s.actor(ctx, tx, "cancelledBy", m, in.By)
		if err != nil {
			return nil, err
		}
		told := confirmed(seat) && m.Status == domain.Active
		if m, err = s.vacate(ctx, tx, m, seat, &domain.Cancellation{Time: s.now(), Reason: in.Reason, By: by}); err != nil {
			return nil, err
		}
		done = withMeeting(discreet(ctx, m, seat.ManageHash), seat.ID)
		if !told {
			return nil, nil
		}
		return tell(domain.MeetingCanceled, m, seatOf(m, seat.ID)), nil
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

// vacate gives a seat back. When the last of those leaves who are part of the
// meeting, it is called off: seats that nobody has paid yet do not keep it.
func (s *Service) vacate(ctx context.Context, tx *ent.Tx, m *ent.Meeting, seat *ent.Attendee, why *domain.Cancellation) (*ent.Meeting, error) {
	others := slices.DeleteFunc(taken(m), func(a *ent.Attendee) bool { return a.ID == seat.ID })
	stays := func(a *ent.Attendee) bool { return confirmed(a) || m.Status == domain.Held }
	if err := seatsChange.allows(m); err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(others, stays) {
		return s.callOff(ctx, tx, m, why)
	}
	sequence := m.Sequence
	if confirmed(seat) {
		sequence++
	}
	err := move(ctx, tx, m, seatsChange, func(u *ent.MeetingUpdate) {
		u.AddActiveAttendees(-1).SetSequence(sequence).SetMarkAsNoShow(missed(others))
	})
	if err != nil {
		return nil, err
	}
	if err := s.leave(ctx, tx, seat, why); err != nil {
		return nil, err
	}
	p := seat.Edges.Payment
	if p != nil && !slices.ContainsFunc(others, func(a *ent.Attendee) bool { return a.Edges.Payment != nil && a.Edges.Payment.ID == p.ID }) {
		if err := s.settle(ctx, tx, m, p); err != nil {
			return nil, err
		}
	}
	return load(ctx, tx, "attendeeId", m.ID)
}
