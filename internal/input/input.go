// Package input checks what callers send before anything is done with it. Each
// function takes the field's path in the input, such as "attendees.0.email", and
// returns a BAD_USER_INPUT error about it, or nil. Lengths are in bytes.
package input

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"slotcast/internal/apperr"
)

// MaxList is how many entries a list takes where nothing else is said.
const MaxList = 50

// First returns the first error there is.
func First(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Text refuses what the databases cannot keep, and more than limit bytes.
func Text(field, s string, limit int) error {
	if len(s) > limit {
		return apperr.BadInput(field, "at most %d bytes of text are taken", limit)
	}
	if !Storable(s) {
		return apperr.BadInput(field, "the text has characters that cannot be kept: send UTF-8 without NUL")
	}
	return nil
}

// Optional is Text where something was said.
func Optional(field string, s *string, limit int) error {
	if s == nil {
		return nil
	}
	return Text(field, *s, limit)
}

// Name is a Text that is not blank.
func Name(field, s string, limit int) error {
	if strings.TrimSpace(s) == "" {
		return apperr.BadInput(field, "a name is needed")
	}
	return Text(field, s, limit)
}

// Line is a Text that is not blank, and no name.
func Line(field, s string, limit int) error {
	if strings.TrimSpace(s) == "" {
		return apperr.BadInput(field, "some text is needed")
	}
	return Text(field, s, limit)
}

// Texts checks each entry of a list of at most MaxList.
func Texts(field string, all []string, limit int) error {
	if len(all) > MaxList {
		return apperr.BadInput(field, "at most %d entries are taken", MaxList)
	}
	for i, s := range all {
		if err := Text(At(field, i), s, limit); err != nil {
			return err
		}
	}
	return nil
}

// At is the path of a list's entry.
func At(field string, i int) string { return fmt.Sprintf("%s.%d", field, i) }

// Email takes a bare address, such as ana@example.org.
func Email(field, s string) error {
	address, err := mail.ParseAddress(s)
	if err != nil || address.Address != s || len(s) > 320 || !Storable(s) {
		return apperr.BadInput(field, "an e-mail address such as ana@example.org is needed")
	}
	return nil
}

// Zone takes an IANA name.
func Zone(field, name string) error {
	if name == "" || name == "Local" || len(name) > 64 {
		return apperr.BadInput(field, "an IANA time zone such as Europe/Berlin is needed")
	}
	if _, err := time.LoadLocation(name); err != nil {
		return apperr.BadInput(field, "%q is not an IANA time zone such as Europe/Berlin", name)
	}
	return nil
}

// Range takes numbers from least to most.
func Range(field string, n, least, most int) error {
	if n < least || n > most {
		return apperr.BadInput(field, "a number from %d to %d is needed", least, most)
	}
	return nil
}

// Member takes a word of a closed list.
func Member[T interface {
	~string
	Values() []string
}](field string, v T) error {
	if !slices.Contains(v.Values(), string(v)) {
		return apperr.BadInput(field, "%q is not one of %v", v, v.Values())
	}
	return nil
}

// Instant puts a time into the form that is kept: UTC, whole milliseconds. JSON
// has no other years than these.
func Instant(field string, t time.Time) (time.Time, error) {
	t = t.UTC().Truncate(time.Millisecond)
	if t.Year() < 1 || t.Year() > 9999 {
		return t, apperr.BadInput(field, "a time between the years 1 and 9999 is needed")
	}
	return t, nil
}

// Object returns o as it reads back from the database: numbers, above all, are
// float64 or too big to be kept.
func Object(field string, o map[string]any, limit int) (kept map[string]any, err error) {
	b, err := json.Marshal(o)
	if err != nil || len(b) > limit || !Storable(o) || json.Unmarshal(b, &kept) != nil {
		return nil, apperr.BadInput(field, "an object of at most %d bytes of JSON without NUL is needed", limit)
	}
	return kept, nil
}

// Storable looks for text that PostgreSQL refuses, in all depths of a JSON value.
func Storable(v any) bool {
	switch v := v.(type) {
	case string:
		return utf8.ValidString(v) && !strings.ContainsRune(v, 0)
	case []any:
		return !slices.ContainsFunc(v, func(e any) bool { return !Storable(e) })
	case map[string]any:
		for k, e := range v {
			if !Storable(k) || !Storable(e) {
				return false
			}
		}
	}
	return true
}
