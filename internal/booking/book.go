package booking

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/eventtype"
	"slotcast/ent/routingformsubmission"
	"slotcast/internal/apperr"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/input"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// Booking is what Book made: a meeting, or seats in it. The payment is nil where
// it costs nothing.
type Booking struct {
	Meeting *ent.Meeting
	Payment *ent.Payment
	// ManageToken lets who booked see, move and cancel what was booked. It is kept
	// nowhere but, sealed, in the answer that an idempotency key repeats.
	ManageToken string
}

// Book makes a meeting, or takes seats in a GROUP. What costs something is held
// for its payment. Its errors: NOT_FOUND for the event type or agent,
// BAD_USER_INPUT with the field, SLOT_TAKEN, CONFLICT for an event type that
// cannot be booked now, IDEMPOTENCY_CONFLICT, FORBIDDEN for a booking page that
// books as an agent would.
func (s *Service) Book(ctx context.Context, in BookInput) (*Booking, error) {
	v, err := commanding(ctx, viewer.Page)
	if err != nil {
		return nil, err
	}
	if v.Kind == viewer.Page {
		if err := in.forPages(); err != nil {
			return nil, err
		}
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	var made *answer
	err = s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) (drafts []*eventlog.Draft, err error) {
		made, err = s.once(ctx, tx, in.IdempotencyKey, "book", in, func() (*answer, error) {
			b, told, err := s.book(ctx, tx, in)
			drafts = told
			return b, err
		})
		return drafts, err
	})
	if err != nil {
		return nil, err
	}
	return &Booking{Meeting: made.Meeting, Payment: made.Payment, ManageToken: made.manageToken}, nil
}

// request is a booking on its way.
type request struct {
	BookInput
	et      *ent.EventType
	span    span
	answers [][]domain.Answer // of each attendee
	at      time.Time
	manage  string // the manage token of the seats
}

func (s *Service) book(ctx context.Context, tx *ent.Tx, in BookInput) (*answer, []*eventlog.Draft, error) {
	r, err := s.request(ctx, tx, in)
	if err != nil {
		return nil, nil, err
	}
	hosts, err := pool(ctx, tx, r.et, in.AgentIDs)
	if err != nil {
		return nil, nil, err
	}
	if r.et.Type == domain.Group {
		group, err := s.groupAt(ctx, tx, r.et, r.span.start, hosts)
		if err != nil {
			return nil, nil, err
		}
		if group != nil {
			return s.join(ctx, tx, r, group)
		}
	}
	agents, err := s.choose(ctx, tx, r.et, hosts, r.span, in.CreateByContact)
	if err != nil {
		return nil, nil, err
	}
	if err := r.byHand(ctx, agents); err != nil {
		return nil, nil, err
	}
	return s.begin(ctx, tx, r, agents)
}

// request checks what needs the event type, and nothing else of the database.
func (s *Service) request(ctx context.Context, tx *ent.Tx, in BookInput) (*request, error) {
	et, err := bookable(ctx, tx, in.EventTypeID)
	if err != nil {
		return nil, err
	}
	if len(in.Attendees) > et.MaxAttendees {
		return nil, apperr.BadInput("attendees", "event type %q takes %d attendees", et.Slug, et.MaxAttendees)
	}
	r := &request{BookInput: in, et: et, at: s.now(), manage: credential.New(credential.Manage)}
	length, err := lengthOf(et, in.DurationMinutes, et.DurationMinutes)
	if err != nil {
		return nil, err
	}
	if in.FreeOnly && price(et, length, len(in.Attendees)) > 0 {
		return nil, apperr.BadInput("eventTypeId", "event type %q has to be paid for: it cannot be booked this way", et.Slug)
	}
	for i, a := range in.Attendees {
		said, err := answers(input.At("attendees", i)+".answers", et.Questions, a.Answers)
		if err != nil {
			return nil, err
		}
		r.answers = append(r.answers, said)
	}
	if err := submitted(ctx, tx, in.RoutingFormSubmissionID); err != nil {
		return nil, err
	}
	r.span = spanOf(et, in.Start, length)
	return r, inTime(et, in.Start, r.at)
}

// bookable returns an event type that the viewer may book now.
func bookable(ctx context.Context, tx *ent.Tx, id string) (*ent.EventType, error) {
	et, err := tx.EventType.Query().Where(eventtype.ID(id)).Only(viewer.AsCaller(ctx))
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("event type", "eventTypeId", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading event type %s: %w", id, err)
	}
	if !et.Active || et.ArchivedAt != nil {
		return nil, apperr.New(apperr.Conflict, "event type %q is not active", et.Slug)
	}
	return et, nil
}

// submitted checks that the app has a submission. Whoever was given its id may
// book on its account, also one who cannot read it.
func submitted(ctx context.Context, tx *ent.Tx, id *string) error {
	if id == nil {
		return nil
	}
	found, err := tx.RoutingFormSubmission.Query().Where(routingformsubmission.ID(*id)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("looking for submission %s: %w", *id, err)
	}
	if !found {
		return apperr.Missing("routing form submission", "routingFormSubmissionId", *id)
	}
	return nil
}

// begin makes a new meeting with its first seats.
func (s *Service) begin(ctx context.Context, tx *ent.Tx, r *request, agents []*ent.Agent) (*answer, []*eventlog.Draft, error) {
	id, firstSeat := typeid.New(typeid.Meeting), typeid.New(typeid.Attendee)
	by, err := r.bookedBy(ctx, tx, firstSeat)
	if err != nil {
		return nil, nil, err
	}
	cost := price(r.et, r.span.minutes, len(r.Attendees))
	create := tx.Meeting.Create().SetID(id).SetSeriesID(id).SetCreatedAt(r.at).
		SetEventTypeID(r.et.ID).SetEventName(r.et.Name).SetEventSlug(r.et.Slug).SetType(r.et.Type).
		SetMaxAttendees(r.et.MaxAttendees).SetReminders(r.et.Reminders).
		SetStatus(domain.Held).
		SetStart(r.span.start).SetEnd(r.span.end).SetDurationMinutes(r.span.minutes).SetTimeZone(agents[0].TimeZone).
		SetActiveAttendees(len(r.Attendees)).SetCreateByContact(r.CreateByContact).SetBookedBy(by).
		SetExternalIds(append([]string{}, r.ExternalIDs...)).SetNotes(r.notes(ctx)).
		SetNillableModeNote(cmp.Or(r.ModeNote, r.et.ModeNote)).
		SetNillableModifiedEventName(r.ModifiedEventName).
		SetNillableMultipleBookingIdentifier(r.MultipleBookingIdentifier)
	if r.Tracking != nil {
		create.SetTracking(r.Tracking)
	}
	if cost == 0 {
		create.SetStatus(domain.Active).SetSequence(events(r.et.Type, len(r.Attendees)))
	}
	m, err := create.Save(policy.Vouch(ctx, r.et.ID))
	if err != nil {
		return nil, nil, fmt.Errorf("making the meeting: %w", err)
	}
	if err := s.take(ctx, tx, m, r.span, agents); err != nil {
		return nil, nil, err
	}
	m.Edges.EventType, m.Edges.Agents = r.et, agents
	return s.fill(ctx, tx, r, m, cost, firstSeat)
}
