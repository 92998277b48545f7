package wire_test

import (
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
)

// anyDraft draws what the services can tell, of each trigger and type, with texts
// of all kinds.
func anyDraft(rt *rapid.T) *eventlog.Draft {
	trigger := word[domain.Trigger](rt)
	if trigger == domain.RoutingFormSubmitted {
		return &eventlog.Draft{Trigger: trigger, Submission: anySubmission(rt)}
	}
	m := seatedMeeting(rt)
	d := &eventlog.Draft{Trigger: trigger, Meeting: m}
	seats := m.Edges.Attendees
	switch trigger {
	case domain.MeetingBooked:
		if m.Type == domain.Group {
			goneBefore(rt, m, seats[:len(seats)-1])
			aboutSeat(d, seats[len(seats)-1])
		}
	case domain.MeetingCanceled:
		anyCancel(rt, d)
	case domain.MeetingRescheduled:
		anyReschedule(rt, d)
	default: // a no-show
		seat := rapid.SampledFrom(seats).Draw(rt, "seat")
		m.Status = rapid.SampledFrom([]domain.MeetingStatus{domain.Active, domain.Completed}).Draw(rt, "status")
		if rapid.Bool().Draw(rt, "missed") {
			seat.Status, seat.NoShow = domain.AttendeeNoShow, &domain.NoShow{Time: m.End, By: namedActor(rt)}
			m.MarkAsNoShow = len(seats) == 1
		}
		aboutSeat(d, seat)
	}
	return d
}

// aboutSeat makes a draft tell of one seat. What is said of a seat of a GROUP
// stands for the meeting.
func aboutSeat(d *eventlog.Draft, a *ent.Attendee) {
	d.AttendeeID = a.ID
	if d.Meeting.Type == domain.Group {
		d.Meeting.Edges.Payment, d.Meeting.Tracking = a.Edges.Payment, a.Tracking
	}
}

func anyCancel(rt *rapid.T, d *eventlog.Draft) {
	m, seats := d.Meeting, d.Meeting.Edges.Attendees
	why := &domain.Cancellation{Time: m.Start.Add(-time.Hour), Reason: text().Draw(rt, "reason"), By: namedActor(rt)}
	going := seats
	if m.Type == domain.Group {
		left := rapid.IntRange(0, len(seats)-1).Draw(rt, "left before")
		goneBefore(rt, m, seats[:left])
		if going = seats[left:]; rapid.Bool().Draw(rt, "one seat") {
			going = seats[left : left+1]
			aboutSeat(d, going[0])
		}
	}
	for _, a := range going {
		a.Status, a.Cancellation = domain.AttendeeCancelled, why
	}
	if !slices.ContainsFunc(seats, func(a *ent.Attendee) bool { return a.Status != domain.AttendeeCancelled }) {
		m.Status, m.Cancellation = domain.Cancelled, why
	}
}

// anyReschedule: the seats drawn are the old ones. Payments move along.
func anyReschedule(rt *rapid.T, d *eventlog.Draft) {
	old := d.Meeting
	made := *old
	made.ID, made.PreviousID = typeid.New(typeid.Meeting), &old.ID
	made.Start, made.End = old.Start.Add(24*time.Hour), old.End.Add(24*time.Hour)
	made.Reschedule = &domain.Reschedule{
		Time: old.Start.Add(-time.Hour), Reason: text().Draw(rt, "reason"), By: namedActor(rt), NewMeetingID: made.ID,
	}
	made.Edges.Attendees = nil
	seats := old.Edges.Attendees
	if old.Type == domain.Group {
		left := rapid.IntRange(0, len(seats)-1).Draw(rt, "left before")
		goneBefore(rt, old, seats[:left])
		seats = seats[left:]
	}
	for i, a := range seats {
		seat := *a
		seat.ID, seat.MeetingID, seat.PreviousID = typeid.New(typeid.Attendee), made.ID, &a.ID
		seat.CreatedAt = made.Reschedule.Time.Add(time.Duration(i) * time.Microsecond)
		made.Edges.Attendees = append(made.Edges.Attendees, &seat)
		a.Edges.Payment = nil
	}
	old.Status, old.Reschedule, old.Edges.Payment = domain.Rescheduled, made.Reschedule, nil
	d.Meeting = &made
	if rapid.IntRange(0, 9).Draw(rt, "kept") > 0 { // it once was not
		d.Previous = old
	}
}

func goneBefore(rt *rapid.T, m *ent.Meeting, seats []*ent.Attendee) {
	for i, a := range seats {
		a.Status = domain.AttendeeCancelled
		a.Cancellation = &domain.Cancellation{Time: m.Start.Add(-time.Duration(i+2) * time.Hour), By: namedActor(rt)}
	}
}

// seatedMeeting is an active meeting with one host or, of a COLLECTIVE, several,
// and with several attendees where its type has them.
func seatedMeeting(rt *rapid.T) *ent.Meeting {
	start := moment().Draw(rt, "start").Truncate(time.Second)
	m := &ent.Meeting{
		ID: typeid.New(typeid.Meeting), AppID: appID, EventTypeID: eventTypeID, Type: word[domain.MeetingType](rt), Status: domain.Active,
		Start: start, End: start.Add(30 * time.Minute), DurationMinutes: 30, MaxAttendees: 5,
		EventName: name(rt), EventSlug: "intro-call", ModeNote: maybe().Draw(rt, "mode"), ModifiedEventName: maybe().Draw(rt, "modified"),
		CreatedAt: start.Add(-48 * time.Hour), UpdatedAt: start.Add(-48 * time.Hour), Tracking: tracking(rt),
	}
	by := namedActor(rt)
	m.BookedBy, m.Edges.EventType = &by, &ent.EventType{ID: eventTypeID, Mode: word[domain.Mode](rt)}
	for range rapid.IntRange(0, 2).Draw(rt, "notes") {
		m.Notes = append(m.Notes, domain.Note{Text: text().Draw(rt, "note"), At: start})
	}
	hosts, seats := 1, 1
	switch m.Type {
	case domain.Collective:
		hosts, seats = rapid.IntRange(1, 3).Draw(rt, "hosts"), rapid.IntRange(1, 3).Draw(rt, "seats")
	case domain.Group:
		seats = rapid.IntRange(1, 4).Draw(rt, "seats")
	case domain.Solo, domain.RoundRobin:
	}
	for i := range hosts {
		m.Edges.Agents = append(m.Edges.Agents, &ent.Agent{
			ID: typeid.New(typeid.Agent), Name: name(rt), Email: fmt.Sprintf("host%d@example.org", i), TimeZone: "Europe/Berlin",
		})
	}
	paid := anyPaid(rt)
	for i := range seats {
		m.Edges.Attendees = append(m.Edges.Attendees, anySeat(rt, m, i))
		if m.Type == domain.Group {
			m.Edges.Attendees[i].Edges.Payment = paid
		}
	}
	if m.Type != domain.Group {
		m.Edges.Payment = paid
	}
	return m
}

func anySeat(rt *rapid.T, m *ent.Meeting, i int) *ent.Attendee {
	a := &ent.Attendee{
		ID: typeid.New(typeid.Attendee), MeetingID: m.ID, Position: i, Name: name(rt), Email: fmt.Sprintf("guest%d@example.org", i),
		TimeZone: "Europe/Madrid", Phone: maybe().Draw(rt, "phone"), Status: domain.AttendeeActive,
		CreatedAt: m.CreatedAt.Add(time.Duration(i) * time.Microsecond), UpdatedAt: m.CreatedAt, Tracking: tracking(rt),
		Answers: []domain.Answer{{Question: text().Draw(rt, "question"), Answer: text().Draw(rt, "answer"), Position: i}},
	}
	if rapid.Bool().Draw(rt, "by form") {
		a.RoutingFormSubmissionID = new(submissionID)
	}
	return a
}

func anyPaid(rt *rapid.T) *ent.Payment {
	if rapid.Bool().Draw(rt, "free") {
		return nil
	}
	p := anyPayment(rt)
	lawfulPayment(p)
	p.Status = domain.PaymentDone
	return p
}

func anySubmission(rt *rapid.T) *ent.RoutingFormSubmission {
	s := &ent.RoutingFormSubmission{
		ID: submissionID, AppID: appID, RoutingFormID: formID, CreatedAt: moment().Draw(rt, "created"), Tracking: tracking(rt),
		Result: &domain.FormDestination{Type: word[domain.DestinationType](rt), Value: name(rt)},
		Edges:  ent.RoutingFormSubmissionEdges{RoutingForm: &ent.RoutingForm{ID: formID, Name: name(rt)}},
	}
	for i := range rapid.IntRange(0, 3).Draw(rt, "answers") {
		question := rapid.SampledFrom([]string{"Why?", "a\nb", text().Draw(rt, "question")}).Draw(rt, "which")
		s.Answers = append(s.Answers, domain.FormAnswer{QuestionID: fmt.Sprint("q", i), Question: question, Answer: text().Draw(rt, "answer")})
	}
	return s
}

// name is a text as people and things have it: not empty.
func name(rt *rapid.T) string {
	odd := rapid.SampledFrom([]string{"Ana \"la\" Ruiz", "Žofie\n東京", "<b>&amp;</b>", "👩‍💻\\", "a\u2028b", "'", "\t"})
	return rapid.OneOf(odd, text().Filter(func(s string) bool { return s != "" })).Draw(rt, "name")
}

func namedActor(rt *rapid.T) domain.Actor {
	by := actor().Draw(rt, "by")
	if by.Type == domain.ActorAgent || by.Type == domain.ActorAttendee {
		by.ID, by.Name = agentID, name(rt)
	}
	return by
}

func tracking(rt *rapid.T) map[string]any {
	return rapid.MapOfN(rapid.SampledFrom([]string{"utm_source", "utm_term", "other"}), rapid.OneOf(rapid.Just[any](3.5), rapid.Map(text(), func(s string) any { return s })), 0, 3).
		Draw(rt, "tracking")
}
