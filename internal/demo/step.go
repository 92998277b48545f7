package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/ent/predicate"
	"slotcast/internal/domain"
)

// errNothing: there is nothing to do it to.
var errNothing = errors.New("there is nothing to do it to")

// step makes one thing happen, and says what it tried. Where that cannot be,
// something is booked, or, with no time left, called off.
func (t *Trickle) step(ctx context.Context) (what string, err error) {
	if len(t.unpaid) > 0 && t.rnd.IntN(3) == 0 {
		return "pay", t.settle(ctx)
	}
	now := t.cfg.Now()
	n, err := t.client.Meeting.Query().Where(toCome(now)).Count(t.as(ctx, maja))
	if err != nil {
		return "count", fmt.Errorf("counting what is to come: %w", err)
	}
	if what = t.choose(n); !t.begun { // something that is told at once
		t.begun = true
		return "book", t.appoint(ctx, now, t.types[intro], nil)
	}
	err = t.attempt(ctx, what, now, n)
	if err != nil && passing(err) && what != "book" {
		what = "book"
		err = t.attempt(ctx, what, now, n)
	}
	if errors.Is(err, errNoTime) {
		what = "cancel"
		err = t.attempt(ctx, what, now, n)
	}
	return what, err
}

// toCome are the meetings that may be moved and called off.
func toCome(now time.Time) predicate.Meeting {
	return meeting.And(meeting.StatusEQ(domain.Active), meeting.StartGT(now), meeting.StartLT(now.Add(ahead+day)))
}

// choose picks what to do, with n meetings to come.
func (t *Trickle) choose(n int) string {
	shares := []struct {
		what                 string
		low, middle, crowded int
	}{
		{"book", 62, 42, 8},
		{"cancel", 10, 28, 62},
		{"move", 14, 16, 16},
		{"no-show", 6, 6, 6},
		{"submit", 8, 8, 8},
	}
	draw := t.rnd.IntN(100)
	for _, s := range shares {
		share := s.middle
		switch {
		case n < few:
			share = s.low
		case n > many:
			share = s.crowded
		}
		if draw -= share; draw < 0 {
			return s.what
		}
	}
	return "book"
}

func (t *Trickle) attempt(ctx context.Context, what string, now time.Time, n int) error {
	switch what {
	case "cancel", "move":
		m, err := t.pick(ctx, toCome(now))
		if err != nil {
			return err
		}
		if what == "cancel" {
			return t.cancel(ctx, m)
		}
		from := now.Add(time.Duration(t.rnd.Int64N(int64(ahead - 3*day))))
		_, err = t.move(ctx, m, from, from.Add(3*day))
		return err
	case "no-show":
		m, err := t.pick(ctx, meeting.And(
			meeting.StatusIn(domain.Active, domain.Completed), meeting.StartLT(now), meeting.StartGT(now.Add(-ahead)),
			meeting.HasAttendeesWith(attendee.StatusEQ(domain.AttendeeActive))))
		if err != nil {
			return err
		}
		return t.noShow(ctx, m)
	case "submit":
		made, event, err := t.submit(ctx)
		if err != nil || event == nil || n > many || t.rnd.IntN(2) == 0 {
			return err
		}
		return t.appoint(ctx, now, event, &made.ID)
	default:
		return t.appoint(ctx, now, t.types[t.rnd.IntN(len(t.types))], nil)
	}
}

// appoint books a time within the days to come: near ones more often, and any
// where nothing is free then.
func (t *Trickle) appoint(ctx context.Context, now time.Time, event *ent.EventType, submission *string) error {
	w := want{event: event, submission: submission}
	if event.Type == domain.Group && t.rnd.IntN(4) == 0 {
		w.seats = 2
	}
	if len(event.Durations) > 0 && t.rnd.IntN(3) == 0 {
		length := one(t.rnd, event.Durations)
		w.minutes = &length
	}
	w.from = now.Add(time.Duration(float64(ahead-2*day) * t.rnd.Float64() * t.rnd.Float64()))
	w.to = w.from.Add(2 * day)
	made, err := t.book(ctx, w)
	if errors.Is(err, errNoTime) {
		w.from, w.to = now, now.Add(ahead)
		made, err = t.book(ctx, w)
	}
	if err != nil || made.Payment == nil {
		return err
	}
	t.unpaid = append(t.unpaid[max(0, len(t.unpaid)-maxUnpaid+1):], made.Payment.ID)
	return nil
}

// settle pays the oldest of what was booked for money, or not: then its hold runs
// out.
func (t *Trickle) settle(ctx context.Context) error {
	oldest := t.unpaid[0]
	t.unpaid = t.unpaid[1:]
	if t.rnd.IntN(8) == 0 {
		return t.pay(ctx, oldest, domain.PaymentFailed)
	}
	return t.pay(ctx, oldest, domain.PaymentDone)
}

// pick returns one of the meetings, with the attendees who take part.
func (t *Trickle) pick(ctx context.Context, which predicate.Meeting) (*ent.Meeting, error) {
	ctx = t.as(ctx, maja)
	n, err := t.client.Meeting.Query().Where(which).Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("counting meetings: %w", err)
	}
	if n == 0 {
		return nil, errNothing
	}
	id, err := t.client.Meeting.Query().Where(which).Order(meeting.ByStart(), meeting.ByID()).Offset(t.rnd.IntN(n)).FirstID(ctx)
	if err != nil {
		return nil, err
	}
	return t.read(ctx, id)
}
