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

// Sample returns what a webhook of the format CALENDLY, made by the agent
// createdBy, would be sent of a made-up event of the given name: in the app, with
// the host, at now. Ids of what is made up are zeros, and their URIs name nothing.
// A name that the format has not is an error.
func (l Links) Sample(event string, app *ent.App, host *ent.Agent, createdBy string, now time.Time) (Message, error) {
	now = now.UTC().Truncate(time.Microsecond)
	trigger, ok := map[string]domain.Trigger{
		FormSubmissionCreated: domain.RoutingFormSubmitted, InviteeCreated: domain.MeetingBooked, InviteeCanceled: domain.MeetingCanceled,
		NoShowCreated: domain.MeetingNoShow, NoShowDeleted: domain.MeetingNoShow,
	}[event]
	if !ok {
		return Message{}, fmt.Errorf("the format CALENDLY has no event %q", event)
	}
	d, err := sampleDraft(trigger, app, host, now)
	if err != nil {
		return Message{}, err
	}
	if event == NoShowDeleted {
		m, seat := d.Meeting, d.Meeting.Edges.Attendees[0]
		seat.Status, seat.NoShow, m.MarkAsNoShow = domain.AttendeeActive, nil, false
	}
	messages, err := l.calendlyOf(createdBy, now, d)
	if err != nil {
		return Message{}, fmt.Errorf("encoding a sample of %s: %w", event, err)
	}
	return messages[0], nil
}

// sampleMeeting is a SOLO meeting as it was booked.
func sampleMeeting(app *ent.App, host *ent.Agent, booked, start time.Time) *eventlog.Draft {
	id := sampleID(typeid.Meeting)
	seat := &ent.Attendee{
		ID: sampleID(typeid.Attendee), AppID: app.ID, MeetingID: id, CreatedAt: booked, UpdatedAt: booked,
		Name: "Ana Ruiz", Email: "ana@example.org", TimeZone: "Europe/Madrid", Status: domain.AttendeeActive,
		Answers: []domain.Answer{{Question: "What is it about?", Answer: "Prices"}},
	}
	et := &ent.EventType{ID: sampleID(typeid.EventType), AppID: app.ID, Name: "Intro call", Slug: "intro-call", Type: domain.Solo, Mode: domain.Online}
	return &eventlog.Draft{Meeting: &ent.Meeting{
		ID: id, AppID: app.ID, SeriesID: id, EventTypeID: et.ID, EventName: et.Name, EventSlug: et.Slug, Type: et.Type,
		CreatedAt: booked, UpdatedAt: booked, Start: start, End: start.Add(30 * time.Minute), DurationMinutes: 30,
		TimeZone: host.TimeZone, Status: domain.Active, MaxAttendees: 1, ActiveAttendees: 1, CreateByContact: true,
		BookedBy: &domain.Actor{Type: domain.ActorAttendee, ID: seat.ID, Name: seat.Name},
		ModeNote: new("Video"), Tracking: map[string]any{"utm_source": "newsletter"},
		Edges: ent.MeetingEdges{EventType: et, Agents: []*ent.Agent{host}, Attendees: []*ent.Attendee{seat}},
	}}
}

func sampleSubmission(app *ent.App, now time.Time) *ent.RoutingFormSubmission {
	form := &ent.RoutingForm{ID: sampleID(typeid.RoutingForm), AppID: app.ID, Name: "Which plan?"}
	return &ent.RoutingFormSubmission{
		ID: sampleID(typeid.FormSubmission), AppID: app.ID, RoutingFormID: form.ID, CreatedAt: now, UpdatedAt: now,
		Answers: []domain.FormAnswer{{
			QuestionID: "00000000-0000-0000-0000-000000000000", Question: "How many people are you?", Answer: "12",
		}},
		Tracking: map[string]any{"utm_source": "newsletter"},
		Result:   &domain.FormDestination{Type: domain.ToEventType, Value: sampleID(typeid.EventType)},
		Edges:    ent.RoutingFormSubmissionEdges{RoutingForm: form},
	}
}

func sampleID(of typeid.Prefix) string { return string(of) + "_" + strings.Repeat("0", 26) }
