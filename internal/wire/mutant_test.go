package wire_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"slotcast/internal/wire/wiretest"
)

// TestSchemasRefuseMutants changes the golden bodies, one place at a time, in
// each way that the format's rules exclude. What the schema says must be what
// the rules say: where a change is allowed, the body stays valid.
func TestSchemasRefuseMutants(t *testing.T) {
	t.Parallel()
	for _, f := range formats() {
		for name, text := range goldenFiles(t, f) {
			t.Run(f.dir+"/"+name, func(t *testing.T) {
				t.Parallel()
				m := &mutant{t: t, of: f, doc: parse(t, text), kinds: goldenShape(t, f, name == "routing-form").kinds}
				m.narrow()
				all := sites("", m.doc, nil)
				for _, s := range all {
					if slices.ContainsFunc(f.open, func(object string) bool { return strings.HasPrefix(s.place, object+".") }) {
						continue // its content is free
					}
					m.otherKinds(s)
					m.otherKeys(s)
					m.otherWords(s)
					m.otherNumbers(s)
				}
				if m.count < 5*len(all) {
					t.Errorf("only %d mutants of %d values: are all ways tried?", m.count, len(all))
				}
			})
		}
	}
}

// narrow leaves of the kinds that a place may have those that it may have beside
// the other values of the body.
func (m *mutant) narrow() {
	switch payload, _ := m.doc["payload"].(map[string]any); m.doc[m.of.word] {
	case "BOOK":
		m.kinds["meetData.prevMeetId"] = []string{"null"}
	case "RESCHEDULE":
		m.kinds["meetData.prevMeetId"] = []string{"string"}
	case "invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted":
		m.kinds["payload.new_invitee"] = []string{kindOf(payload["new_invitee"])}
		if payload["status"] == "active" {
			m.kinds["payload.no_show"] = []string{kindOf(payload["no_show"])}
		}
		if location := payload["scheduled_event"].(map[string]any)["location"].(map[string]any); location["type"] != "custom" {
			m.kinds["payload.scheduled_event.location.location"] = []string{"string"}
		}
	case "routing_form_submission.created":
		m.kinds["payload.submitter"], m.kinds["payload.submitter_type"] = []string{"null"}, []string{"null"}
	case "BOOKING_CANCELLED":
		if payload["status"] == "ACCEPTED" { // else it is not said what was cancelled
			m.of.optional = []string{"payload.team"}
		}
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
	of    format
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
		// null may become an object, but not {}; and a URI, but not any text
		m.try(s, other, kind != "object" && slices.Contains(m.kindsAt(s), kind) && (kind != "string" || !has(m.of.uris, s.place)))
	}
}

// kindsAt are the kinds that a value may have; inside of maps none but its own.
func (m *mutant) kindsAt(s site) []string {
	if m.of.free(s.place) {
		return []string{kindOf(s.value)}
	}
	return m.kinds[s.place]
}

// otherKeys: one more, and each one missing.
func (m *mutant) otherKeys(s site) {
	object, ok := s.value.(map[string]any)
	if !ok {
		return
	}
	object["extra"] = "x"
	m.judge(s.place+" has one key more", has(m.of.open, s.place))
	delete(object, "extra")
	for key, value := range maps.Clone(object) {
		delete(object, key)
		place := s.place + "." + key
		needed := place == "payload.responses.rescheduleReason" // which is all that says why
		m.judge(place+" is missing", !needed && has(slices.Concat(m.of.open, m.of.maps), s.place) || has(m.of.optional, place))
		object[key] = value
	}
}

var anyTime = regexp.MustCompile(`^[0-9-]{10}T[0-9:]{8}(\.[0-9]*)?Z$`)

// otherWords: texts that are no member of a list, no time, no URI, or empty.
func (m *mutant) otherWords(s site) {
	text, ok := s.value.(string)
	if !ok {
		return
	}
	m.try(s, "", has(m.of.mayBeEmpty, s.place))
	key := s.place[strings.LastIndex(s.place, ".")+1:]
	switch {
	case has(m.of.lists, s.place):
		for _, word := range []string{"OTHER", swapCase(text), text + " ", "EXPIRED", "RESCHEDULED", "HELD", "rescheduled"} {
			m.try(s, word, false)
		}
	case has(m.of.uris, s.place):
		for _, uri := range []string{"/users/1", "users/1", "https://example.org", text + "/", "ftp://example.org/users/1", " " + text} {
			m.try(s, uri, false)
		}
	case anyTime.MatchString(text):
		for _, fraction := range []string{"", ".5", ".000", ".123456", ".123456789"} {
			m.try(s, "2027-01-15T10:00:00"+fraction+"Z", len(fraction) == len(anyTime.FindStringSubmatch(text)[1]))
		}
		for _, form := range []string{
			"2027-01-15", text[:len(text)-1], text[:len(text)-1] + "+00:00", text[:len(text)-1] + "z", strings.Replace(text, "T", " ", 1),
			"2027-13-15" + text[10:], "2027-01-32" + text[10:], text[:11] + "24" + text[13:], text[:14] + "60" + text[16:],
			" " + text, text + " ", "1800000000",
		} {
			m.try(s, form, false)
		}
	case strings.HasPrefix(key, "currency"):
		for _, code := range []string{swapCase(text), "US", "USDT", "us", "U$D", "u$d", "US1"} {
			m.try(s, code, false)
		}
	}
}

func swapCase(text string) string {
	if upper := strings.ToUpper(text); upper != text {
		return upper
	}
	return strings.ToLower(text)
}

// otherNumbers: fractions, and less than the least.
func (m *mutant) otherNumbers(s site) {
	n, ok := s.value.(float64)
	if !ok {
		return
	}
	m.try(s, n+0.5, has(m.of.fractions, s.place))
	m.try(s, 0.0, has(m.of.zeros, s.place))
	m.try(s, -1.0, has(m.of.negatives, s.place))
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
