package booking

import (
	"cmp"
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/attendee"
	"slotcast/ent/eventtype"
	"slotcast/ent/meeting"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// Book makes a meeting. Its errors: NOT_FOUND for the event type or agent,
// BAD_USER_INPUT with the field, SLOT_TAKEN, CONFLICT for an event type that
// cannot be booked now, IDEMPOTENCY_CONFLICT.
func (s *Service) Book(ctx context.Context, in BookInput) (*ent.Meeting, error) {
	if err := in.check(); err != nil {
		return nil, err
	}
	id := typeid.New(typeid.Meeting)
	var made *ent.Meeting
	err := s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) (*eventlog.Draft, error) {
		before, err := claim(ctx, tx, in.IdempotencyKey, "book", in, id)
		if err != nil || before != "" {
			made, err = load(ctx, tx, before, err)
			return nil, err
		}
		made, err = s.book(ctx, tx, id, in)
		if err != nil {
			return nil, err
		}
		return &eventlog.Draft{Trigger: domain.MeetingBooked, Meeting: made}, nil
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (s *Service) book(ctx context.Context, tx *ent.Tx, id string, in BookInput) (*ent.Meeting, error) {
	et, err := bookable(ctx, tx, in.EventTypeID)
	if err != nil {
		return nil, err
	}
	if len(in.Attendees) > et.MaxAttendees {
		return nil, apperr.BadInput("attendees", "event type %q takes %d attendees", et.Slug, et.MaxAttendees)
	}
	until, length, err := span(et, in.Start, in.DurationMinutes, s.now())
	if err != nil {
		return nil, err
	}
	agents, err := choose(ctx, tx, et, in.AgentIDs)
	if err != nil {
		return nil, err
	}
	create := tx.Meeting.Create().SetID(id).SetSeriesID(id).
		SetEventTypeID(et.ID).SetEventName(et.Name).SetEventSlug(et.Slug).SetType(et.Type).
		SetMaxAttendees(et.MaxAttendees).SetReminders(et.Reminders).
		SetStatus(domain.Active).SetSequence(1).
		SetStart(in.Start).SetEnd(until).SetDurationMinutes(length).SetTimeZone(agents[0].TimeZone).
		SetActiveAttendees(len(in.Attendees)).SetCreateByContact(in.CreateByContact).
		SetExternalIds(append([]string{}, in.ExternalIDs...)).SetNotes(s.notes(ctx, in.Notes)).
		SetNillableModeNote(cmp.Or(in.ModeNote, et.ModeNote)).
		SetNillableModifiedEventName(in.ModifiedEventName).
		SetNillableMultipleBookingIdentifier(in.MultipleBookingIdentifier)
	if in.Tracking != nil {
		create.SetTracking(in.Tracking)
	}
	m, err := create.Save(policy.Vouch(ctx, et.ID))
	if err != nil {
		return nil, fmt.Errorf("making the meeting: %w", err)
	}
	if err := take(ctx, tx, m, et, agents); err != nil {
		return nil, err
	}
	m.Edges.EventType, m.Edges.Agents = et, agents
	m.Edges.Attendees, err = s.seat(ctx, tx, m, in.Attendees)
	return m, err
}

// bookable returns an event type that may be booked now.
func bookable(ctx context.Context, tx *ent.Tx, id string) (*ent.EventType, error) {
	et, err := tx.EventType.Query().Where(eventtype.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("event type", "eventTypeId", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading event type %s: %w", id, err)
	}
	if !et.Active {
		return nil, apperr.New(apperr.Conflict, "event type %q is not active", et.Slug)
	}
	if et.Type != domain.Solo {
		return nil, apperr.New(apperr.Conflict, "event type %q is %s: this version books SOLO only", et.Slug, et.Type)
	}
	return et, nil
}

// seat makes the attendees, each a microsecond apart: receivers tell them apart
// by the time they were made.
func (s *Service) seat(ctx context.Context, tx *ent.Tx, m *ent.Meeting, in []AttendeeInput) ([]*ent.Attendee, error) {
	at := s.now()
	creates := make([]*ent.AttendeeCreate, len(in))
	for i, a := range in {
		creates[i] = tx.Attendee.Create().SetMeetingID(m.ID).SetPosition(i).SetCreatedAt(at.Add(microseconds(i))).
			SetName(a.Name).SetEmail(a.Email).SetNillablePhone(a.Phone).SetTimeZone(*cmp.Or(a.TimeZone, &m.TimeZone)).
			SetStatus(domain.AttendeeActive).SetAnswers(numbered(a.Answers))
	}
	seats, err := tx.Attendee.CreateBulk(creates...).Save(policy.Vouch(ctx, m.ID))
	if err != nil {
		return nil, fmt.Errorf("seating the attendees: %w", err)
	}
	return seats, nil
}

func numbered(in []domain.Answer) []domain.Answer {
	out := append([]domain.Answer{}, in...)
	for i := range out {
		out[i].Position = i
	}
	return out
}

func (s *Service) notes(ctx context.Context, texts []string) []domain.Note {
	v, _ := viewer.From(ctx)
	notes := make([]domain.Note, len(texts))
	for i, t := range texts {
		notes[i] = domain.Note{Text: t, By: v.AgentID, At: s.now()}
	}
	return notes
}

// load reads a meeting with all that its snapshot needs. A first error is
// passed on.
func load(ctx context.Context, tx *ent.Tx, id string, err error) (*ent.Meeting, error) {
	if err != nil {
		return nil, err
	}
	m, err := tx.Meeting.Query().Where(meeting.ID(id)).
		WithEventType().WithPayment().
		WithAgents(func(q *ent.AgentQuery) { q.Order(agent.ByID()) }).
		WithAttendees(func(q *ent.AttendeeQuery) { q.Order(attendee.ByPosition()) }).
		Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("meeting", "meetingId", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading meeting %s: %w", id, err)
	}
	return m, nil
}
