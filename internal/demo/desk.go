package demo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/routingform"
)

// errNoTime: nothing is free then.
var errNoTime = errors.New("nothing is free then")

// desk does what visitors and agents do, each time by other choices.
type desk struct {
	*company
	client   *ent.Client
	meetings *booking.Service
	forms    *routingform.Service
	rnd      *rand.Rand
}

// want is who books what, and when.
type want struct {
	event      *ent.EventType
	from, to   time.Time
	minutes    *int
	submission *string
	seats      int // of a GROUP; 0 means 1
}

// book takes a free time of those asked for; of a GROUP preferably one that has
// begun to fill.
func (d *desk) book(ctx context.Context, w want) (*booking.Booking, error) {
	start, err := d.free(ctx, w)
	if err != nil {
		return nil, err
	}
	in := booking.BookInput{
		EventTypeID: w.event.ID, Start: start, DurationMinutes: w.minutes, CreateByContact: d.rnd.IntN(5) > 0,
		Tracking: campaign(d.rnd), RoutingFormSubmissionID: w.submission,
	}
	for range max(1, w.seats) {
		in.Attendees = append(in.Attendees, somebody(d.rnd).attendee(d.rnd, w.event.Questions))
	}
	if d.rnd.IntN(4) == 0 {
		in.Notes = []string{note(d.rnd)}
	}
	if d.rnd.IntN(5) == 0 {
		in.ExternalIDs = []string{fmt.Sprintf("crm-%05d", d.rnd.IntN(100_000))}
	}
	return d.meetings.Book(d.as(ctx, maja), in)
}

// free picks a start.
func (d *desk) free(ctx context.Context, w want) (time.Time, error) {
	slots, err := d.meetings.Availability(d.as(ctx, maja), booking.AvailabilityInput{
		EventTypeID: w.event.ID, From: w.from, To: w.to, DurationMinutes: w.minutes,
	})
	if err != nil {
		return time.Time{}, err
	}
	var fit, begun []*booking.Slot
	for _, s := range slots {
		if s.Seats >= w.seats {
			fit = append(fit, s)
			if s.Seats < w.event.MaxAttendees {
				begun = append(begun, s)
			}
		}
	}
	switch {
	case len(fit) == 0:
		return time.Time{}, errNoTime
	case len(begun) > 0 && d.rnd.IntN(3) > 0:
		return one(d.rnd, begun).Start, nil
	}
	return one(d.rnd, fit).Start, nil
}

// move gives a meeting another time of those asked for.
func (d *desk) move(ctx context.Context, m *ent.Meeting, from, to time.Time) (*ent.Meeting, error) {
	start, err := d.free(ctx, want{event: d.byEvent[m.EventTypeID], from: from, to: to, seats: m.ActiveAttendees})
	if err != nil {
		return nil, err
	}
	made, _, err := d.meetings.Reschedule(d.as(ctx, maja), booking.RescheduleInput{
		MeetingID: m.ID, Start: start, Reason: whyMoved(d.rnd), By: d.somebodyOf(m),
	})
	return made, err
}

// cancel calls a meeting off, or of a GROUP mostly one seat.
func (d *desk) cancel(ctx context.Context, m *ent.Meeting) error {
	by, why := d.somebodyOf(m), whyCancelled(d.rnd)
	if m.Type == domain.Group && len(m.Edges.Attendees) > 0 && d.rnd.IntN(4) > 0 {
		_, err := d.meetings.CancelAttendee(d.as(ctx, maja), booking.CancelAttendeeInput{
			AttendeeID: one(d.rnd, m.Edges.Attendees).ID, Reason: why,
		})
		return err
	}
	_, err := d.meetings.Cancel(d.as(ctx, maja), booking.CancelInput{MeetingID: m.ID, Reason: why, By: by})
	return err
}

// somebodyOf is one of the meeting's attendees, or, now and then, the owner.
func (d *desk) somebodyOf(m *ent.Meeting) booking.ActorInput {
	if len(m.Edges.Attendees) == 0 || d.rnd.IntN(4) == 0 {
		return booking.ActorInput{}
	}
	return booking.ActorInput{Type: domain.ActorAttendee, ID: &one(d.rnd, m.Edges.Attendees).ID}
}

// noShow notes of one attendee that he did not come.
func (d *desk) noShow(ctx context.Context, m *ent.Meeting) error {
	if len(m.Edges.Attendees) == 0 {
		return apperr.New(apperr.Conflict, "nobody is left to have missed it")
	}
	_, err := d.meetings.MarkNoShow(d.as(ctx, maja), one(d.rnd, m.Edges.Attendees).ID)
	return err
}

// pay reports what the payment provider said.
func (d *desk) pay(ctx context.Context, paymentID string, status domain.PaymentStatus) error {
	_, err := d.meetings.RecordPayment(d.as(ctx, maja), booking.PaymentInput{
		PaymentID: paymentID, Status: status, Method: one(d.rnd, []string{"card", "sepa", "paypal"}),
		ExternalPaymentID: fmt.Sprintf("pay_%08x%08x", d.rnd.Uint32(), d.rnd.Uint32()),
	})
	return err
}

// submit fills in the form, and returns the submission and where it leads: nil
// where that is no event type.
func (d *desk) submit(ctx context.Context) (*ent.RoutingFormSubmission, *ent.EventType, error) {
	p := somebody(d.rnd)
	in := routingform.SubmitInput{RoutingFormID: d.form.ID, Tracking: campaign(d.rnd)}
	for _, q := range d.form.Questions {
		asked := domain.Question{Question: q.Question, Type: q.Type, Required: q.Required, Choices: q.Choices}
		in.Answers = append(in.Answers, routingform.AnswerInput{Question: &asked.Question, Answer: p.answer(d.rnd, asked)})
	}
	made, err := d.forms.Submit(d.as(ctx, maja), in)
	if err != nil {
		return nil, nil, err
	}
	if made.Result == nil || made.Result.Type != domain.ToEventType {
		return made, nil, nil
	}
	return made, d.byEvent[made.Result.Value], nil
}

// read returns a meeting as it is now, with the attendees who take part.
func (d *desk) read(ctx context.Context, id string) (*ent.Meeting, error) {
	return d.client.Meeting.Query().Where(meeting.ID(id)).
		WithAttendees(func(q *ent.AttendeeQuery) {
			q.Where(attendee.StatusEQ(domain.AttendeeActive)).Order(attendee.ByPosition())
		}).
		Only(d.as(ctx, maja))
}

// passing reports whether an error is one of those that a busy calendar brings:
// somebody else was faster, or it is too late.
func passing(err error) bool {
	if errors.Is(err, errNoTime) || errors.Is(err, errNothing) || ent.IsNotFound(err) {
		return true
	}
	e := apperr.From(err)
	return e != nil && e.Code != apperr.Internal
}
