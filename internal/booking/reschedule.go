package booking

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/ent/predicate"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/input"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// RescheduleInput asks for another time.
type RescheduleInput struct {
	MeetingID       string
	Start           time.Time
	DurationMinutes *int // nil: as it was
	Reason          string
	By              ActorInput
	IdempotencyKey  *string
}

func (in *RescheduleInput) check() (badStart error) {
	in.Start, badStart = input.Instant("start", in.Start)
	return input.First(
		input.Text("meetingId", in.MeetingID, maxWord),
		badStart,
		input.Text("reason", in.Reason, maxText),
		input.Optional("idempotencyKey", in.IdempotencyKey, maxWord),
	)
}

// Reschedule replaces a meeting by a new one at another time, with the same
// attendees, payment, notes and references, and returns both. It keeps the
// agents; where that of a ROUNDROBIN is not free, another one takes it. Its
// errors are those of Book, and CONFLICT for a meeting that is not active.
func (s *Service) Reschedule(ctx context.Context, in RescheduleInput) (made, previous *ent.Meeting, err error) {
	if _, err := commanding(ctx, viewer.Attendee); err != nil {
		return nil, nil, err
	}
	if err := in.check(); err != nil {
		return nil, nil, err
	}
	var both *answer
	err = s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) (drafts []*eventlog.Draft, err error) {
		both, err = s.once(ctx, tx, in.IdempotencyKey, "reschedule", in, func() (*answer, error) {
			old, err := openWithOthers(ctx, tx, in.MeetingID, in.Start)
			if err != nil {
				return nil, err
			}
			seats := shown(old).Edges.Attendees // those that are paid, before the payments move on
			m, err := s.reschedule(ctx, tx, old, in)
			if err != nil {
				return nil, err
			}
			drafts = tell(domain.MeetingRescheduled, m)
			previous := *old
			previous.Edges.Attendees = seats
			drafts[0].Previous = &previous
			return &answer{Meeting: m, Previous: old}, nil
		})
		return drafts, err
	})
	if err != nil {
		return nil, nil, err
	}
	return both.Meeting, both.Previous, nil
}

// openWithOthers opens a meeting that may move to another start. It locks those
// who may have to take it as well, and the agent of a group that is there.
func openWithOthers(ctx context.Context, tx *ent.Tx, id string, start time.Time) (*ent.Meeting, error) {
	bare, err := tx.Meeting.Query().Where(meeting.ID(id)).Select(meeting.FieldType, meeting.FieldEventTypeID).
		Only(viewer.AsCaller(ctx))
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("meeting", "meetingId", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading meeting %s: %w", id, err)
	}
	var others []predicate.Agent
	switch bare.Type {
	case domain.RoundRobin:
		others = append(others, hosting(bare.EventTypeID))
	case domain.Group:
		others = append(others, hostOf(bare.EventTypeID, start))
	case domain.Solo, domain.Collective:
	}
	return open(ctx, tx, "meetingId", id, others...)
}

func (s *Service) reschedule(ctx context.Context, tx *ent.Tx, old *ent.Meeting, in RescheduleInput) (*ent.Meeting, error) {
	et := old.Edges.EventType
	if err := input.First(s.changeable(ctx, old, true), toRescheduled.allows(old)); err != nil {
		return nil, err
	}
	length, err := lengthOf(et, in.DurationMinutes, old.DurationMinutes)
	if err != nil {
		return nil, err
	}
	if err := sameCost(old, length); err != nil {
		return nil, err
	}
	if err := inTime(et, in.Start, s.now()); err != nil {
		return nil, err
	}
	by, err := s.actor(ctx, tx, "rescheduledBy", old, in.By)
	if err != nil {
		return nil, err
	}
	at, id := spanOf(et, in.Start, length), typeid.New(typeid.Meeting)
	if old.Type == domain.Group {
		if alone, err := s.alone(ctx, tx, old, in.Start); err != nil || !alone {
			return nil, input.First(err, slotTaken("there is a group at that time: choose another start"))
		}
	}
	change := &domain.Reschedule{Time: s.now(), Reason: in.Reason, By: by, NewMeetingID: id}
	err = move(ctx, tx, old, toRescheduled, func(u *ent.MeetingUpdate) { u.SetReschedule(change).SetUpdatedAt(change.Time) })
	if err != nil {
		return nil, err
	}
	old.Status, old.Reschedule, old.UpdatedAt = toRescheduled.to, change, change.Time
	if err := s.giveBack(ctx, tx, old); err != nil {
		return nil, err
	}
	agents, err := s.keep(ctx, tx, old, at, by.Type == domain.ActorAttendee)
	if err != nil {
		return nil, err
	}
	m, err := s.replace(ctx, tx, old, at, change)
	if err != nil {
		return nil, err
	}
	m.Edges.EventType, m.Edges.Agents = et, agents
	if err := s.take(ctx, tx, m, at, agents); err != nil {
		return nil, err
	}
	return m, s.carryOver(ctx, tx, old, m)
}

// sameCost refuses a duration that would cost another amount than was paid; of
// what was free, one that is not.
func sameCost(old *ent.Meeting, length int) error {
	var prices []map[string]int64
	for _, p := range dues(old) {
		prices = append(prices, p.AmountOnDuration)
	}
	if len(prices) == 0 && old.Edges.EventType.CurrencyCode != nil {
		prices = append(prices, old.Edges.EventType.AmountOnDuration)
	}
	for _, price := range prices {
		was, is := price[strconv.Itoa(old.DurationMinutes)], price[strconv.Itoa(length)]
		if length != old.DurationMinutes && was != is {
			return apperr.BadInput("durationMinutes", "%d minutes cost another amount than was paid: cancel, and book anew", length)
		}
	}
	return nil
}

// keep are the agents of the new meeting: the old ones if they are free, or for a
// ROUNDROBIN another one.
func (s *Service) keep(ctx context.Context, tx *ent.Tx, old *ent.Meeting, at span, byContact bool) ([]*ent.Agent, error) {
	agents, err := s.again(ctx, tx, old, at, byContact)
	if old.Type != domain.RoundRobin || apperr.From(err) == nil {
		return agents, err
	}
	hosts, err := pool(ctx, tx, old.Edges.EventType, nil) // locked before
	if err != nil {
		return nil, err
	}
	return s.choose(ctx, tx, old.Edges.EventType, hosts, at, byContact)
}

// again are the meeting's agents, where all of them still take part.
func (s *Service) again(ctx context.Context, tx *ent.Tx, old *ent.Meeting, at span, byContact bool) ([]*ent.Agent, error) {
	if slices.ContainsFunc(old.Edges.Agents, gone) {
		return nil, apperr.New(apperr.Conflict, "its agent takes part no more: reassign the meeting, or cancel it and book anew")
	}
	return s.choose(ctx, tx, old.Edges.EventType, old.Edges.Agents, at, byContact)
}

// gone reports whether an agent was deactivated.
func gone(a *ent.Agent) bool { return a.Status == domain.AgentDeactivated }

// replace makes the new meeting.
func (s *Service) replace(ctx context.Context, tx *ent.Tx, old *ent.Meeting, at span, change *domain.Reschedule) (*ent.Meeting, error) {
	et := old.Edges.EventType
	create := tx.Meeting.Create().SetID(change.NewMeetingID).SetSeriesID(old.SeriesID).SetPreviousID(old.ID).SetCreatedAt(change.Time).
		SetEventTypeID(et.ID).SetEventName(old.EventName).SetEventSlug(old.EventSlug).SetType(old.Type).
		SetMaxAttendees(old.MaxAttendees).SetReminders(et.Reminders).
		SetStatus(domain.Active).SetSequence(1).SetReschedule(change).
		SetStart(at.start).SetEnd(at.end).SetDurationMinutes(at.minutes).SetTimeZone(old.TimeZone).
		SetActiveAttendees(len(taken(old))).SetCreateByContact(change.By.Type == domain.ActorAttendee).SetBookedBy(&change.By).
		SetExternalIds(old.ExternalIds).SetNotes(old.Notes).
		SetNillableModeNote(old.ModeNote).SetNillableModifiedEventName(old.ModifiedEventName).
		SetNillableMultipleBookingIdentifier(old.MultipleBookingIdentifier)
	if old.Tracking != nil {
		create.SetTracking(old.Tracking)
	}
	m, err := create.Save(policy.Vouch(ctx, et.ID, old.ID))
	if err != nil {
		return nil, fmt.Errorf("making the new meeting: %w", err)
	}
	return m, nil
}

// carryOver seats the old meeting's attendees in the new one and moves the
// payments over.
func (s *Service) carryOver(ctx context.Context, tx *ent.Tx, old, m *ent.Meeting) error {
	now, seats := s.now(), taken(old)
	creates := make([]*ent.AttendeeCreate, len(seats))
	known := policy.Vouch(ctx, m.ID)
	for i, a := range seats {
		creates[i] = tx.Attendee.Create().
			SetMeetingID(m.ID).SetPreviousID(a.ID).SetPosition(i).SetCreatedAt(now.Add(time.Duration(i) * time.Microsecond)).
			SetName(a.Name).SetEmail(a.Email).SetNillablePhone(a.Phone).SetTimeZone(a.TimeZone).
			SetStatus(domain.AttendeeActive).SetAnswers(a.Answers).SetManageHash(a.ManageHash).
			SetNillableMultipleBookingIdentifier(a.MultipleBookingIdentifier).SetNillablePaymentID(a.PaymentID).
			SetNillableRoutingFormSubmissionID(a.RoutingFormSubmissionID)
		if a.Tracking != nil {
			creates[i].SetTracking(a.Tracking)
		}
		if a.PaymentID != nil {
			known = policy.Vouch(known, *a.PaymentID)
		}
		if a.RoutingFormSubmissionID != nil {
			known = policy.Vouch(known, *a.RoutingFormSubmissionID)
		}
	}
	made, err := tx.Attendee.CreateBulk(creates...).Save(known)
	if err != nil {
		return fmt.Errorf("seating the attendees: %w", err)
	}
	for i, a := range seats {
		made[i].Edges.Payment = a.Edges.Payment
	}
	m.Edges.Attendees = made
	return movePayments(ctx, tx, old, m)
}

// movePayments takes the payments away from the old meeting and its seats.
func movePayments(ctx context.Context, tx *ent.Tx, old, m *ent.Meeting) (err error) {
	if slices.ContainsFunc(taken(old), func(a *ent.Attendee) bool { return a.PaymentID != nil }) {
		err = tx.Attendee.Update().
			Where(attendee.MeetingID(old.ID), attendee.StatusNEQ(domain.AttendeeCancelled)).ClearPaymentID().Exec(ctx)
		if err != nil {
			return fmt.Errorf("moving the payments over: %w", err)
		}
		for _, a := range taken(old) {
			a.PaymentID, a.Edges.Payment = nil, nil
		}
	}
	if old.Edges.Payment == nil {
		return nil
	}
	m.Edges.Payment, err = tx.Payment.UpdateOneID(old.Edges.Payment.ID).SetMeetingID(m.ID).Save(policy.Vouch(ctx, m.ID))
	if err != nil {
		return fmt.Errorf("moving the payment over: %w", err)
	}
	old.Edges.Payment = nil
	return nil
}
