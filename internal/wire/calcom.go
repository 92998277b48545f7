package wire

import (
	"fmt"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// calcom is the body of the format CALCOM.
type calcom[P bookingPayload | formPayload] struct {
	TriggerEvent string `json:"triggerEvent"`
	CreatedAt    string `json:"createdAt"` // when it happened
	Payload      P      `json:"payload"`
}

// bookingPayload is a meeting. Keys that only some triggers have are absent
// elsewhere, and never null.
//
// Ids are ours, also where Cal.com has numbers: no number of 53 bits can be made
// of one that no other id has as well.
type bookingPayload struct {
	UID             string              `json:"uid"`
	BookingID       string              `json:"bookingId"` // equal to uid
	EventTypeID     string              `json:"eventTypeId"`
	Type            string              `json:"type"` // the event type's slug
	Title           string              `json:"title"`
	StartTime       string              `json:"startTime"`
	EndTime         string              `json:"endTime"`
	Length          int                 `json:"length"` // minutes
	Organizer       *person             `json:"organizer"`
	Team            *team               `json:"team,omitempty"`           // of a COLLECTIVE
	Attendees       []guest             `json:"attendees"`                // those whom it is about
	AttendeeSeatID  string              `json:"attendeeSeatId,omitempty"` // of a GROUP: the one whom it is about
	Location        *string             `json:"location"`
	AdditionalNotes string              `json:"additionalNotes"`
	Responses       map[string]response `json:"responses"`
	Status          string              `json:"status"` // ACCEPTED or CANCELLED

	RescheduleUID       *string `json:"rescheduleUid,omitempty"` // the meeting that was replaced
	RescheduleStartTime *string `json:"rescheduleStartTime,omitempty"`
	RescheduleEndTime   *string `json:"rescheduleEndTime,omitempty"`
	RescheduledBy       *string `json:"rescheduledBy,omitempty"`

	CancellationReason *string `json:"cancellationReason,omitempty"`
	CancelledBy        *string `json:"cancelledBy,omitempty"`

	BookingUID *string `json:"bookingUid,omitempty"` // of a no-show
	Message    *string `json:"message,omitempty"`

	Price     *int64  `json:"price,omitempty"` // minor units
	Currency  *string `json:"currency,omitempty"`
	PaymentID *string `json:"paymentId,omitempty"`

	Metadata map[string]any `json:"metadata"` // where the attendee came from
}

type person struct {
	Name     string `json:"name"`
	Email    string `json:"email"`
	TimeZone string `json:"timeZone"`
}

// team are the agents beside the organizer.
type team struct {
	Members []person `json:"members"`
}

type guest struct {
	person
	NoShow *bool `json:"noShow,omitempty"`
}

// response is an answer under the text of its question.
type response struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// formPayload is what was submitted to a routing form.
type formPayload struct {
	UID       string              `json:"uid"`
	FormID    string              `json:"formId"`
	FormName  string              `json:"formName"`
	Responses map[string]response `json:"responses"`
	Result    destination         `json:"result"`
	Metadata  map[string]any      `json:"metadata"`
}

func calcomMessages(e *eventlog.Event) ([]Message, error) {
	d, err := told(e)
	if err != nil {
		return nil, err
	}
	body, err := calcomOf(e.OccurredAt, d)
	if err != nil {
		return nil, fmt.Errorf("encoding the body of event %s: %w", e.ID, err)
	}
	return []Message{{Attendee: headerSeat(d), Body: body}}, nil
}

func calcomOf(occurredAt time.Time, d *eventlog.Draft) ([]byte, error) {
	word, at := triggerEvent(d.Trigger), instant(occurredAt)
	if d.Trigger == domain.RoutingFormSubmitted {
		return encode(calcom[formPayload]{word, at, toFormPayload(d.Submission)})
	}
	return encode(calcom[bookingPayload]{word, at, toBooking(d)})
}

func triggerEvent(t domain.Trigger) string {
	switch t {
	case domain.MeetingBooked:
		return "BOOKING_CREATED"
	case domain.MeetingCanceled:
		return "BOOKING_CANCELLED"
	case domain.MeetingRescheduled:
		return "BOOKING_RESCHEDULED"
	case domain.MeetingNoShow:
		return "BOOKING_NO_SHOW_UPDATED"
	case domain.RoutingFormSubmitted:
		return "FORM_SUBMITTED"
	}
	return string(t)
}

func toBooking(d *eventlog.Draft) bookingPayload {
	m, seats := d.Meeting, about(d)
	out := bookingPayload{
		UID: m.ID, BookingID: m.ID, EventTypeID: m.EventTypeID, Type: m.EventSlug, Title: titleOf(m),
		StartTime: seconds(m.Start), EndTime: seconds(m.End), Length: m.DurationMinutes,
		Attendees: each(seats, func(a *ent.Attendee) guest {
			return guest{person: person{Name: a.Name, Email: a.Email, TimeZone: a.TimeZone}}
		}),
		AttendeeSeatID: headerSeat(d), Location: m.ModeNote, AdditionalNotes: notesOf(m),
		Responses: responses(d, seats), Status: "ACCEPTED", Metadata: orEmpty(m.Tracking),
	}
	if m.Status == domain.Cancelled {
		out.Status = "CANCELLED"
	}
	hosts := each(m.Edges.Agents, func(a *ent.Agent) person { return person{Name: a.Name, Email: a.Email, TimeZone: a.TimeZone} })
	if len(hosts) > 0 {
		out.Organizer = &hosts[0]
	}
	if len(hosts) > 1 {
		out.Team = &team{Members: hosts[1:]}
	}
	if p := m.Edges.Payment; p != nil && (p.Status == domain.PaymentDone || p.Status == domain.PaymentRefunded) {
		out.Price, out.Currency, out.PaymentID = &p.AmountMinor, new(strings.ToLower(p.CurrencyCode)), &p.ID
	}
	out.change(d, seats)
	return out
}

// change adds what only the trigger's own bodies have.
func (b *bookingPayload) change(d *eventlog.Draft, seats []*ent.Attendee) {
	if c := cancelled(d); c != nil {
		b.CancellationReason, b.CancelledBy = &c.Reason, new(whois(d, c.By))
	}
	if r := rescheduled(d.Trigger, d.Meeting); r != nil {
		b.RescheduleUID, b.RescheduledBy = d.Meeting.PreviousID, new(whois(d, r.By))
		if d.Previous != nil {
			b.RescheduleStartTime, b.RescheduleEndTime = new(seconds(d.Previous.Start)), new(seconds(d.Previous.End))
		}
	}
	if d.Trigger != domain.MeetingNoShow {
		return
	}
	b.BookingUID, b.Message = &d.Meeting.ID, new("no-show status updated")
	for i, a := range seats {
		b.Attendees[i].NoShow = new(a.Status == domain.AttendeeNoShow)
	}
	if len(seats) == 1 && *b.Attendees[0].NoShow {
		b.Message = new(seats[0].Email + " marked as no-show")
	} else if len(seats) == 1 {
		b.Message = new(seats[0].Email + " unmarked as no-show")
	}
}

// responses are those of who booked: the first attendee, in a GROUP the one whom
// the event is about. The names that Cal.com itself uses win over questions.
func responses(d *eventlog.Draft, seats []*ent.Attendee) map[string]response {
	out := map[string]response{}
	if len(seats) > 0 && (d.Meeting.Type != domain.Group || d.AttendeeID != "") {
		a := seats[0]
		for _, x := range a.Answers {
			out[x.Question] = response{x.Question, x.Answer}
		}
		out["name"], out["email"] = response{"your_name", a.Name}, response{"email_address", a.Email}
	}
	if r := rescheduled(d.Trigger, d.Meeting); r != nil {
		out["rescheduleReason"] = response{"reason_for_reschedule", r.Reason}
	}
	return out
}

// whois names somebody by his address, where the meeting tells it.
func whois(d *eventlog.Draft, by domain.Actor) string {
	for _, a := range d.Meeting.Edges.Agents {
		if by.Type == domain.ActorAgent && a.ID == by.ID {
			return a.Email
		}
	}
	for _, a := range d.Meeting.Edges.Attendees { // who reschedules does so from his old seat
		if by.Type == domain.ActorAttendee && (a.ID == by.ID || a.PreviousID != nil && *a.PreviousID == by.ID) {
			return a.Email
		}
	}
	return actorName(by)
}

func toFormPayload(s *ent.RoutingFormSubmission) formPayload {
	out := formPayload{
		UID: s.ID, FormID: s.RoutingFormID, FormName: formName(s), Responses: map[string]response{},
		Result: toDestination(s.Result), Metadata: orEmpty(s.Tracking),
	}
	for _, a := range s.Answers {
		key := a.Question
		if _, taken := out.Responses[key]; taken {
			key = a.QuestionID
		}
		out.Responses[key] = response{a.Question, a.Answer}
	}
	return out
}

// seconds writes a time as Cal.com has those of meetings: UTC, whole seconds
// (cut, not rounded) and Z.
func seconds(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }
