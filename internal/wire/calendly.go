package wire

import (
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// The names of events in the format CALENDLY.
const (
	InviteeCreated        = "invitee.created"
	InviteeCanceled       = "invitee.canceled"
	NoShowCreated         = "invitee_no_show.created"
	NoShowDeleted         = "invitee_no_show.deleted"
	FormSubmissionCreated = "routing_form_submission.created"
)

// calendly is the body of the format CALENDLY: what has happened, and the
// resource of the facade that it has happened to.
type calendly[P inviteePayload | FormSubmission] struct {
	Event     string `json:"event"`
	CreatedAt string `json:"created_at"` // when it happened
	CreatedBy string `json:"created_by"` // the webhook's maker
	Payload   P      `json:"payload"`
}

// inviteePayload is an invitee with his event. That is also the payload of the
// two events about no-shows, where no_show tells them apart: receivers get by
// with one shape.
type inviteePayload struct {
	Invitee
	ScheduledEvent ScheduledEvent `json:"scheduled_event"`
}

// calendlyTopics are one for each invitee that the event is about. A reschedule
// ends the old invitee, and then makes the new one: a pair of topics.
func calendlyTopics(d *eventlog.Draft) []topic {
	var all []topic
	add := func(name string, seats ...*ent.Attendee) {
		for _, a := range seats {
			all = append(all, topic{name: name, meeting: d.Meeting, seat: a})
		}
	}
	switch d.Trigger {
	case domain.RoutingFormSubmitted:
		return []topic{{name: FormSubmissionCreated}}
	case domain.MeetingBooked:
		add(InviteeCreated, about(d)...)
	case domain.MeetingCanceled:
		add(InviteeCanceled, about(d)...)
	case domain.MeetingRescheduled:
		for _, a := range about(d) {
			if old := oldSeat(d, a); old != nil {
				all = append(all, topic{name: InviteeCanceled, meeting: d.Previous, seat: old, next: a})
			}
			add(InviteeCreated, a)
		}
	case domain.MeetingNoShow:
		if a := seatOf(d.Meeting, d.AttendeeID); a != nil && a.Status == domain.AttendeeNoShow {
			add(NoShowCreated, a)
		} else if a != nil {
			add(NoShowDeleted, a)
		}
	}
	return all
}

// oldSeat is the seat that a seat of a rescheduled meeting has replaced; nil
// where the event does not tell, as it once did not.
func oldSeat(d *eventlog.Draft, a *ent.Attendee) *ent.Attendee {
	if d.Previous == nil || a.PreviousID == nil {
		return nil
	}
	return seatOf(d.Previous, *a.PreviousID)
}

func calendlyMessages(l Links, createdBy string, e *eventlog.Event) ([]Message, error) {
	d, err := told(e)
	if err != nil {
		return nil, err
	}
	messages, err := l.calendlyOf(createdBy, e.OccurredAt, d)
	if err != nil {
		return nil, fmt.Errorf("encoding the bodies of event %s: %w", e.ID, err)
	}
	return messages, nil
}

// calendlyOf makes a message of each topic.
func (l Links) calendlyOf(createdBy string, at time.Time, d *eventlog.Draft) ([]Message, error) {
	var messages []Message
	for _, t := range topics(domain.FormatCalendly, d) {
		var body []byte
		var err error
		attendee, maker, sequence := "", l.User(createdBy), 0
		if t.seat == nil {
			body, err = encode(calendly[FormSubmission]{t.name, micros(at), maker, l.FormSubmissionOf(d.Submission, nil)})
		} else {
			payload := inviteePayload{l.InviteeOf(t.meeting, t.seat, t.next), l.ScheduledEventOf(t.meeting)}
			body, err = encode(calendly[inviteePayload]{t.name, micros(at), maker, payload})
			if t.meeting.Type == domain.Group {
				attendee = t.seat.ID
			}
			if t.meeting == d.Previous {
				sequence = d.Previous.Sequence + 1 // nothing happens to it any more
			}
		}
		if err != nil {
			return nil, err
		}
		messages = append(messages, Message{Part: t.part, Attendee: attendee, Sequence: sequence, Body: body})
	}
	return messages, nil
}
