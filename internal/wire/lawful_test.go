package wire_test

import (
	"cmp"
	"fmt"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// lawful takes out of a meeting what the entities and the rules of booking
// exclude, and returns the event that tells of it.
func lawful(rt *rapid.T, trigger domain.Trigger, m *ent.Meeting) *eventlog.Event {
	m.ID, m.AppID, m.EventTypeID = cmp.Or(m.ID, oldMeeting), appID, eventTypeID
	m.EventName, m.EventSlug = cmp.Or(m.EventName, "Intro call"), "intro-call"
	if m.PreviousID != nil {
		*m.PreviousID = cmp.Or(*m.PreviousID, oldMeeting)
	}
	for _, a := range m.Edges.Agents {
		a.ID, a.Name, a.Email, a.TimeZone = cmp.Or(a.ID, agentID), cmp.Or(a.Name, "Jo Park"), "jo@example.org", "Europe/Berlin"
	}
	for _, a := range m.Edges.Attendees {
		a.Name, a.Email, a.TimeZone = cmp.Or(a.Name, "Ana Ruiz"), "ana@example.org", "Europe/Madrid"
		if a.Status == domain.AttendeeCancelled && a.Cancellation == nil {
			a.Cancellation = &domain.Cancellation{Time: m.Start, By: actor().Draw(rt, "by")}
		}
	}
	if m.Edges.Payment != nil {
		lawfulPayment(m.Edges.Payment)
	}
	return lawfulChange(rt, trigger, m)
}

// lawfulPayment: amounts are positive, and prices are for minutes.
func lawfulPayment(p *ent.Payment) {
	p.ID, p.AppID = "pay_1", appID
	p.AmountMinor = max(0, p.AmountMinor)
	prices := map[string]int64{}
	for _, minor := range p.AmountOnDuration {
		prices[fmt.Sprint(15*len(prices))] = max(0, minor)
	}
	p.AmountOnDuration = prices
	if p.ExternalPaymentID != nil {
		*p.ExternalPaymentID = cmp.Or(*p.ExternalPaymentID, "pi_1")
	}
}

// lawfulChange puts a meeting into a state in which it can be told with the
// trigger. Only the meeting's own state is judged: one that is COMPLETED is
// ACTIVE to receivers.
func lawfulChange(rt *rapid.T, trigger domain.Trigger, m *ent.Meeting) *eventlog.Event {
	seat := ""
	switch trigger {
	case domain.MeetingBooked, domain.MeetingRescheduled:
		m.Status, m.MarkAsNoShow, m.Cancellation = domain.Active, false, nil
		if trigger == domain.MeetingBooked && m.Edges.Payment != nil {
			m.Edges.Payment.Status = domain.PaymentDone
		}
		if trigger == domain.MeetingRescheduled {
			m.PreviousID = new(oldMeeting)
			m.Reschedule = &domain.Reschedule{Time: m.Start.Add(-time.Hour), By: actor().Draw(rt, "by"), NewMeetingID: m.ID}
		}
	case domain.MeetingCanceled:
		change := &domain.Cancellation{Time: m.Start.Add(-time.Hour), By: actor().Draw(rt, "by")}
		if len(m.Edges.Attendees) > 0 && rapid.Bool().Draw(rt, "one seat") {
			first := m.Edges.Attendees[0]
			first.Status, first.Cancellation, seat = domain.AttendeeCancelled, change, first.ID
			m.Type, m.Status, m.Cancellation = domain.Group, domain.Active, nil
			break
		}
		m.Status, m.Cancellation = domain.Cancelled, change
	default:
		m.Status, m.Cancellation = domain.Completed, nil
	}
	e := happened(rt, trigger, m)
	e.AttendeeID = seat
	return e
}
