package wire

// Links makes the URIs that resources of the facade are named by, and those of
// the booking pages. The zero value has none: every URI begins with a slash.
type Links struct {
	Base    string // where clients reach this server; without a slash at the end
	Booking string // where the booking pages are; without a slash at the end
}

// User is the URI of an agent.
func (l Links) User(agentID string) string { return l.Base + "/users/" + agentID }

// Organization is the URI of an app.
func (l Links) Organization(appID string) string { return l.Base + "/organizations/" + appID }

// Membership is the URI of an agent's place in his app.
func (l Links) Membership(agentID string) string {
	return l.Base + "/organization_memberships/" + agentID
}

// EventType is the URI of an event type.
func (l Links) EventType(id string) string { return l.Base + "/event_types/" + id }

// ScheduledEvent is the URI of a meeting.
func (l Links) ScheduledEvent(meetingID string) string {
	return l.Base + "/scheduled_events/" + meetingID
}

// Invitee is the URI of an attendee.
func (l Links) Invitee(meetingID, attendeeID string) string {
	return l.ScheduledEvent(meetingID) + "/invitees/" + attendeeID
}

// NoShow is the URI of the note that an attendee did not come.
func (l Links) NoShow(attendeeID string) string { return l.Base + "/invitee_no_shows/" + attendeeID }

// RoutingForm is the URI of a routing form.
func (l Links) RoutingForm(id string) string { return l.Base + "/routing_forms/" + id }

// FormSubmission is the URI of what was submitted to a routing form.
func (l Links) FormSubmission(id string) string { return l.Base + "/routing_form_submissions/" + id }

// Subscription is the URI of a webhook of the facade.
func (l Links) Subscription(webhookID string) string {
	return l.Base + "/webhook_subscriptions/" + webhookID
}

// Cancellation is the page on which an attendee cancels.
func (l Links) Cancellation(attendeeID string) string {
	return l.Booking + "/cancellations/" + attendeeID
}

// Rescheduling is the page on which an attendee chooses another time.
func (l Links) Rescheduling(attendeeID string) string {
	return l.Booking + "/reschedulings/" + attendeeID
}

// Scheduling is the page on which an agent, or an event type, is booked.
func (l Links) Scheduling(slug string) string { return l.Booking + "/" + slug }
