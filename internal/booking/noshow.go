package booking

import (
	"context"
	"fmt"
	"slices"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/input"
)

// MarkNoShow notes that an attendee did not come. Its errors: NOT_FOUND,
// BAD_USER_INPUT with the field, CONFLICT before the start, for a meeting that
// is not to be, and for an attendee who is marked or has cancelled.
func (s *Service) MarkNoShow(ctx context.Context, attendeeID string) (*ent.Attendee, error) {
	return s.noShow(ctx, attendeeID, domain.AttendeeActive, domain.AttendeeNoShow)
}

// UnmarkNoShow takes it back. Its errors are those of MarkNoShow.
func (s *Service) UnmarkNoShow(ctx context.Context, attendeeID string) (*ent.Attendee, error) {
	return s.noShow(ctx, attendeeID, domain.AttendeeNoShow, domain.AttendeeActive)
}

func (s *Service) noShow(ctx context.Context, attendeeID string, from, to domain.AttendeeStatus) (*ent.Attendee, error) {
	if _, err := commanding(ctx); err != nil {
		return nil, err
	}
	if err := input.Text("attendeeId", attendeeID, maxWord); err != nil {
		return nil, err
	}
	var done *ent.Attendee
	err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
		m, seat, err := openSeat(ctx, tx, attendeeID)
		if err != nil {
			return nil, err
		}
		switch now := s.now(); {
		case now.Before(m.Start):
			return nil, apperr.New(apperr.Conflict, "the meeting has not begun: nobody can have missed it")
		case seat.Status != from || !confirmed(seat):
			return nil, apperr.New(apperr.Conflict, "an attendee who is %s cannot become %s", seat.Status, to)
		}
		if m, err = s.mark(ctx, tx, m, seat, to); err != nil {
			return nil, err
		}
		done = withMeeting(m, attendeeID)
		return tell(domain.MeetingNoShow, m, seatOf(m, attendeeID)), nil
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

// mark changes one attendee, and notes at the meeting whether all are missing.
func (s *Service) mark(ctx context.Context, tx *ent.Tx, m *ent.Meeting, seat *ent.Attendee, to domain.AttendeeStatus) (*ent.Meeting, error) {
	by, err := s.actor(ctx, tx, "markedBy", m, ActorInput{})
	if err != nil {
		return nil, err
	}
	update := tx.Attendee.Update().Where(attendee.ID(seat.ID)).SetStatus(to)
	if to == domain.AttendeeNoShow {
		update.SetNoShow(&domain.NoShow{Time: s.now(), By: by})
	} else {
		update.ClearNoShow()
	}
	if err := update.Exec(ctx); err != nil {
		return nil, fmt.Errorf("marking attendee %s: %w", seat.ID, err)
	}
	seat.Status = to
	err = move(ctx, tx, m, noShowsChange, func(u *ent.MeetingUpdate) { u.SetMarkAsNoShow(missed(taken(m))).AddSequence(1) })
	if err != nil {
		return nil, err
	}
	return load(ctx, tx, "attendeeId", m.ID)
}

// missed reports whether nobody came of those who are part of the meeting.
func missed(seats []*ent.Attendee) bool {
	part := slices.DeleteFunc(slices.Clone(seats), func(a *ent.Attendee) bool { return !confirmed(a) })
	came := func(a *ent.Attendee) bool { return a.Status != domain.AttendeeNoShow }
	return len(part) > 0 && !slices.ContainsFunc(part, came)
}
