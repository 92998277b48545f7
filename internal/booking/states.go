package booking

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"slotcast/ent"
	"slotcast/ent/meeting"
	"slotcast/ent/payment"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// transition is one command's move: the states it may start from, and the one
// it leads to.
type transition struct {
	verb string
	from []domain.MeetingStatus
	to   domain.MeetingStatus
}

var (
	toActive      = transition{"booked", []domain.MeetingStatus{domain.Held, domain.Expired}, domain.Active}
	toRescheduled = transition{"rescheduled", []domain.MeetingStatus{domain.Active}, domain.Rescheduled}
	toCancelled   = transition{"cancelled", []domain.MeetingStatus{domain.Held, domain.Active}, domain.Cancelled}
	toExpired     = transition{"released", []domain.MeetingStatus{domain.Held}, domain.Expired}
	inPlace       = transition{"changed", []domain.MeetingStatus{domain.Active}, domain.Active}
	seatsChange   = transition{"changed", []domain.MeetingStatus{domain.Held, domain.Active}, ""}
	noShowsChange = transition{"marked", []domain.MeetingStatus{domain.Active, domain.Completed}, ""}
)

// allows reports, in words, why a meeting cannot be moved.
func (t transition) allows(m *ent.Meeting) error {
	if slices.Contains(t.from, m.Status) {
		return nil
	}
	return apperr.New(apperr.Conflict, "a meeting that is %s cannot be %s", strings.ToLower(string(m.Status)), t.verb)
}

// move carries out a transition with the other changes that belong to it; one
// without a target leaves the state as it is. The state that was read is part of
// the UPDATE: whoever comes second finds nothing to change.
func move(ctx context.Context, tx *ent.Tx, m *ent.Meeting, t transition, set func(*ent.MeetingUpdate)) error {
	if err := t.allows(m); err != nil {
		return err
	}
	update := tx.Meeting.Update().Where(meeting.ID(m.ID), meeting.StatusEQ(m.Status))
	if t.to != "" {
		update.SetStatus(t.to)
	}
	set(update)
	n, err := update.Save(ctx)
	if err != nil {
		return fmt.Errorf("moving meeting %s to %s: %w", m.ID, t.to, err)
	}
	if n == 0 { // moved since it was read: the next run says how
		return eventlog.ErrAgain
	}
	return nil
}

// unpaid are the states in which a payment holds something.
var unpaid = []domain.PaymentStatus{domain.PaymentPending, domain.PaymentFailed}

// payments says from which states a payment may come into another.
func payments(to domain.PaymentStatus) []domain.PaymentStatus {
	switch to {
	case domain.PaymentPending, domain.PaymentFailed, domain.PaymentExpired:
		return unpaid // one try after another, until time runs out
	case domain.PaymentDone:
		return append([]domain.PaymentStatus{domain.PaymentExpired}, unpaid...)
	case domain.PaymentRefunded:
		return []domain.PaymentStatus{domain.PaymentDone, domain.PaymentExpired}
	}
	return nil
}

// movePayment carries out a transition of a payment with the other changes that
// belong to it, if any, and returns it as it is then.
func movePayment(
	ctx context.Context, tx *ent.Tx, p *ent.Payment, to domain.PaymentStatus, set func(*ent.PaymentUpdate),
) (*ent.Payment, error) {
	if !slices.Contains(payments(to), p.Status) {
		return nil, apperr.New(apperr.Conflict, "a payment that is %s cannot become %s", p.Status, to)
	}
	update := tx.Payment.Update().Where(payment.ID(p.ID), payment.StatusEQ(p.Status)).SetStatus(to)
	if set != nil {
		set(update)
	}
	n, err := update.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("moving payment %s to %s: %w", p.ID, to, err)
	}
	if n == 0 {
		return nil, eventlog.ErrAgain
	}
	return tx.Payment.Query().Where(payment.ID(p.ID)).Only(ctx)
}
