package wire_test

import (
	"testing"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

const (
	thirdAttendee = "att_01jh2q8t4sfa1c3e5g7j9k1m3n"
	otherAgent    = "agt_01jgzy8m4cf9zt6v1x3y5k7n0q"
	formID        = "rtf_01jgzy9p5dfehs3w7y1z4k8m2s"
	submissionID  = "rfs_01jh0m2xq7f2yt8v4x6z0k1m3p"
)

// cases are events of all kinds. The golden files of each format are named after
// them.
func cases() map[string]func(t *testing.T) *eventlog.Draft {
	return map[string]func(t *testing.T) *eventlog.Draft{
		"book": book, "book-free": bookFree, "book-seat": bookSeat, "book-collective": bookCollective,
		"cancel": cancel, "cancel-by-invitee": cancelByInvitee, "cancel-seat": cancelSeat, "cancel-group": cancelGroup,
		"reschedule": reschedule, "reschedule-group": rescheduleGroup,
		"no-show": noShow, "no-show-undone": noShowUndone, "routing-form": routingForm,
	}
}

func book(t *testing.T) *eventlog.Draft {
	t.Helper()
	return &eventlog.Draft{Trigger: domain.MeetingBooked, Meeting: setup(t)}
}

// bookFree: an agent has booked, of what is on site.
func bookFree(t *testing.T) *eventlog.Draft {
	t.Helper()
	m := setup(t)
	m.Type, m.Edges.Payment, m.Tracking = domain.Solo, nil, nil
	m.BookedBy = &domain.Actor{Type: domain.ActorAgent, ID: agentID, Name: "Jo Park"}
	m.Edges.EventType.Mode = domain.OnSite
	return &eventlog.Draft{Trigger: domain.MeetingBooked, Meeting: m}
}

// bookSeat: the second of three seats is taken and paid, on account of a form.
func bookSeat(t *testing.T) *eventlog.Draft {
	t.Helper()
	m := setup(t)
	m.Type, m.MaxAttendees, m.ActiveAttendees = domain.Group, 3, 2
	m.MultipleBookingIdentifier = new("three evenings")
	m.BookedBy = &domain.Actor{Type: domain.ActorAgent, ID: agentID, Name: "Jo Park"} // but not this seat
	m.Tracking = map[string]any{"utm_term": "evening"}
	seat := second(t)
	seat.Tracking, seat.Edges.Payment = m.Tracking, m.Edges.Payment
	seat.RoutingFormSubmissionID = new(submissionID)
	m.Edges.Attendees = append(m.Edges.Attendees, seat)
	return &eventlog.Draft{Trigger: domain.MeetingBooked, Meeting: m, AttendeeID: newAttendee}
}

// bookCollective: two agents meet two attendees by phone.
func bookCollective(t *testing.T) *eventlog.Draft {
	t.Helper()
	m := setup(t)
	m.Type, m.MaxAttendees, m.ActiveAttendees, m.ModifiedEventName = domain.Collective, 5, 2, new("The big one")
	m.Edges.EventType.Mode = domain.Phone
	m.Edges.Agents = append(m.Edges.Agents, &ent.Agent{ID: otherAgent, Name: "Li Wei", Email: "li@example.org", TimeZone: "Asia/Taipei"})
	m.Edges.Attendees = append(m.Edges.Attendees, second(t))
	return &eventlog.Draft{Trigger: domain.MeetingBooked, Meeting: m}
}

func cancel(t *testing.T) *eventlog.Draft {
	t.Helper()
	m := setup(t)
	m.Status, m.ActiveAttendees = domain.Cancelled, 0
	m.Cancellation = &domain.Cancellation{
		Time: at(t, "2027-01-05T09:00:00+01:00"), Reason: "ill",
		By: domain.Actor{Type: domain.ActorAgent, ID: agentID, Name: "Jo Park"},
	}
	seat := m.Edges.Attendees[0]
	seat.Status, seat.Cancellation = domain.AttendeeCancelled, m.Cancellation
	m.UpdatedAt, seat.UpdatedAt = m.Cancellation.Time, m.Cancellation.Time
	return &eventlog.Draft{Trigger: domain.MeetingCanceled, Meeting: m}
}

func cancelByInvitee(t *testing.T) *eventlog.Draft {
	t.Helper()
	d := cancel(t)
	d.Meeting.Cancellation.By = domain.Actor{Type: domain.ActorAttendee, ID: oldAttendee, Name: "Ana Ruiz"}
	d.Meeting.Edges.Payment.Status, d.Meeting.ModeNote = domain.PaymentRefunded, nil
	return d
}

func reschedule(t *testing.T) *eventlog.Draft {
	t.Helper()
	m, old := setup(t), setup(t)
	m.ID, m.PreviousID = newMeeting, new(oldMeeting)
	m.Start, m.End = at(t, "2027-01-18T15:00:00+01:00"), at(t, "2027-01-18T15:30:00+01:00")
	m.CreatedAt, m.UpdatedAt = at(t, "2027-01-06T12:00:00Z"), at(t, "2027-01-06T12:00:00Z")
	m.Reschedule = &domain.Reschedule{
		Time: at(t, "2027-01-06T12:00:00Z"), Reason: "travel", NewMeetingID: newMeeting,
		By: domain.Actor{Type: domain.ActorAttendee, ID: oldAttendee, Name: "Ana Ruiz"},
	}
	seat := m.Edges.Attendees[0]
	seat.ID, seat.MeetingID, seat.PreviousID = newAttendee, newMeeting, new(oldAttendee)
	seat.CreatedAt, seat.UpdatedAt = m.CreatedAt, m.CreatedAt
	old.Status, old.Reschedule, old.UpdatedAt, old.Edges.Payment = domain.Rescheduled, m.Reschedule, m.Reschedule.Time, nil
	return &eventlog.Draft{Trigger: domain.MeetingRescheduled, Meeting: m, Previous: old}
}

// rescheduleGroup: two of three seats, for one had been given back.
func rescheduleGroup(t *testing.T) *eventlog.Draft {
	t.Helper()
	d := reschedule(t)
	for _, m := range []*ent.Meeting{d.Meeting, d.Previous} {
		m.Type, m.MaxAttendees, m.Edges.Payment, m.Tracking = domain.Group, 10, nil, nil
	}
	gone := second(t)
	gone.Status = domain.AttendeeCancelled
	gone.Cancellation = &domain.Cancellation{Time: at(t, "2027-01-05T08:00:00Z"), By: domain.Actor{Type: domain.ActorSystem}}
	stays := third(t)
	stays.Status, stays.NoShow = domain.AttendeeNoShow, &domain.NoShow{Time: at(t, "2027-01-06T11:00:00Z")}
	d.Previous.Edges.Attendees = append(d.Previous.Edges.Attendees, gone, stays)
	moved := third(t)
	moved.ID, moved.PreviousID = "att_01jh2q8t4sfa1c3e5g7j9k1m3p", new(thirdAttendee)
	moved.CreatedAt = at(t, "2027-01-06T12:00:00.000001Z")
	d.Meeting.Edges.Attendees = append(d.Meeting.Edges.Attendees, moved)
	d.Meeting.Reschedule.By = domain.Actor{Type: domain.ActorAgent, ID: agentID, Name: "Jo Park"}
	return d
}

// cancelSeat: one of three seats is cancelled, another one was before.
func cancelSeat(t *testing.T) *eventlog.Draft {
	t.Helper()
	m := setup(t)
	m.Type, m.MaxAttendees, m.ActiveAttendees, m.Edges.Payment = domain.Group, 10, 1, nil
	m.Notes = []domain.Note{
		{Text: "bring the contract", By: agentID, At: at(t, "2027-01-04T09:30:00Z")},
		{Text: "from the import", At: at(t, "2027-01-04T09:31:00Z")},
	}
	m.CalendarEvent = &domain.CalendarEvent{Provider: "GOOGLE", ExternalID: "g-77", Link: "https://calendar.example.org/g-77?a=1&b=2"}
	m.FollowUp = map[string]any{"days": 2, "action": "EMAIL"}
	early, late := second(t), third(t)
	early.Status, late.Status = domain.AttendeeCancelled, domain.AttendeeCancelled
	early.Cancellation = &domain.Cancellation{
		Time: at(t, "2027-01-05T08:00:00Z"), Reason: "", By: domain.Actor{Type: domain.ActorSystem},
	}
	late.Cancellation = &domain.Cancellation{
		Time: at(t, "2027-01-06T08:00:00Z"), Reason: "too far",
		By: domain.Actor{Type: domain.ActorAPI, ID: "tok_01jh2q8t4sfa1c3e5g7j9k1m3n"},
	}
	early.UpdatedAt, late.UpdatedAt = early.Cancellation.Time, late.Cancellation.Time
	m.Edges.Attendees, m.UpdatedAt = append(m.Edges.Attendees, early, late), late.UpdatedAt
	return &eventlog.Draft{Trigger: domain.MeetingCanceled, Meeting: m, AttendeeID: late.ID}
}

// cancelGroup: two seats go with the meeting; the third one had been given back.
func cancelGroup(t *testing.T) *eventlog.Draft {
	t.Helper()
	d := cancelSeat(t)
	m, seats := d.Meeting, d.Meeting.Edges.Attendees
	d.AttendeeID, m.Status, m.Cancellation = "", domain.Cancelled, seats[2].Cancellation
	seats[0].Status, seats[0].Cancellation, seats[0].UpdatedAt = domain.AttendeeCancelled, m.Cancellation, m.UpdatedAt
	return d
}

func noShow(t *testing.T) *eventlog.Draft {
	t.Helper()
	m := setup(t)
	m.Status, m.MarkAsNoShow = domain.Completed, true
	m.Edges.Attendees[0].Status = domain.AttendeeNoShow
	m.Edges.Attendees[0].NoShow = &domain.NoShow{Time: at(t, "2027-01-15T11:20:00+01:00")}
	return &eventlog.Draft{Trigger: domain.MeetingNoShow, Meeting: m, AttendeeID: oldAttendee}
}

func noShowUndone(t *testing.T) *eventlog.Draft {
	t.Helper()
	d := noShow(t)
	d.Meeting.MarkAsNoShow = false
	d.Meeting.Edges.Attendees[0].Status, d.Meeting.Edges.Attendees[0].NoShow = domain.AttendeeActive, nil
	return d
}

func routingForm(t *testing.T) *eventlog.Draft {
	t.Helper()
	return &eventlog.Draft{Trigger: domain.RoutingFormSubmitted, Submission: &ent.RoutingFormSubmission{
		ID: submissionID, AppID: appID, RoutingFormID: formID,
		CreatedAt: at(t, "2027-01-04T09:28:00.123456Z"), UpdatedAt: at(t, "2027-01-04T09:28:00.123456Z"),
		Answers: []domain.FormAnswer{
			{QuestionID: "5a2f3c1e-8d47-4b6a-9c0f-1e2d3c4b5a69", Question: "How many people are you?", Answer: "12"},
			{QuestionID: "7c4b5a69-1e2d-4c0f-9b6a-5a2f3c1e8d47", Question: "What for?", Answer: "a \"trial\"\nof one month"},
		},
		Tracking: map[string]any{"utm_medium": "social", "visit": 3},
		Result:   &domain.FormDestination{Type: domain.ToEventType, Value: eventTypeID},
		Edges:    ent.RoutingFormSubmissionEdges{RoutingForm: &ent.RoutingForm{ID: formID, Name: "Which plan?"}},
	}}
}

func second(t *testing.T) *ent.Attendee {
	t.Helper()
	return &ent.Attendee{
		ID: newAttendee, MeetingID: oldMeeting, Name: "Bo Lind", Email: "bo@example.org", Phone: new("+46 8 123"), TimeZone: "Europe/Stockholm",
		CreatedAt: at(t, "2027-01-04T10:00:00.000001Z"), UpdatedAt: at(t, "2027-01-04T10:00:00.000001Z"), Status: domain.AttendeeActive,
	}
}

func third(t *testing.T) *ent.Attendee {
	t.Helper()
	return &ent.Attendee{
		ID: thirdAttendee, MeetingID: oldMeeting, Name: "Cy Odo", Email: "cy@example.org", TimeZone: "Africa/Lagos",
		CreatedAt: at(t, "2027-01-04T11:00:00.5Z"), UpdatedAt: at(t, "2027-01-04T11:00:00.5Z"), Status: domain.AttendeeActive,
	}
}
