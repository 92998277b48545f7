package booking

import (
	"context"
	"fmt"
	"strings"

	"slotcast/ent"
	"slotcast/ent/meeting"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
)

// transition is one command's move: the states it may start from, and the one
// it leads to.
type transition struct {
	verb string
	from []domain.MeetingStatus
	to   domain.MeetingStatus
}

var (
	toRescheduled = transition{"rescheduled", []domain.MeetingStatus{domain.Active}, domain.Rescheduled}
	toCancelled   = transition{"cancelled", []domain.MeetingStatus{domain.Active}, domain.Cancelled}
)

// move carries out a transition. The source states are part of the UPDATE, so
// that of two commands at once one finds nothing to change: a CONFLICT.
func move(ctx context.Context, tx *ent.Tx, id string, t transition, set func(*ent.MeetingUpdate)) error {
	update := tx.Meeting.Update().Where(meeting.ID(id), meeting.StatusIn(t.from...)).SetStatus(t.to)
	set(update)
	n, err := update.Save(ctx)
	if err != nil {
		return fmt.Errorf("moving meeting %s to %s: %w", id, t.to, err)
	}
	if n == 1 {
		return nil
	}
	now, err := tx.Meeting.Query().Where(meeting.ID(id)).Select(meeting.FieldStatus).String(ctx)
	if ent.IsNotFound(err) {
		return apperr.Missing("meeting", "meetingId", id)
	}
	if err != nil {
		return fmt.Errorf("reading the state of meeting %s: %w", id, err)
	}
	return apperr.New(apperr.Conflict, "a meeting that is %s cannot be %s", strings.ToLower(now), t.verb)
}
