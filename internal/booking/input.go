package booking

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
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

// The bounds of what one meeting may carry; of texts, in bytes.
const (
	maxAttendees = 100
	maxList      = 50
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
		if err := in.Attendees[i].check(fmt.Sprintf("attendees.%d", i)); err != nil {
			return err
		}
	}
	var badStart, badTracking error
	in.Start, badStart = instant("start", in.Start)
	in.Tracking, badTracking = object("tracking", in.Tracking, maxTracking)
	return first(
		text("eventTypeId", in.EventTypeID, maxWord),
		badStart,
		list("agentIds", in.AgentIDs, maxWord),
		badTracking,
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
		at := fmt.Sprintf("%s.answers.%d", field, i)
		if err := first(text(at+".question", answer.Question, 1000), text(at+".answer", answer.Answer, maxText)); err != nil {
			return err
		}
	}
	return first(text(field+".name", a.Name, maxWord), text(field+".email", a.Email, 320), optional(field+".phone", a.Phone, 50))
}

// span checks when a meeting of the event type may be, and returns its end and
// its minutes.
func span(et *ent.EventType, from time.Time, duration *int, now time.Time) (until time.Time, length int, err error) {
	length = et.DurationMinutes
	if duration != nil && *duration != length {
		return until, 0, apperr.BadInput("durationMinutes", "event type %q takes %d minutes", et.Slug, length)
	}
	switch notice := minutes(et.MinimumNoticeMinutes); {
	case !from.After(now):
		err = apperr.BadInput("start", "the start lies in the past")
	case from.Before(now.Add(notice)):
		err = apperr.BadInput("start", "event type %q is booked at least %v ahead", et.Slug, notice)
	case from.After(now.AddDate(0, 0, et.HorizonDays)):
		err = apperr.BadInput("start", "event type %q is booked at most %d days ahead", et.Slug, et.HorizonDays)
	}
	return from.Add(minutes(length)), length, err
}

// instant puts a time into the form that is kept: UTC, whole milliseconds. JSON
// has no other years than these.
func instant(field string, t time.Time) (time.Time, error) {
	t = t.UTC().Truncate(time.Millisecond)
	if t.Year() < 1 || t.Year() > 9999 {
		return t, apperr.BadInput(field, "a time between the years 1 and 9999 is needed")
	}
	return t, nil
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

// text refuses what the databases cannot keep, and more than limit bytes.
func text(field, s string, limit int) error {
	if len(s) > limit {
		return apperr.BadInput(field, "at most %d bytes of text are taken", limit)
	}
	if !storable(s) {
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

// object returns o as it reads back from the database: numbers, above all, are
// float64 or too big to be kept.
func object(field string, o map[string]any, limit int) (kept map[string]any, err error) {
	b, err := json.Marshal(o)
	if err != nil || len(b) > limit || !storable(o) || json.Unmarshal(b, &kept) != nil {
		return nil, apperr.BadInput(field, "an object of at most %d bytes of JSON without NUL is needed", limit)
	}
	return kept, nil
}

// storable looks for text that PostgreSQL refuses, in all depths of a JSON value.
func storable(v any) bool {
	switch v := v.(type) {
	case string:
		return utf8.ValidString(v) && !strings.ContainsRune(v, 0)
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !storable(e) })
	case map[string]any:
		for k, e := range v {
			if !storable(k) || !storable(e) {
				return false
			}
		}
	}
	return true
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
