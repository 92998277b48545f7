package rest

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/wire"
)

// newInvitee is somebody who is booked for.
type newInvitee struct {
	EventType string `json:"event_type"`
	StartTime string `json:"start_time"`
	Invitee   struct {
		Name      string  `json:"name"`
		FirstName string  `json:"first_name"`
		LastName  string  `json:"last_name"`
		Email     string  `json:"email"`
		Timezone  string  `json:"timezone"`
		Phone     *string `json:"text_reminder_number"`
	} `json:"invitee"`
	Location *struct {
		Kind     string  `json:"kind"`
		Location *string `json:"location"`
	} `json:"location"`
	Answers []struct {
		Question string `json:"question"`
		Answer   string `json:"answer"`
	} `json:"questions_and_answers"`
	Tracking   wire.Tracking `json:"tracking"`
	Guests     []any         `json:"event_guests"`
	Submission *string       `json:"routing_form_submission"`
}

// booked is the answer to createInvitee.
type booked struct {
	Resource string       `json:"resource"` // the event's URI
	Invitee  wire.Invitee `json:"invitee"`
}

// createInvitee books as the invitee himself would. What has to be paid for
// cannot be booked here: until it is, there is neither event nor invitee.
func (h *Handler) createInvitee(ctx context.Context, c *call) (*reply, error) {
	var in newInvitee
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	book, err := c.bookInput(&in)
	if err != nil {
		return nil, err
	}
	b, err := h.booking.Book(ctx, book)
	if err != nil {
		return nil, bookRefused(err)
	}
	m := b.Meeting
	seat := m.Edges.Attendees[len(m.Edges.Attendees)-1] // the newest
	return &reply{http.StatusCreated, booked{h.links.ScheduledEvent(m.ID), h.links.InviteeOf(m, seat, nil)}}, nil
}

func (c *call) bookInput(in *newInvitee) (booking.BookInput, error) {
	out := booking.BookInput{CreateByContact: true, FreeOnly: true, Tracking: words(in.Tracking)}
	var err error
	if out.EventTypeID, err = c.idOf("event_type", in.EventType, "event_types", typeid.EventType); err != nil {
		return out, err
	}
	if out.Start, err = instantOf("start_time", in.StartTime); err != nil {
		return out, err
	}
	if len(in.Guests) > 0 {
		return out, invalid("event_guests", "guests are not invited here: book for each of them, or leave it out")
	}
	if in.Submission != nil {
		id, err := c.idOf("routing_form_submission", *in.Submission, "routing_form_submissions", typeid.FormSubmission)
		if err != nil {
			return out, err
		}
		out.RoutingFormSubmissionID = &id
	}
	if in.Location != nil && in.Location.Kind == "custom" {
		out.ModeNote = in.Location.Location
	}
	who := booking.AttendeeInput{
		Name:  cmp.Or(in.Invitee.Name, strings.TrimSpace(in.Invitee.FirstName+" "+in.Invitee.LastName)),
		Email: in.Invitee.Email, TimeZone: &in.Invitee.Timezone, Phone: in.Invitee.Phone,
	}
	for _, a := range in.Answers {
		who.Answers = append(who.Answers, domain.Answer{Question: a.Question, Answer: a.Answer})
	}
	out.Attendees = []booking.AttendeeInput{who}
	return out, nil
}

// bookRefused says a refusal of a booking in the words of the request. An event
// type that is not there is what the request is about; a submission is not.
func bookRefused(err error) error {
	e := apperr.From(err)
	if e == nil || e.Code == apperr.NotFound && e.Field == "eventTypeId" {
		return err
	}
	if e.Code == apperr.NotFound {
		return invalid(bookParameter(e.Field), "%s", e.Message)
	}
	return about(err, bookParameter(cmp.Or(e.Field, "eventTypeId"))) // not active, or without an agent
}

// bookParameter is what the request calls a field of booking.BookInput.
func bookParameter(field string) string {
	return strings.NewReplacer(
		"attendees.0.answers", "questions_and_answers",
		"attendees.0.phone", "invitee.text_reminder_number",
		"attendees.0.timeZone", "invitee.timezone",
		"attendees.0", "invitee",
		"durationMinutes", "start_time", // of the group that is there
		"eventTypeId", "event_type",
		"modeNote", "location",
		"routingFormSubmissionId", "routing_form_submission",
		"start", "start_time",
	).Replace(field)
}
