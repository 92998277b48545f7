package wire

import (
	"cmp"
	"encoding/json"
	"strings"

	"slotcast/ent"
	"slotcast/internal/domain"
)

// Invitee is an attendee as the facade shows him.
type Invitee struct {
	URI                   string               `json:"uri"`
	Event                 string               `json:"event"`
	Email                 string               `json:"email"`
	Name                  string               `json:"name"`
	FirstName             *string              `json:"first_name"` // always null: names are kept as one
	LastName              *string              `json:"last_name"`
	Status                string               `json:"status"` // active or canceled
	Timezone              string               `json:"timezone"`
	TextReminderNumber    *string              `json:"text_reminder_number"`
	CreatedAt             string               `json:"created_at"`
	UpdatedAt             string               `json:"updated_at"`
	Rescheduled           bool                 `json:"rescheduled"`
	OldInvitee            *string              `json:"old_invitee"`
	NewInvitee            *string              `json:"new_invitee"`
	CancelURL             string               `json:"cancel_url"`
	RescheduleURL         string               `json:"reschedule_url"`
	QuestionsAndAnswers   []answer             `json:"questions_and_answers"`
	Tracking              Tracking             `json:"tracking"`
	RoutingFormSubmission *string              `json:"routing_form_submission"`
	Payment               *InviteePayment      `json:"payment"`
	NoShow                *NoShowNote          `json:"no_show"`
	Reconfirmation        *struct{}            `json:"reconfirmation"`       // always null: there is none
	SchedulingMethod      *string              `json:"scheduling_method"`    // always null
	InviteeScheduledBy    *string              `json:"invitee_scheduled_by"` // the agent who booked for him; seats of a GROUP do not tell
	Cancellation          *InviteeCancellation `json:"cancellation,omitempty"`
}

// InviteeCancellation says who cancelled, and why.
type InviteeCancellation struct {
	CanceledBy   string `json:"canceled_by"` // API or SYSTEM where it was nobody with a name
	Reason       string `json:"reason"`
	CancelerType string `json:"canceler_type"` // host or invitee
	CreatedAt    string `json:"created_at"`
}

// InviteePayment is what an invitee has paid, or those of a GROUP who booked
// together: it is the same for each of them then. It moves along when the meeting
// is rescheduled.
type InviteePayment struct {
	ExternalID *string     `json:"external_id"`
	Provider   *string     `json:"provider"` // stripe, paypal, …
	Amount     json.Number `json:"amount"`   // major units
	Currency   string      `json:"currency"`
	Terms      *string     `json:"terms"`
	Successful bool        `json:"successful"`
}

// NoShowNote is where it is noted that an invitee did not come.
type NoShowNote struct {
	URI       string `json:"uri"`
	CreatedAt string `json:"created_at"`
}

// NoShow is that note itself.
type NoShow struct {
	URI       string `json:"uri"`
	Invitee   string `json:"invitee"`
	CreatedAt string `json:"created_at"`
}

// InviteeOf shows an attendee of a meeting. Of a meeting that was rescheduled,
// next is the seat that has replaced his; nil where that is not known.
func (l Links) InviteeOf(m *ent.Meeting, a, next *ent.Attendee) Invitee {
	out := Invitee{
		URI: l.Invitee(m.ID, a.ID), Event: l.ScheduledEvent(m.ID), Email: a.Email, Name: a.Name,
		Status: "active", Timezone: a.TimeZone, TextReminderNumber: a.Phone,
		CreatedAt: micros(a.CreatedAt), UpdatedAt: micros(a.UpdatedAt),
		CancelURL: l.Cancellation(a.ID), RescheduleURL: l.Rescheduling(a.ID),
		QuestionsAndAnswers: each(a.Answers, func(x domain.Answer) answer { return answer(x) }),
		Tracking:            trackingOf(m.Tracking), Payment: inviteePayment(m.Edges.Payment),
	}
	if m.Type == domain.Group { // whose seats have their own
		out.Tracking, out.Payment = trackingOf(a.Tracking), inviteePayment(a.Edges.Payment)
	}
	if m.PreviousID != nil && a.PreviousID != nil {
		out.OldInvitee = new(l.Invitee(*m.PreviousID, *a.PreviousID))
	}
	if a.RoutingFormSubmissionID != nil {
		out.RoutingFormSubmission = new(l.FormSubmission(*a.RoutingFormSubmissionID))
	}
	if a.Status == domain.AttendeeNoShow {
		out.NoShow = &NoShowNote{URI: l.NoShow(a.ID), CreatedAt: missedAt(a)}
	}
	if by := m.BookedBy; by != nil && by.Type == domain.ActorAgent && m.Type != domain.Group {
		out.InviteeScheduledBy = new(l.User(by.ID))
	}
	switch {
	case a.Status == domain.AttendeeCancelled:
		out.Status, out.Cancellation = "canceled", inviteeCancellation(a.Cancellation)
	case m.Status == domain.Rescheduled && m.Reschedule != nil:
		out.Status, out.Rescheduled, out.Cancellation = "canceled", true, inviteeCancellation(replaced(m.Reschedule))
		if m.Reschedule.Time.After(a.UpdatedAt) { // the seat itself is left as it was
			out.UpdatedAt = micros(m.Reschedule.Time)
		}
		if next != nil {
			out.NewInvitee = new(l.Invitee(m.Reschedule.NewMeetingID, next.ID))
		}
	}
	return out
}

// NoShowOf shows the note that an attendee did not come.
func (l Links) NoShowOf(a *ent.Attendee) NoShow {
	return NoShow{URI: l.NoShow(a.ID), Invitee: l.Invitee(a.MeetingID, a.ID), CreatedAt: missedAt(a)}
}

// missedAt is when it was noted that an attendee did not come. Seats marked
// before that was kept have not changed since.
func missedAt(a *ent.Attendee) string {
	if a.NoShow == nil {
		return micros(a.UpdatedAt)
	}
	return micros(a.NoShow.Time)
}

// replaced is a reschedule as what it is to the old meeting: its end.
func replaced(r *domain.Reschedule) *domain.Cancellation {
	return &domain.Cancellation{Time: r.Time, Reason: r.Reason, By: r.By}
}

func inviteeCancellation(c *domain.Cancellation) *InviteeCancellation {
	if c == nil {
		return nil
	}
	kind := "host"
	if c.By.Type == domain.ActorAttendee {
		kind = "invitee"
	}
	return &InviteeCancellation{CanceledBy: actorName(c.By), Reason: c.Reason, CancelerType: kind, CreatedAt: micros(c.Time)}
}

func inviteePayment(p *ent.Payment) *InviteePayment {
	if p == nil {
		return nil
	}
	return &InviteePayment{
		ExternalID: p.ExternalPaymentID, Provider: orNull(strings.ToLower(p.Method)), Amount: amount(p.AmountMinor, p.CurrencyCode),
		Currency: p.CurrencyCode, Terms: orNull(p.Note), Successful: p.Status == domain.PaymentDone,
	}
}

// Tracking is where somebody came from. What has other names is not shown here.
type Tracking struct {
	Campaign   *string `json:"utm_campaign"`
	Source     *string `json:"utm_source"`
	Medium     *string `json:"utm_medium"`
	Content    *string `json:"utm_content"`
	Term       *string `json:"utm_term"`
	Salesforce *string `json:"salesforce_uuid"`
}

func trackingOf(m map[string]any) Tracking {
	word := func(name string) *string {
		if s, ok := m[name].(string); ok {
			return &s
		}
		return nil
	}
	return Tracking{
		Campaign: word("utm_campaign"), Source: word("utm_source"), Medium: word("utm_medium"),
		Content: word("utm_content"), Term: word("utm_term"), Salesforce: word("salesforce_uuid"),
	}
}

// ScheduledEvent is a meeting as the facade shows it.
type ScheduledEvent struct {
	URI              string               `json:"uri"`
	Name             string               `json:"name"`
	Status           string               `json:"status"` // active or canceled
	StartTime        string               `json:"start_time"`
	EndTime          string               `json:"end_time"`
	EventType        string               `json:"event_type"`
	Location         Location             `json:"location"`
	InviteesCounter  InviteesCounter      `json:"invitees_counter"`
	CreatedAt        string               `json:"created_at"`
	UpdatedAt        string               `json:"updated_at"`
	EventMemberships []EventMembership    `json:"event_memberships"`
	EventGuests      []struct{}           `json:"event_guests"` // always []: there are none
	MeetingNotes     *string              `json:"meeting_notes_plain"`
	MeetingNotesHTML *string              `json:"meeting_notes_html"` // always null: notes are plain
	Cancellation     *InviteeCancellation `json:"cancellation,omitempty"`
}

// Location is where a meeting is.
type Location struct {
	Type     string  `json:"type"`     // custom, physical or outbound_call
	Location *string `json:"location"` // null for custom alone
}

// InviteesCounter counts the attendees of a meeting.
type InviteesCounter struct {
	Total  int `json:"total"`
	Active int `json:"active"`
	Limit  int `json:"limit"`
}

// EventMembership is an agent who hosts a meeting.
type EventMembership struct {
	User      string `json:"user"`
	UserName  string `json:"user_name"`
	UserEmail string `json:"user_email"`
}

// ScheduledEventOf shows a meeting with its agents, attendees and event type
// loaded. Seats that have yet to be paid are not among the attendees.
func (l Links) ScheduledEventOf(m *ent.Meeting) ScheduledEvent {
	out := ScheduledEvent{
		URI: l.ScheduledEvent(m.ID), Name: titleOf(m), Status: "active",
		StartTime: micros(m.Start), EndTime: micros(m.End), EventType: l.EventType(m.EventTypeID),
		Location:        locationOf(m),
		InviteesCounter: InviteesCounter{Total: len(m.Edges.Attendees), Limit: m.MaxAttendees},
		CreatedAt:       micros(m.CreatedAt), UpdatedAt: micros(m.UpdatedAt),
		EventMemberships: each(m.Edges.Agents, func(a *ent.Agent) EventMembership {
			return EventMembership{User: l.User(a.ID), UserName: a.Name, UserEmail: a.Email}
		}),
		EventGuests: []struct{}{}, MeetingNotes: orNull(notesOf(m)),
	}
	switch {
	case m.Status == domain.Cancelled:
		out.Status, out.Cancellation = "canceled", inviteeCancellation(m.Cancellation)
	case m.Status == domain.Rescheduled && m.Reschedule != nil:
		out.Status, out.Cancellation = "canceled", inviteeCancellation(replaced(m.Reschedule))
	default:
		for _, a := range m.Edges.Attendees {
			if a.Status != domain.AttendeeCancelled {
				out.InviteesCounter.Active++
			}
		}
	}
	return out
}

func locationOf(m *ent.Meeting) Location {
	out := Location{Type: "custom", Location: m.ModeNote}
	if m.ModeNote == nil || m.Edges.EventType == nil {
		return out
	}
	switch m.Edges.EventType.Mode {
	case domain.OnSite:
		out.Type = "physical"
	case domain.Phone:
		out.Type = "outbound_call"
	case domain.Online:
	}
	return out
}

// titleOf is the name of a meeting: the event type's, unless it was changed.
func titleOf(m *ent.Meeting) string {
	return cmp.Or(*cmp.Or(m.ModifiedEventName, &m.EventName), m.EventName)
}

// notesOf are the texts of all notes, a line each.
func notesOf(m *ent.Meeting) string {
	return strings.Join(each(m.Notes, func(n domain.Note) string { return n.Text }), "\n")
}
