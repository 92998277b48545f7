package booking

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// CancelInput asks to call a meeting off.
type CancelInput struct {
	MeetingID string
	Reason    string
	By        ActorInput
}

// Cancel calls a meeting off for everybody and frees its agents. Its errors:
// NOT_FOUND, BAD_USER_INPUT with the field, CONFLICT for a meeting that is
// not active.
func (s *Service) Cancel(ctx context.Context, in CancelInput) (*ent.Meeting, error) {
	if err := first(text("meetingId", in.MeetingID, maxWord), text("reason", in.Reason, maxText)); err != nil {
		return nil, err
	}
	var done *ent.Meeting
	err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) (*eventlog.Draft, error) {
		m, err := load(ctx, tx, in.MeetingID, nil)
		if err != nil {
			return nil, err
		}
		if done, err = s.cancel(ctx, tx, m, in); err != nil {
			return nil, err
		}
		return &eventlog.Draft{Trigger: domain.MeetingCanceled, Meeting: done}, nil
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

func (s *Service) cancel(ctx context.Context, tx *ent.Tx, m *ent.Meeting, in CancelInput) (*ent.Meeting, error) {
	by, err := s.actor(ctx, tx, "cancelledBy", m, in.By)
	if err != nil {
		return nil, err
	}
	change := &domain.Cancellation{Time: s.now(), Reason: in.Reason, By: by}
	err = move(ctx, tx, m.ID, toCancelled, func(u *ent.MeetingUpdate) {
		u.SetCancellation(change).SetActiveAttendees(0).AddSequence(1)
	})
	if err != nil {
		return nil, err
	}
	if err := release(ctx, tx, m.ID); err != nil {
		return nil, err
	}
	err = tx.Attendee.Update().
		Where(attendee.MeetingID(m.ID), attendee.StatusNEQ(domain.AttendeeCancelled)).
		SetStatus(domain.AttendeeCancelled).SetCancellation(change).
		Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("cancelling the seats of meeting %s: %w", m.ID, err)
	}
	return load(ctx, tx, m.ID, nil)
}
