package booking

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"time"

	"slotcast/ent"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// events is how many events tell of n seats: each seat of a GROUP has its own.
func events(t domain.MeetingType, n int) int {
	if t == domain.Group {
		return n
	}
	return 1
}

// price is what n attendees pay together, in minor units: each of a GROUP, and
// the others the meeting as a whole.
func price(et *ent.EventType, length, n int) int64 {
	one := et.AmountOnDuration[strconv.Itoa(length)]
	if et.CurrencyCode == nil {
		return 0
	}
	return one * int64(events(et.Type, n))
}

// fill seats the attendees of a request. Where it costs something they wait for
// the payment; else others are told.
func (s *Service) fill(
	ctx context.Context, tx *ent.Tx, r *request, m *ent.Meeting, cost int64, firstSeat string,
) (*answer, []*eventlog.Draft, error) {
	var due *ent.Payment
	if cost > 0 {
		var err error
		if due, err = r.charge(ctx, tx, m, cost); err != nil {
			return nil, nil, err
		}
	}
	seats, err := r.seat(ctx, tx, m, due, firstSeat)
	if err != nil {
		return nil, nil, err
	}
	m.Edges.Attendees = append(m.Edges.Attendees, seats...)
	made := &answer{Meeting: discreet(ctx, m, credential.Hash(r.manage)), Payment: due, manageToken: r.manage}
	switch {
	case m.Type != domain.Group && due != nil:
		m.Edges.Payment = due
		return made, nil, nil
	case due != nil:
		return made, nil, nil
	case m.Type == domain.Group:
		return made, tell(domain.MeetingBooked, m, seats...), nil
	}
	return made, tell(domain.MeetingBooked, m), nil
}

// charge makes the payment that is due for a meeting, or for seats in a GROUP.
func (r *request) charge(ctx context.Context, tx *ent.Tx, m *ent.Meeting, cost int64) (*ent.Payment, error) {
	until := r.at.Add(minutes(r.et.HoldMinutes))
	if until.After(m.Start) { // what has begun is not held any more
		until = m.Start
	}
	create := tx.Payment.Create().SetStatus(domain.PaymentPending).SetCreatedAt(r.at).
		SetAmountMinor(cost).SetCurrencyCode(*r.et.CurrencyCode).SetAmountOnDuration(r.et.AmountOnDuration).
		SetOrderID(typeid.New(typeid.Order)).SetHeldUntil(until)
	if m.Type != domain.Group {
		create.SetMeetingID(m.ID)
	}
	p, err := create.Save(policy.Vouch(ctx, m.ID))
	if err != nil {
		return nil, fmt.Errorf("making the payment: %w", err)
	}
	return p, nil
}

// seat makes the attendees, each a microsecond apart: receivers tell them apart
// by the time they were made.
func (r *request) seat(ctx context.Context, tx *ent.Tx, m *ent.Meeting, due *ent.Payment, firstSeat string) ([]*ent.Attendee, error) {
	position := 0
	for _, a := range m.Edges.Attendees {
		position = max(position, a.Position+1)
	}
	creates := make([]*ent.AttendeeCreate, len(r.Attendees))
	for i, a := range r.Attendees {
		creates[i] = tx.Attendee.Create().SetMeetingID(m.ID).SetPosition(position + i).
			SetCreatedAt(r.at.Add(time.Duration(i) * time.Microsecond)).
			SetName(a.Name).SetEmail(a.Email).SetNillablePhone(a.Phone).SetTimeZone(*cmp.Or(a.TimeZone, &m.TimeZone)).
			SetStatus(domain.AttendeeActive).SetAnswers(r.answers[i]).SetManageHash(credential.Hash(r.manage))
		if m.Type == domain.Group {
			r.own(creates[i], due)
		}
	}
	creates[0].SetID(firstSeat).SetNillableRoutingFormSubmissionID(r.RoutingFormSubmissionID)
	ctx = policy.Vouch(ctx, m.ID)
	if r.RoutingFormSubmissionID != nil {
		ctx = policy.Vouch(ctx, *r.RoutingFormSubmissionID)
	}
	if due != nil {
		ctx = policy.Vouch(ctx, due.ID)
	}
	seats, err := tx.Attendee.CreateBulk(creates...).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("seating the attendees: %w", err)
	}
	if m.Type == domain.Group {
		for _, a := range seats {
			a.Edges.Payment = due
		}
	}
	return seats, nil
}

// own gives a seat of a GROUP what the other types keep at their meeting.
func (r *request) own(create *ent.AttendeeCreate, due *ent.Payment) {
	create.SetNillableMultipleBookingIdentifier(r.MultipleBookingIdentifier)
	if r.Tracking != nil {
		create.SetTracking(r.Tracking)
	}
	if due != nil {
		create.SetPaymentID(due.ID)
	}
}

// bookedBy is the first attendee, or the agent who books for him.
func (r *request) bookedBy(ctx context.Context, tx *ent.Tx, firstSeat string) (*domain.Actor, error) {
	if r.CreateByContact {
		return &domain.Actor{Type: domain.ActorAttendee, ID: firstSeat, Name: r.Attendees[0].Name}, nil
	}
	v, _ := viewer.From(ctx)
	by, err := agentActor(ctx, tx, "createByContact", v.AgentID)
	return &by, err
}

func (r *request) notes(ctx context.Context) []domain.Note {
	v, _ := viewer.From(ctx)
	notes := make([]domain.Note, len(r.Notes))
	for i, text := range r.Notes {
		notes[i] = domain.Note{Text: text, By: cmp.Or(v.AgentID, r.Attendees[0].Name), At: r.at}
	}
	return notes
}
