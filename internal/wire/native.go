package wire

import (
	"fmt"
	"slices"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// native is the body of the format NATIVE. Every key is always there; where
// there is nothing to say, an array is [], an object {} and a value null.
type native struct {
	EventType string  `json:"eventType"`
	MeetData  meeting `json:"meetData"`
}

type meeting struct {
	ID                        string         `json:"_id"`
	AppID                     string         `json:"appId"`
	EventID                   string         `json:"eventId"` // of the event type
	Time                      string         `json:"time"`
	Agents                    []string       `json:"agents"`
	AttendeeIDs               []string       `json:"attendeeIds"`
	CreateByContact           bool           `json:"createByContact"`
	Duration                  int            `json:"duration"` // minutes
	ExternalIDs               []string       `json:"externalIds"`
	FollowUp                  map[string]any `json:"followUp"`
	MarkAsNoShow              bool           `json:"markAsNoShow"`
	MaxAttendees              int            `json:"maxAttendees"`
	ModeNote                  *string        `json:"modeNote"`
	ModifiedEventName         *string        `json:"modifiedEventName"`
	MultipleBookingIdentifier *string        `json:"multipleBookingIdentifier"`
	Notes                     []note         `json:"notes"`
	Reminders                 []reminder     `json:"reminders"`
	Status                    string         `json:"status"`
	Type                      string         `json:"type"`
	CalendarEvent             *calendarEvent `json:"calendarEvent"`
	AgentsDetails             []agent        `json:"agentsDetails"`
	Attendees                 []attendee     `json:"attendees"`
	Payment                   *payment       `json:"payment"`
	EventName                 string         `json:"eventName"`
	EventSlug                 string         `json:"eventSlug"`
	Cancellation              cancellation   `json:"cancellation"`
	PrevMeetID                *string        `json:"prevMeetId"`
	Reschedule                reschedule     `json:"reschedule"`
}

type note struct {
	Text string  `json:"text"`
	By   *string `json:"by"`
	At   string  `json:"at"`
}

type reminder struct {
	Channel       string `json:"channel"`
	BeforeMinutes int    `json:"beforeMinutes"`
}

type calendarEvent struct {
	Provider   string `json:"provider"`
	ExternalID string `json:"externalId"`
	Link       string `json:"link"`
}

type agent struct {
	ID       string `json:"_id"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Timezone string `json:"timezone"`
}

// Native makes the body of an event in the format NATIVE from the snapshot. Its
// errors are those of Messages.
func Native(e *eventlog.Event) ([]byte, error) {
	d, err := told(e)
	if err != nil {
		return nil, err
	}
	return nativeOf(e.ID, d)
}

func nativeOf(eventID string, d *eventlog.Draft) ([]byte, error) {
	var v any
	if word := eventType(d.Trigger); d.Trigger == domain.RoutingFormSubmitted {
		v = nativeForm{EventType: word, FormData: toSubmission(d.Submission)}
	} else {
		v = native{EventType: word, MeetData: toMeeting(d)}
	}
	body, err := encode(v)
	if err != nil {
		return nil, fmt.Errorf("encoding the body of event %s: %w", eventID, err)
	}
	return body, nil
}

// Kept is what the log keeps of an event beside the snapshot: the message of the
// format NATIVE, byte for byte what Native returns, so that sending it costs
// nothing. It is "" where that is more than a body, where nobody is owed a message
// that is the event's only one, and where there is nothing to tell, which whoever
// sends it finds out.
func Kept(e *eventlog.Event, d *eventlog.Draft) string {
	if headerSeat(d) != "" || !slices.ContainsFunc(e.Owed, isWhole) || check(e.ID, d) != nil {
		return ""
	}
	body, err := nativeOf(e.ID, d)
	if err != nil {
		return ""
	}
	return string(body)
}

func isWhole(owing string) bool {
	_, part := eventlog.OwedTo(owing)
	return part == ""
}

func nativeMessages(e *eventlog.Event) ([]Message, error) {
	if e.Body != "" {
		return []Message{{Body: []byte(e.Body)}}, nil
	}
	d, err := told(e)
	if err != nil {
		return nil, err
	}
	body, err := nativeOf(e.ID, d)
	if err != nil {
		return nil, err
	}
	return []Message{{Attendee: headerSeat(d), Body: body}}, nil
}

// eventType is the word for a trigger: those that the format began with are
// short.
func eventType(t domain.Trigger) string {
	switch t {
	case domain.MeetingBooked:
		return "BOOK"
	case domain.MeetingCanceled:
		return "CANCEL"
	case domain.MeetingRescheduled:
		return "RESCHEDULE"
	case domain.MeetingNoShow:
		return "NO_SHOW"
	default:
		return string(t)
	}
}

func toMeeting(d *eventlog.Draft) meeting {
	m := d.Meeting
	seats := listed(d.Trigger, m.Edges.Attendees)
	return meeting{
		ID: m.ID, AppID: m.AppID, EventID: m.EventTypeID,
		Time:                      instant(m.Start),
		Agents:                    each(m.Edges.Agents, func(a *ent.Agent) string { return a.ID }),
		AttendeeIDs:               each(seats, func(a *ent.Attendee) string { return a.ID }),
		CreateByContact:           m.CreateByContact,
		Duration:                  m.DurationMinutes,
		ExternalIDs:               each(m.ExternalIds, func(id string) string { return id }),
		FollowUp:                  orEmpty(m.FollowUp),
		MarkAsNoShow:              m.MarkAsNoShow,
		MaxAttendees:              m.MaxAttendees,
		ModeNote:                  m.ModeNote,
		ModifiedEventName:         m.ModifiedEventName,
		MultipleBookingIdentifier: m.MultipleBookingIdentifier,
		Notes:                     each(m.Notes, toNote),
		Reminders:                 each(m.Reminders, func(r domain.Reminder) reminder { return reminder(r) }),
		Status:                    status(m.Status == domain.Cancelled),
		Type:                      string(m.Type),
		CalendarEvent:             (*calendarEvent)(m.CalendarEvent),
		AgentsDetails:             each(m.Edges.Agents, toAgent),
		Attendees:                 each(seats, func(a *ent.Attendee) attendee { return toAttendee(d.Trigger, a) }),
		Payment:                   toPayment(m.Edges.Payment),
		EventName:                 m.EventName,
		EventSlug:                 m.EventSlug,
		Cancellation:              toCancellation(cancelled(d)),
		PrevMeetID:                previous(d.Trigger, m),
		Reschedule:                toReschedule(rescheduled(d.Trigger, m)),
	}
}

func toNote(n domain.Note) note {
	return note{Text: n.Text, By: orNull(n.By), At: instant(n.At)}
}

func toAgent(a *ent.Agent) agent {
	return agent{ID: a.ID, Name: a.Name, Email: a.Email, Timezone: a.TimeZone}
}

// status of a meeting or a seat: receivers know two words. One that is over,
// or that somebody missed, was not cancelled.
func status(cancelled bool) string {
	if cancelled {
		return "CANCELLED"
	}
	return "ACTIVE"
}

// previous is null on BOOK: a late seat of a GROUP meeting replaces nothing,
// even where the meeting does.
func previous(t domain.Trigger, m *ent.Meeting) *string {
	if t == domain.MeetingBooked {
		return nil
	}
	return m.PreviousID
}
