package booking

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
)

// BookInput asks for a meeting. Fields as in the GraphQL input of that name;
// nil and zero mean that nothing was said.
type BookInput struct {
	EventTypeID               string
	Start                     time.Time
	DurationMinutes           *int
	Attendees                 []AttendeeInput
	AgentIDs                  []string
	CreateByContact           bool
	ExternalIDs               []string
	Notes                     []string
	ModeNote                  *string
	ModifiedEventName         *string
	MultipleBookingIdentifier *string
	Tracking                  map[string]any
	RoutingFormSubmissionID   *string `json:",omitempty"` // what led the first attendee to book
	FreeOnly                  bool    `json:",omitempty"` // refuse what has to be paid for
	IdempotencyKey            *string
}

// AttendeeInput is one who takes part.
type AttendeeInput struct {
	Name     string
	Email    string
	Phone    *string
	TimeZone *string // IANA name; nil means the host's
	Answers  []domain.Answer
}

// ActorInput says who did it. The zero value means the viewer.
type ActorInput struct {
	Type domain.ActorType
	ID   *string
	Name *string
}

// The bounds of what one meeting may carry; of texts, in bytes.
const (
	maxAttendees = 100
	maxWord      = 200
	maxText      = 10_000
	maxTracking  = 4 << 10
)

// check refuses what can be judged without the database, and puts the rest into
// the form that is kept, so that equal requests have equal inputs.
func (in *BookInput) check() error {
	if len(in.Attendees) == 0 || len(in.Attendees) > maxAttendees {
		return apperr.BadInput("attendees", "between 1 and %d attendees are needed", maxAttendees)
	}
	for i := range in.Attendees {
		if err := in.Attendees[i].check(input.At("attendees", i)); err != nil {
			return err
		}
	}
	var badStart, badTracking error
	in.Start, badStart = input.Instant("start", in.Start)
	in.Tracking, badTracking = input.Object("tracking", in.Tracking, maxTracking)
	return input.First(
		input.Text("eventTypeId", in.EventTypeID, maxWord),
		badStart,
		input.Texts("agentIds", in.AgentIDs, maxWord),
		badTracking,
		input.Texts("externalIds", in.ExternalIDs, maxWord),
		input.Texts("notes", in.Notes, maxText),
		input.Optional("modeNote", in.ModeNote, 1000),
		input.Optional("modifiedEventName", in.ModifiedEventName, maxWord),
		input.Optional("multipleBookingIdentifier", in.MultipleBookingIdentifier, maxWord),
		input.Optional("routingFormSubmissionId", in.RoutingFormSubmissionID, maxWord),
		input.Optional("idempotencyKey", in.IdempotencyKey, maxWord),
	)
}

func (a *AttendeeInput) check(field string) error {
	if a.TimeZone != nil {
		if err := input.Zone(field+".timeZone", *a.TimeZone); err != nil {
			return err
		}
	}
	if len(a.Answers) > input.MaxList {
		return apperr.BadInput(field+".answers", "at most %d answers are taken", input.MaxList)
	}
	for i, answer := range a.Answers {
		at := input.At(field+".answers", i)
		if err := input.First(input.Text(at+".question", answer.Question, 1000), input.Text(at+".answer", answer.Answer, maxText)); err != nil {
			return err
		}
	}
	return input.First(
		input.Name(field+".name", a.Name, maxWord),
		input.Email(field+".email", a.Email),
		input.Optional(field+".phone", a.Phone, 50),
	)
}

// span is when a meeting is, and when its agents are busy for it: buffers
// included. Both are half-open.
type span struct {
	start, end          time.Time
	minutes             int
	busyFrom, busyUntil time.Time
}

func spanOf(et *ent.EventType, start time.Time, length int) span {
	end := start.Add(minutes(length))
	return span{
		start: start, end: end, minutes: length,
		busyFrom: start.Add(-minutes(et.BufferBeforeMinutes)), busyUntil: end.Add(minutes(et.BufferAfterMinutes)),
	}
}

// inTime checks that a meeting of the event type may start then.
func inTime(et *ent.EventType, start, now time.Time) error {
	switch notice := minutes(et.MinimumNoticeMinutes); {
	case !start.After(now):
		return apperr.BadInput("start", "the start lies in the past")
	case start.Before(now.Add(notice)):
		return apperr.BadInput("start", "event type %q is booked at least %v ahead", et.Slug, notice)
	case start.After(now.AddDate(0, 0, et.HorizonDays)):
		return apperr.BadInput("start", "event type %q is booked at most %d days ahead", et.Slug, et.HorizonDays)
	}
	return nil
}

// lengthOf is the duration asked for in minutes, or else the usual one.
func lengthOf(et *ent.EventType, asked *int, usual int) (int, error) {
	if asked == nil || *asked == usual || *asked == et.DurationMinutes || slices.Contains(et.Durations, *asked) {
		if asked != nil {
			return *asked, nil
		}
		return usual, nil
	}
	known := []string{strconv.Itoa(et.DurationMinutes)}
	for _, d := range et.Durations {
		if d != et.DurationMinutes {
			known = append(known, strconv.Itoa(d))
		}
	}
	return 0, apperr.BadInput("durationMinutes", "event type %q takes %s minutes", et.Slug, strings.Join(known, ", "))
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }
