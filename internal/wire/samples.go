package wire

import (
	"fmt"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
)

// Samples returns what a recipient would be sent of a made-up event with a
// trigger: in the app, with the host, at now. Ids of what is made up are zeros, but
// for the last digit, and name nothing.
func (l Links) Samples(to Recipient, t domain.Trigger, app *ent.App, host *ent.Agent, now time.Time) ([]Message, error) {
	now = now.UTC().Truncate(time.Microsecond)
	d, err := sampleDraft(t, app, host, now)
	if err != nil {
		return nil, err
	}
	switch to.Format {
	case domain.FormatNative:
		body, err := nativeOf("sample", d)
		return []Message{{Body: body}}, err
	case domain.FormatCalendly:
		return l.calendlyOf(to.CreatedBy, now, d)
	case domain.FormatCalcom:
		body, err := calcomOf(now, d)
		return []Message{{Body: body}}, err
	default:
		return nil, fmt.Errorf("there are no bodies in the format %q", to.Format)
	}
}

// sampleDraft makes an event up.
func sampleDraft(t domain.Trigger, app *ent.App, host *ent.Agent, now time.Time) (*eventlog.Draft, error) {
	hour := now.Truncate(time.Hour)
	switch t {
	case domain.RoutingFormSubmitted:
		return &eventlog.Draft{Trigger: t, Submission: sampleSubmission(app, now)}, nil
	case domain.MeetingBooked:
		d := sampleMeeting(app, host, now, hour.AddDate(0, 0, 7))
		d.Trigger = t
		return d, nil
	case domain.MeetingCanceled:
		d := sampleMeeting(app, host, now.AddDate(0, 0, -1), hour.AddDate(0, 0, 6))
		d.Trigger = t
		m, seat := d.Meeting, d.Meeting.Edges.Attendees[0]
		m.Cancellation = &domain.Cancellation{Time: now, Reason: "I have to travel that day", By: bySeat(seat)}
		m.Status, m.UpdatedAt = domain.Cancelled, now
		seat.Status, seat.UpdatedAt, seat.Cancellation = domain.AttendeeCancelled, now, m.Cancellation
		return d, nil
	case domain.MeetingRescheduled:
		return sampleReschedule(app, host, now, hour), nil
	case domain.MeetingNoShow:
		d := sampleMeeting(app, host, now.AddDate(0, 0, -7), hour.Add(-time.Hour))
		m, seat := d.Meeting, d.Meeting.Edges.Attendees[0]
		d.Trigger, d.AttendeeID = t, seat.ID
		by := domain.Actor{Type: domain.ActorAgent, ID: host.ID, Name: host.Name}
		seat.Status, seat.NoShow, m.MarkAsNoShow = domain.AttendeeNoShow, &domain.NoShow{Time: now, By: by}, true
		m.UpdatedAt, seat.UpdatedAt = now, now
		return d, nil
	}
	return nil, fmt.Errorf("there are no bodies for the trigger %q", t)
}

func sampleReschedule(app *ent.App, host *ent.Agent, now, hour time.Time) *eventlog.Draft {
	old := sampleMeeting(app, host, now.AddDate(0, 0, -1), hour.AddDate(0, 0, 6)).Meeting
	d := sampleMeeting(app, host, now, hour.AddDate(0, 0, 8))
	m, seat, before := d.Meeting, d.Meeting.Edges.Attendees[0], old.Edges.Attendees[0]
	m.ID, seat.ID = nextSample(typeid.Meeting), nextSample(typeid.Attendee)
	seat.MeetingID, m.SeriesID = m.ID, old.SeriesID
	m.PreviousID, seat.PreviousID = &old.ID, &before.ID
	m.Reschedule = &domain.Reschedule{Time: now, Reason: "I have to travel that day", By: bySeat(before), NewMeetingID: m.ID}
	old.Status, old.UpdatedAt, old.Reschedule = domain.Rescheduled, now, m.Reschedule
	before.UpdatedAt = now
	d.Trigger, d.Previous = domain.MeetingRescheduled, old
	return d
}

func bySeat(a *ent.Attendee) domain.Actor {
	return domain.Actor{Type: domain.ActorAttendee, ID: a.ID, Name: a.Name}
}

func nextSample(of typeid.Prefix) string { return string(of) + "_" + strings.Repeat("0", 25) + "1" }
