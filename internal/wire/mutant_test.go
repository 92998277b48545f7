package wire_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"slotcast/internal/wire/wiretest"
)

// TestSchemasRefuseMutants changes the golden bodies, one place at a time, in
// each way that the format's rules exclude. What the schema says must be what
// the rules say: where a change is allowed, the body stays valid.
func TestSchemasRefuseMutants(t *testing.T) {
	t.Parallel()
	kinds := goldenShape(t).kinds
	for name, text := range goldenFiles(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := &mutant{t: t, doc: parse(t, text), kinds: maps.Clone(kinds)}
			switch m.doc["eventType"] {
			case "BOOK":
				m.kinds["meetData.prevMeetId"] = []string{"null"}
			case "RESCHEDULE":
				m.kinds["meetData.prevMeetId"] = []string{"string"}
			}
			for _, s := range sites("", m.doc, nil) {
				if strings.HasPrefix(s.place, "meetData.followUp.") {
					continue // its content is free
				}
				m.otherKinds(s)
				m.otherKeys(s)
				m.otherWords(s)
				m.otherNumbers(s)
			}
			if m.count < 400 {
				t.Errorf("only %d mutants: are all places visited?", m.count)
			}
		})
	}
}

// site is a value in a body, and how to put another one there.
type site struct {
	place string // as in shape
	value any
	put   func(any)
}

func sites(place string, v any, put func(any)) []site {
	var out []site
	if put != nil {
		out = append(out, site{place, v, put})
	} else {
		out = append(out, site{place: place, value: v, put: func(any) {}})
	}
	switch v := v.(type) {
	case map[string]any:
		for key, child := range v {
			out = append(out, sites(strings.TrimPrefix(place+"."+key, "."), child, func(x any) { v[key] = x })...)
		}
	case []any:
		for i, child := range v {
			out = append(out, sites(place+"[]", child, func(x any) { v[i] = x })...)
		}
	}
	return out
}

// mutant is a body in change.
type mutant struct {
	t     *testing.T
	doc   map[string]any
	kinds map[string][]string
	count int
}

// try judges the body with another value at a site, and puts the old one back.
func (m *mutant) try(s site, value any, valid bool) {
	m.t.Helper()
	s.put(value)
	m.judge(fmt.Sprintf("%s is %#v instead of %#v", s.place, value, s.value), valid)
	s.put(s.value)
}

func (m *mutant) judge(change string, valid bool) {
	m.t.Helper()
	m.count++
	text, err := json.Marshal(m.doc)
	if err != nil {
		m.t.Fatal(err)
	}
	if err := wiretest.Check(text); valid != (err == nil) {
		m.t.Errorf("%s: valid is %t, want %t: %v", change, err == nil, valid, err)
	}
}

// otherKinds: null where the field cannot be missing, and any other type.
func (m *mutant) otherKinds(s site) {
	if s.place == "" {
		return
	}
	for _, other := range []any{nil, true, 7.0, "text", []any{}, map[string]any{}} {
		kind := kindOf(other)
		if kind == kindOf(s.value) {
			continue
		}
		// null may become an object, but not {}
		m.try(s, other, kind != "object" && slices.Contains(m.kinds[s.place], kind))
	}
}

// otherKeys: one more, and each one missing.
func (m *mutant) otherKeys(s site) {
	object, ok := s.value.(map[string]any)
	if !ok {
		return
	}
	open := s.place == "meetData.followUp"
	object["extra"] = "x"
	m.judge(s.place+" has one key more", open)
	delete(object, "extra")
	for key, value := range maps.Clone(object) {
		delete(object, key)
		m.judge(s.place+" lacks "+key, open || s.place == "meetData.payment.amountOnDuration")
		object[key] = value
	}
}

// otherWords: texts that are no member of a list, no time, or empty.
func (m *mutant) otherWords(s site) {
	text, ok := s.value.(string)
	if !ok {
		return
	}
	m.try(s, "", slices.Contains(mayBeEmpty(), s.place))
	key := s.place[strings.LastIndex(s.place, ".")+1:]
	switch {
	case slices.Contains([]string{"eventType", "type", "status"}, key):
		for _, word := range []string{"OTHER", strings.ToLower(text), text + " ", "EXPIRED", "RESCHEDULED", "HELD"} {
			m.try(s, word, false)
		}
	case slices.Contains([]string{"time", "at", "paymentTime", "meetCreatedAt", "createdAt", "updatedAt"}, key):
		for _, form := range []string{
			"2027-01-15", "2027-01-15T10:00:00Z", "2027-01-15T10:00:00.5Z", "2027-01-15T10:00:00.123456Z",
			"2027-01-15T10:00:00.000", "2027-01-15T10:00:00.000+00:00", "2027-01-15T11:00:00.000+01:00", "2027-01-15 10:00:00.000Z",
			"2027-01-15T10:00:00.000z", "2027-13-15T10:00:00.000Z", "2027-01-32T10:00:00.000Z", "2027-01-15T24:00:00.000Z",
			"2027-01-15T10:60:00.000Z", " " + text, text + " ", "1800000000",
		} {
			m.try(s, form, false)
		}
	case key == "currencyCode":
		for _, code := range []string{"usd", "US", "USDT", "U$D", "US1"} {
			m.try(s, code, false)
		}
	}
}

// otherNumbers: fractions, and less than the least.
func (m *mutant) otherNumbers(s site) {
	if _, ok := s.value.(float64); !ok {
		return
	}
	key := s.place[strings.LastIndex(s.place, ".")+1:]
	money := key == "amount" || strings.HasPrefix(s.place, "meetData.payment.amountOnDuration.")
	m.try(s, 1.5, money)
	m.try(s, 0.0, money || key == "position" || key == "beforeMinutes")
	m.try(s, -1.0, key == "beforeMinutes") // which no rule bounds
}

// mayBeEmpty are the places whose text may be "".
func mayBeEmpty() []string {
	var out []string
	for _, place := range []string{
		"externalIds[]", "modeNote", "multipleBookingIdentifier", "notes[].text", "reminders[].channel", "attendees[].phone",
		"calendarEvent.provider", "calendarEvent.externalId", "calendarEvent.link",
		"attendees[].answers[].question", "attendees[].answers[].answer",
		"cancellation.reason", "attendees[].cancellation.reason", "reschedule.reason", "payment.note",
	} {
		out = append(out, "meetData."+place)
	}
	return out
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case map[string]any:
		return "object"
	case []any:
		return "array"
	default:
		return fmt.Sprintf("%T", v)
	}
}

// TestSchemasRefuseContradictions: what is right by itself and wrong together.
func TestSchemasRefuseContradictions(t *testing.T) {
	t.Parallel()
	done := map[string]any{
		"time": "2027-01-05T08:00:00.000Z", "reason": "",
		"cancelledBy": map[string]any{"type": "SYSTEM", "_id": nil, "name": nil},
	}
	none := map[string]any{}
	tests := []struct {
		name, file string
		change     func(meeting, attendee map[string]any)
	}{
		{"BOOK of a cancelled meeting", "book", func(m, _ map[string]any) { m["status"] = "CANCELLED" }},
		{"BOOK with a cancellation", "book", func(m, _ map[string]any) { m["cancellation"] = done }},
		{"BOOK with a cancelled seat", "book", func(_, a map[string]any) { a["status"], a["cancellation"] = "CANCELLED", done }},
		{"BOOK of what replaces another", "book", func(m, _ map[string]any) { m["prevMeetId"] = oldMeeting }},
		{"BOOK of a no-show", "book", func(m, _ map[string]any) { m["markAsNoShow"] = true }},
		{"BOOK of what is not paid", "book", func(m, _ map[string]any) { m["payment"].(map[string]any)["status"] = "PENDING" }},
		{"a price for no number of minutes", "book", func(m, _ map[string]any) {
			m["payment"].(map[string]any)["amountOnDuration"] = map[string]any{"30m": 1}
		}},
		{"ACTIVE seat with a cancellation", "book", func(_, a map[string]any) { a["cancellation"] = done }},
		{"CANCEL without a cancellation", "cancel", func(m, _ map[string]any) { m["cancellation"] = none }},
		{"CANCEL of an active meeting that is no GROUP", "cancel", func(m, _ map[string]any) { m["status"] = "ACTIVE" }},
		{"CANCELLED seat without a cancellation", "cancel", func(_, a map[string]any) { a["cancellation"] = none }},
		{"one seat is cancelled, and none is", "cancel-seat", func(m, a map[string]any) { m["attendees"] = []any{a} }},
		{"one seat is cancelled, of a SOLO meeting", "cancel-seat", func(m, _ map[string]any) { m["type"] = "SOLO" }},
		{"RESCHEDULE without one", "reschedule", func(m, _ map[string]any) { m["reschedule"] = none }},
		{"RESCHEDULE to a cancelled meeting", "reschedule", func(m, _ map[string]any) { m["status"] = "CANCELLED" }},
		{"RESCHEDULE with a cancellation", "reschedule", func(m, _ map[string]any) { m["cancellation"] = done }},
		{"NO_SHOW of a cancelled meeting", "no-show", func(m, _ map[string]any) { m["status"] = "CANCELLED" }},
		{"NO_SHOW with a cancellation", "no-show", func(m, _ map[string]any) { m["cancellation"] = done }},
	}
	files := goldenFiles(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc := parse(t, files[tt.file])
			meeting := doc["meetData"].(map[string]any)
			tt.change(meeting, meeting["attendees"].([]any)[0].(map[string]any))
			text, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			if err := wiretest.Check(text); !errors.As(err, new(*jsonschema.ValidationError)) {
				t.Errorf("got %v, want it refused", err)
			}
		})
	}
}
