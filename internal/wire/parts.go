package wire

import (
	"fmt"
	"slices"
	"strings"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// Recipient is what a webhook's messages depend on.
type Recipient struct {
	Format    domain.WebhookFormat
	Events    []string // of CALENDLY: the names that were chosen; none: all
	CreatedBy string   // the agent who made it
}

// topic is what one message of an event is about, before it has a body. Parts
// and Messages go by the same list of them.
type topic struct {
	part    string        // where it stands among all of the event; "" where the format makes one
	name    string        // of CALENDLY: the event's name
	meeting *ent.Meeting  // of CALENDLY: the one that the seat is in, of a reschedule the old or the new one
	seat    *ent.Attendee // of CALENDLY: whom it is about; nil for a submission
	next    *ent.Attendee // the seat that has replaced it
}

// Parts names the messages that a recipient is owed of an event, in the order of
// sending, which is that of the names as text. The name tells where the message
// stands among all that the format makes of the event, so that it means the same
// whatever is chosen later, and is at most 6 characters: "" where the format makes
// one, "0002" for what is told of the second of several, "0002a" and "0002b" where
// that is a pair, "=0002" or "=0002b" where it is the only one that was chosen.
func Parts(to Recipient, d *eventlog.Draft) []string {
	all := topics(to.Format, d)
	var parts []string
	for _, t := range all {
		if len(to.Events) == 0 || slices.Contains(to.Events, t.name) {
			parts = append(parts, t.part)
		}
	}
	switch {
	case len(parts) == 1 && len(all) == 1:
		return []string{""}
	case len(parts) == 1:
		return []string{"=" + parts[0]}
	}
	return parts
}

// MessageID is the webhook-id of a part of an event: the event's id where it is
// the recipient's only one.
func MessageID(eventID, part string) string {
	if part == "" || strings.HasPrefix(part, "=") {
		return eventID
	}
	return eventID + "-" + part
}

// Before is the part that has to be done before this one: the first of its pair.
// It is "" where there is none.
func Before(part string) string {
	if number, second := strings.CutSuffix(part, "b"); second && !strings.HasPrefix(part, "=") {
		return number + "a"
	}
	return ""
}

// number names the topics of an event. What ends one invitee and what makes the
// next are a pair, under one number.
func number(all []topic) []topic {
	n := 0
	for i := range all {
		mate := ""
		if all[i].next != nil {
			mate = "a"
		} else if i > 0 && all[i-1].next != nil {
			mate = "b"
		}
		if mate != "b" {
			n++
		}
		all[i].part = fmt.Sprintf("%04d%s", n, mate)
	}
	return all
}

// topics are what the messages of a format tell of an event.
func topics(format domain.WebhookFormat, d *eventlog.Draft) []topic {
	if format == domain.FormatCalendly {
		return number(calendlyTopics(d))
	}
	return []topic{{}}
}

// about are the seats that an event is about: the one named, or of all of the
// meeting those that take part; of one that was cancelled, those that did until
// then.
func about(d *eventlog.Draft) []*ent.Attendee {
	if a := seatOf(d.Meeting, d.AttendeeID); a != nil {
		return []*ent.Attendee{a}
	}
	var seats []*ent.Attendee
	for _, a := range d.Meeting.Edges.Attendees {
		part := a.Status != domain.AttendeeCancelled
		if d.Trigger == domain.MeetingCanceled {
			part = goneWith(d.Meeting, a)
		}
		if part {
			seats = append(seats, a)
		}
	}
	return seats
}

// goneWith reports whether a seat was cancelled together with its meeting, and
// not before.
func goneWith(m *ent.Meeting, a *ent.Attendee) bool {
	one, all := a.Cancellation, m.Cancellation
	return one != nil && all != nil && one.Time.Equal(all.Time) && one.Reason == all.Reason && one.By == all.By
}

func seatOf(m *ent.Meeting, id string) *ent.Attendee {
	for _, a := range m.Edges.Attendees {
		if a.ID == id {
			return a
		}
	}
	return nil
}

// headerSeat is the seat that a message's header names: of a GROUP alone.
func headerSeat(d *eventlog.Draft) string {
	if d.Meeting != nil && d.Meeting.Type == domain.Group {
		return d.AttendeeID
	}
	return ""
}
