package booking

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/ent/payment"
	"slotcast/ent/predicate"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// PaymentInput is what a payment provider says. Fields as in the GraphQL input;
// nil means that nothing was said.
type PaymentInput struct {
	PaymentID         string
	Status            domain.PaymentStatus
	Method            string
	ExternalPaymentID string
	PaymentTime       *time.Time
	BillingName       *string
	BillingAddress    *string
	EmailID           *string
	Note              *string
}

func (in *PaymentInput) check() (err error) {
	if in.PaymentTime != nil {
		at, err := input.Instant("paymentTime", *in.PaymentTime)
		if err != nil {
			return err
		}
		in.PaymentTime = &at
	}
	if in.EmailID != nil && *in.EmailID != "" {
		err = input.Email("emailId", *in.EmailID)
	}
	if in.Status == domain.PaymentExpired {
		err = apperr.BadInput("status", "a payment expires by itself: send DONE, FAILED, PENDING or REFUNDED")
	}
	return input.First(
		err,
		input.Text("paymentId", in.PaymentID, maxWord),
		input.Member("status", in.Status),
		input.Name("method", in.Method, 50),
		input.Name("externalPaymentId", in.ExternalPaymentID, maxWord),
		input.Optional("billingName", in.BillingName, maxWord),
		input.Optional("billingAddress", in.BillingAddress, 1000),
		input.Optional("note", in.Note, 1000),
	)
}

// RecordPayment takes down what the payment provider says, and books what was
// held when it is DONE. The same method, reference and status again change
// nothing. Its errors: NOT_FOUND, BAD_USER_INPUT with the field, CONFLICT for a
// payment that cannot come into that status, or a reference of another one.
func (s *Service) RecordPayment(ctx context.Context, in PaymentInput) (*ent.Payment, error) {
	v, err := commanding(ctx, viewer.Page)
	if err != nil {
		return nil, err
	}
	if v.Kind == viewer.Page && (!v.MayPay || in.Status == domain.PaymentRefunded) {
		return nil, apperr.New(apperr.Forbidden, "the page may not report this: a server has to, with an access token")
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	var done *ent.Payment
	err = s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) (drafts []*eventlog.Draft, err error) {
		m, p, err := openPayment(ctx, tx, in.PaymentID)
		if err != nil {
			return nil, err
		}
		if in.repeats(p) {
			done = p
			return nil, nil
		}
		done, drafts, err = s.record(ctx, tx, m, p, in)
		return drafts, err
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

// openPayment opens the meeting that a payment is for. Of the seats that it is for
// the newest one knows: those given back stay in a meeting that was replaced.
func openPayment(ctx context.Context, tx *ent.Tx, id string) (*ent.Meeting, *ent.Payment, error) {
	p, err := tx.Payment.Query().Where(payment.ID(id)).
		WithAttendees(func(q *ent.AttendeeQuery) { q.Order(attendee.ByCreatedAt(sql.OrderDesc())) }).
		Only(asPayer(ctx))
	if ent.IsNotFound(err) {
		return nil, nil, apperr.Missing("payment", "paymentId", id)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("reading payment %s: %w", id, err)
	}
	var meetingID string
	var others []predicate.Agent
	switch seats := p.Edges.Attendees; {
	case p.MeetingID != nil:
		meetingID = *p.MeetingID
	case len(seats) == 0:
		return nil, nil, fmt.Errorf("payment %s is for nothing", id)
	default: // another group may have to make room
		meetingID = seats[0].MeetingID
		if others, err = atStartOf(ctx, tx, meetingID); err != nil {
			return nil, nil, err
		}
	}
	m, err := open(ctx, tx, "paymentId", meetingID, others...)
	if err != nil {
		return nil, nil, err
	}
	if due := m.Edges.Payment; due != nil && due.ID == id {
		return m, due, nil
	}
	for _, a := range m.Edges.Attendees {
		if due := a.Edges.Payment; due != nil && due.ID == id {
			return m, due, nil
		}
	}
	return nil, nil, eventlog.ErrAgain // the meeting was rescheduled meanwhile
}

// asPayer is how payments are looked up: agents see those of their meetings, a
// booking page any whose id it was told.
func asPayer(ctx context.Context) context.Context {
	if v, _ := viewer.From(ctx); v.Kind == viewer.Page {
		return ctx
	}
	return viewer.AsCaller(ctx)
}

// repeats reports whether this is no news: the provider has said so before, or
// tells of a try after the end, be it one that succeeded or that of the time. It
// must not be refused, or the provider would say it again and again.
func (in *PaymentInput) repeats(p *ent.Payment) bool {
	same := p.Method == in.Method && p.ExternalPaymentID != nil && *p.ExternalPaymentID == in.ExternalPaymentID
	refunded := p.Status == domain.PaymentRefunded
	switch in.Status {
	case domain.PaymentDone:
		return same && (p.Status == domain.PaymentDone || refunded)
	case domain.PaymentRefunded:
		return refunded
	case domain.PaymentPending, domain.PaymentFailed, domain.PaymentExpired:
	}
	return same && p.Status == in.Status || !slices.Contains(unpaid, p.Status)
}

// record carries out what a payment's new status means for its meeting.
func (s *Service) record(
	ctx context.Context, tx *ent.Tx, m *ent.Meeting, p *ent.Payment, in PaymentInput,
) (*ent.Payment, []*eventlog.Draft, error) {
	seats := s.paidBy(m, p)
	if in.Status == domain.PaymentRefunded {
		if p.Status != domain.PaymentDone {
			return nil, nil, apperr.New(apperr.Conflict, "a payment that is %s cannot become %s", p.Status, in.Status)
		}
		if len(seats) > 0 && m.Status == domain.Active {
			return nil, nil, apperr.New(apperr.Conflict, "what it pays for is still booked: cancel that first")
		}
	}
	if in.Status != domain.PaymentDone {
		p, err := movePayment(ctx, tx, p, in.Status, in.set)
		return p, nil, err
	}
	if !slices.Contains(payments(domain.PaymentDone), p.Status) {
		return nil, nil, apperr.New(apperr.Conflict, "the payment is %s, with another reference: give this one back", p.Status)
	}
	back, err := s.restore(ctx, tx, m, p)
	if err != nil {
		return nil, nil, err
	}
	if !back {
		p, err := movePayment(ctx, tx, p, domain.PaymentRefunded, in.set)
		return p, nil, err
	}
	return s.confirm(ctx, tx, m, p, in)
}

// paidBy are the seats that a payment is for and that were not given back; of a
// meeting that it is for as a whole, all.
func (s *Service) paidBy(m *ent.Meeting, p *ent.Payment) []*ent.Attendee {
	return slices.DeleteFunc(taken(m), func(a *ent.Attendee) bool {
		return m.Type == domain.Group && (a.Edges.Payment == nil || a.Edges.Payment.ID != p.ID)
	})
}

// confirm books what was held: from now on it is told.
func (s *Service) confirm(
	ctx context.Context, tx *ent.Tx, m *ent.Meeting, p *ent.Payment, in PaymentInput,
) (*ent.Payment, []*eventlog.Draft, error) {
	seats, now := s.paidBy(m, p), s.now()
	to := toActive
	if m.Type == domain.Group { // others may have paid before
		to.from = append(slices.Clone(to.from), domain.Active)
	}
	err := move(ctx, tx, m, to, func(u *ent.MeetingUpdate) {
		u.AddSequence(events(m.Type, len(seats))).SetActiveAttendees(m.ActiveAttendees).SetMarkAsNoShow(false)
	})
	if err != nil {
		return nil, nil, err
	}
	p, err = movePayment(ctx, tx, p, domain.PaymentDone, func(u *ent.PaymentUpdate) {
		in.set(u)
		u.SetMeetCreatedAt(now).SetPaymentTime(*cmp.Or(in.PaymentTime, &now)).ClearHeldUntil()
	})
	if err != nil {
		return nil, nil, err
	}
	if m, err = load(ctx, tx, "paymentId", m.ID); err != nil {
		return nil, nil, err
	}
	if m.Type == domain.Group {
		return p, tell(domain.MeetingBooked, m, s.paidBy(m, p)...), nil
	}
	return p, tell(domain.MeetingBooked, m), nil
}

// set takes down what was said beside the status.
func (in *PaymentInput) set(u *ent.PaymentUpdate) {
	if in.Status != domain.PaymentRefunded { // a refund may go another way, with a reference of its own
		u.SetMethod(in.Method).SetExternalPaymentID(in.ExternalPaymentID)
	}
	u.SetNillablePaymentTime(in.PaymentTime).SetNillableBillingName(in.BillingName).
		SetNillableBillingAddress(in.BillingAddress).SetNillableEmailID(in.EmailID).SetNillableNote(in.Note)
}
