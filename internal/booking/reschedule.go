package booking

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// RescheduleInput asks for another time.
type RescheduleInput struct {
	MeetingID       string
	Start           time.Time
	DurationMinutes *int
	Reason          string
	By              ActorInput
	IdempotencyKey  *string
}

func (in *RescheduleInput) check() (badStart error) {
	in.Start, badStart = instant("start", in.Start)
	return first(
		text("meetingId", in.MeetingID, maxWord),
		badStart,
		text("reason", in.Reason, maxText),
		optional("idempotencyKey", in.IdempotencyKey, maxWord),
	)
}

// Reschedule replaces a meeting by a new one at another time, with the same
// agents, attendees, payment, notes and references, and returns both. Its
// errors are those of Book, and CONFLICT for a meeting that is not active.
func (s *Service) Reschedule(ctx context.Context, in RescheduleInput) (made, previous *ent.Meeting, err error) {
	if err := in.check(); err != nil {
		return nil, nil, err
	}
	id := typeid.New(typeid.Meeting)
	err = s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) (*eventlog.Draft, error) {
		before, err := claim(ctx, tx, in.IdempotencyKey, "reschedule", in, id)
		if err != nil {
			return nil, err
		}
		if before != "" {
			if made, err = load(ctx, tx, before, nil); err == nil {
				previous, err = load(ctx, tx, in.MeetingID, nil)
			}
			return nil, err
		}
		if previous, err = load(ctx, tx, in.MeetingID, nil); err != nil {
			return nil, err
		}
		if made, err = s.reschedule(ctx, tx, id, previous, in); err != nil {
			return nil, err
		}
		return &eventlog.Draft{Trigger: domain.MeetingRescheduled, Meeting: made}, nil
	})
	if err != nil {
		return nil, nil, err
	}
	return made, previous, nil
}

func (s *Service) reschedule(ctx context.Context, tx *ent.Tx, id string, old *ent.Meeting, in RescheduleInput) (*ent.Meeting, error) {
	et := old.Edges.EventType
	until, length, err := span(et, in.Start, in.DurationMinutes, s.now())
	if err != nil {
		return nil, err
	}
	by, err := s.actor(ctx, tx, "rescheduledBy", old, in.By)
	if err != nil {
		return nil, err
	}
	if err := relock(ctx, tx, old.Edges.Agents); err != nil {
		return nil, err
	}
	change := &domain.Reschedule{Time: s.now(), Reason: in.Reason, By: by, NewMeetingID: id}
	err = move(ctx, tx, old.ID, toRescheduled, func(u *ent.MeetingUpdate) {
		u.SetReschedule(change).SetUpdatedAt(change.Time)
	})
	if err != nil {
		return nil, err
	}
	old.Status, old.Reschedule, old.UpdatedAt = toRescheduled.to, change, change.Time
	if err := release(ctx, tx, old.ID); err != nil {
		return nil, err
	}
	create := tx.Meeting.Create().SetID(id).SetSeriesID(old.SeriesID).SetPreviousID(old.ID).
		SetEventTypeID(et.ID).SetEventName(old.EventName).SetEventSlug(old.EventSlug).SetType(old.Type).
		SetMaxAttendees(old.MaxAttendees).SetReminders(old.Reminders).
		SetStatus(domain.Active).SetSequence(1).SetReschedule(change).
		SetStart(in.Start).SetEnd(until).SetDurationMinutes(length).SetTimeZone(old.TimeZone).
		SetActiveAttendees(len(staying(old))).SetCreateByContact(by.Type == domain.ActorAttendee).
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
	if err := take(ctx, tx, m, et, old.Edges.Agents); err != nil {
		return nil, err
	}
	m.Edges.EventType, m.Edges.Agents = et, old.Edges.Agents
	return m, s.carryOver(ctx, tx, old, m)
}

// relock locks the agents of a meeting, in the order of their ids.
func relock(ctx context.Context, tx *ent.Tx, agents []*ent.Agent) error {
	ids := make([]string, len(agents))
	for i, a := range agents {
		ids[i] = a.ID
	}
	_, err := tx.Agent.Query().Where(agent.IDIn(ids...), lockAgents).Order(agent.ByID()).IDs(ctx)
	if err != nil {
		return fmt.Errorf("locking the agents: %w", err)
	}
	return nil
}

// staying are the attendees whom a reschedule takes along: all that have not
// cancelled.
func staying(m *ent.Meeting) []*ent.Attendee {
	return slices.DeleteFunc(slices.Clone(m.Edges.Attendees), func(a *ent.Attendee) bool {
		return a.Status == domain.AttendeeCancelled
	})
}

// carryOver seats the old meeting's attendees in the new one and moves the
// payment over.
func (s *Service) carryOver(ctx context.Context, tx *ent.Tx, old, m *ent.Meeting) error {
	at := s.now()
	var creates []*ent.AttendeeCreate
	for i, a := range staying(old) {
		creates = append(creates, tx.Attendee.Create().
			SetMeetingID(m.ID).SetPreviousID(a.ID).SetPosition(i).SetCreatedAt(at.Add(microseconds(i))).
			SetName(a.Name).SetEmail(a.Email).SetNillablePhone(a.Phone).SetTimeZone(a.TimeZone).
			SetStatus(domain.AttendeeActive).SetAnswers(a.Answers))
	}
	seats, err := tx.Attendee.CreateBulk(creates...).Save(policy.Vouch(ctx, m.ID))
	if err != nil {
		return fmt.Errorf("seating the attendees: %w", err)
	}
	m.Edges.Attendees = seats
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
