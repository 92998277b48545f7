// Package wire makes the bodies that webhooks carry, and the resources of the
// REST facade, which has the same shapes.
//
// A body is a pure function of the event, of who made the webhook, and of the
// public URLs: it reads the snapshot, and neither clock nor database. So a retry,
// a resend and a replay carry the same bytes as the first attempt, however much
// later they are sent; what differs between attempts travels in headers.
//
// A format is a file with the structs of its objects and a function from an
// event to messages, and a case in Messages; the objects of CALENDLY are the
// facade's resources. The structs are the format: they
// are apart from the rows of the database and from the domain's types, so that
// a change of those cannot reach receivers unseen, and the order of their
// fields is the order of the keys. The house format, NATIVE, has the plain names.
//
// NATIVE and CALCOM make one message of an event, CALENDLY one for each invitee,
// and two for each of a reschedule; see Parts.
package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// Message is one request to one webhook.
type Message struct {
	// Part is where it stands among all of its event; see Parts. It is empty in
	// formats that make one message of each event.
	Part string
	// Attendee is the seat of a GROUP meeting that the message is about. It is
	// empty for the other types and where the event is about the whole meeting.
	Attendee string
	// Sequence is the event's number within the meeting that the body tells of, where
	// that is not the event's own: of a reschedule the old one, whose last event it is.
	// Else it is 0: the event's own number holds.
	Sequence int
	Body     []byte
}

// Messages returns all that a webhook of the recipient's format and maker can be
// told of an event, in the order of sending; see Pick. Its errors are final: the
// same event fails the same way again.
func Messages(l Links, to Recipient, e *eventlog.Event) ([]Message, error) {
	switch to.Format {
	case domain.FormatNative:
		return nativeMessages(e)
	case domain.FormatCalendly:
		return calendlyMessages(l, to.CreatedBy, e)
	case domain.FormatCalcom:
		return calcomMessages(e)
	default:
		return nil, fmt.Errorf("there are no bodies in the format %q", to.Format)
	}
}

// Pick returns the message that Parts has named.
func Pick(all []Message, part string) (Message, error) {
	if part == "" && len(all) == 1 {
		return all[0], nil
	}
	name := strings.TrimPrefix(part, "=")
	i := slices.IndexFunc(all, func(m Message) bool { return m.Part == name })
	if name == "" || i < 0 {
		return Message{}, fmt.Errorf("the event has no part %q", part)
	}
	return all[i], nil
}

// told is what an event tells, as the draft did that it was made of.
func told(e *eventlog.Event) (*eventlog.Draft, error) {
	m, err := e.Meeting()
	if err != nil {
		return nil, err
	}
	previous, _ := e.Previous() // it fails when Meeting does
	submission, _ := e.Submission()
	d := &eventlog.Draft{Trigger: e.Trigger, Meeting: m, AttendeeID: e.AttendeeID, Previous: previous, Submission: submission}
	return d, check(e.ID, d)
}

// check reports whether there is something to tell.
func check(eventID string, d *eventlog.Draft) error {
	switch d.Trigger {
	case domain.RoutingFormSubmitted:
		if d.Submission == nil || d.Submission.Result == nil {
			return fmt.Errorf("event %s has no submission to tell of", eventID)
		}
	case domain.MeetingBooked, domain.MeetingCanceled, domain.MeetingRescheduled, domain.MeetingNoShow:
		if d.Meeting == nil {
			return fmt.Errorf("event %s has no meeting to tell of", eventID)
		}
	default:
		return fmt.Errorf("there are no bodies for the trigger %q", d.Trigger)
	}
	return nil
}

// encode writes compact JSON, and <, > and & as themselves: the body is never
// part of an HTML page.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
