package booking

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
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

// The bounds of what one meeting may carry.
const (
	maxAttendees = 100
	maxList      = 50
	maxWord      = 200
	maxText      = 10_000
	maxTracking  = 4 << 10
)

func (in *BookInput) check() error {
	if len(in.Attendees) == 0 || len(in.Attendees) > maxAttendees {
		return apperr.BadInput("attendees", "between 1 and %d attendees are needed", maxAttendees)
	}
	for i := range in.Attendees {
		if err := in.Attendees[i].check(fmt.Sprintf("attendees.%d", i)); err != nil {
			return err
		}
	}
	tracking, err := json.Marshal(in.Tracking)
	if err != nil || len(tracking) > maxTracking || strings.Contains(string(tracking), `\u0000`) {
		return apperr.BadInput("tracking", "an object of at most %d bytes is needed", maxTracking)
	}
	return first(
		list("externalIds", in.ExternalIDs, maxWord),
		list("notes", in.Notes, maxText),
		optional("modeNote", in.ModeNote, 1000),
		optional("modifiedEventName", in.ModifiedEventName, maxWord),
		optional("multipleBookingIdentifier", in.MultipleBookingIdentifier, maxWord),
		optional("idempotencyKey", in.IdempotencyKey, maxWord),
	)
}

func (a *AttendeeInput) check(field string) error {
	if strings.TrimSpace(a.Name) == "" {
		return apperr.BadInput(field+".name", "a name is needed")
	}
	address, err := mail.ParseAddress(a.Email)
	if err != nil || address.Address != a.Email || len(a.Email) > 320 {
		return apperr.BadInput(field+".email", "an e-mail address such as ana@example.org is needed")
	}
	if a.TimeZone != nil {
		if err := zone(field+".timeZone", *a.TimeZone); err != nil {
			return err
		}
	}
	if len(a.Answers) > maxList {
		return apperr.BadInput(field+".answers", "at most %d answers are taken", maxList)
	}
	for i, answer := range a.Answers {
		a.Answers[i].Position = i
		at := fmt.Sprintf("%s.answers.%d", field, i)
		if err := first(text(at+".question", answer.Question, 1000), text(at+".answer", answer.Answer, maxText)); err != nil {
			return err
		}
	}
	return first(text(field+".name", a.Name, maxWord), text(field+".email", a.Email, 320), optional(field+".phone", a.Phone, 50))
}

// span checks when a meeting of the event type may be, and returns its start,
// in whole milliseconds UTC, its end and its minutes.
func span(et *ent.EventType, start time.Time, duration *int, now time.Time) (from, until time.Time, length int, err error) {
	length = et.DurationMinutes
	if duration != nil && *duration != length {
		return from, until, 0, apperr.BadInput("durationMinutes", "event type %q takes %d minutes", et.Slug, length)
	}
	from = start.UTC().Truncate(time.Millisecond)
	switch notice := minutes(et.MinimumNoticeMinutes); {
	case !from.After(now):
		err = apperr.BadInput("start", "the start lies in the past")
	case from.Before(now.Add(notice)):
		err = apperr.BadInput("start", "event type %q is booked at least %v ahead", et.Slug, notice)
	case from.After(now.AddDate(0, 0, et.HorizonDays)):
		err = apperr.BadInput("start", "event type %q is booked at most %d days ahead", et.Slug, et.HorizonDays)
	}
	return from, from.Add(minutes(length)), length, err
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

func zone(field, name string) error {
	if name == "" || name == "Local" || len(name) > 64 {
		return apperr.BadInput(field, "an IANA time zone such as Europe/Berlin is needed")
	}
	if _, err := time.LoadLocation(name); err != nil {
		return apperr.BadInput(field, "%q is not an IANA time zone such as Europe/Berlin", name)
	}
	return nil
}

// text refuses what the databases cannot keep, and more than limit characters.
func text(field, s string, limit int) error {
	if utf8.RuneCountInString(s) > limit {
		return apperr.BadInput(field, "at most %d characters are taken", limit)
	}
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		return apperr.BadInput(field, "the text has characters that cannot be kept: send UTF-8 without NUL")
	}
	return nil
}

func optional(field string, s *string, limit int) error {
	if s == nil {
		return nil
	}
	return text(field, *s, limit)
}

func list(field string, all []string, limit int) error {
	if len(all) > maxList {
		return apperr.BadInput(field, "at most %d entries are taken", maxList)
	}
	for i, s := range all {
		if err := text(fmt.Sprintf("%s.%d", field, i), s, limit); err != nil {
			return err
		}
	}
	return nil
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
