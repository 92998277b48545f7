package graph_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
)

// lines opens an event stream of all events behind a cursor, with the id that
// the client says it has seen, and returns what reads the values of its next
// lines: each with the name given.
func (o *tenant) lines(t *testing.T, after, lastID string) func(name string) string {
	t.Helper()
	variables := vars{}
	if after != "" {
		variables["after"] = after
	}
	body, err := json.Marshal(vars{"query": events, "variables": variables})
	must(t, err)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, o.URL+"/graphql", strings.NewReader(string(body)))
	must(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Authorization", "Bearer "+o.Token)
	if lastID != "" {
		request.Header.Set("Last-Event-ID", lastID)
	}
	answer, err := o.HTTP.Do(request)
	must(t, err)
	t.Cleanup(func() { _ = answer.Body.Close() })
	lines := bufio.NewScanner(answer.Body)
	return func(name string) string {
		t.Helper()
		for lines.Scan() {
			if value, ok := strings.CutPrefix(lines.Text(), name+": "); ok && value != "" {
				return value
			}
		}
		t.Fatalf("the stream ends before a line %q: %v", name, lines.Err())
		return ""
	}
}

// TestCursorIsTheSameEverywhere: the field's, the one beside the response, the id
// of an event stream's event, and the one of a stream that has been silent. Each
// is good as the argument and as Last-Event-ID, which goes before it.
func TestCursorIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		o.book(t, 1)
		second := o.book(t, 2)
		start := s.cursor(t, o, 0)
		line := o.lines(t, start, "")
		var first struct {
			Data       struct{ MeetingEvents event }
			Extensions struct{ Cursor string }
		}
		must(t, json.Unmarshal([]byte(line("data")), &first))
		id := line("id")
		if field := first.Data.MeetingEvents.Cursor; field == "" || field != first.Extensions.Cursor || field != id {
			t.Errorf("the field has the cursor %q, extensions %q, the event the id %q", field, first.Extensions.Cursor, id)
		}
		if got := o.lines(t, start, id)("data"); !strings.Contains(got, second) {
			t.Errorf("behind the first comes %s, want %s", got, second)
		}
		if got := o.lines(t, first.Extensions.Cursor, "")("data"); !strings.Contains(got, second) {
			t.Errorf("behind the first comes %s, want %s", got, second)
		}
		if got := o.lines(t, start, "none")("data"); !strings.Contains(got, "BAD_USER_INPUT") || !strings.Contains(got, "Last-Event-ID") {
			t.Errorf("an id that is none: %s", got)
		}
	})
}

// TestNewStreamSaysWhereItBegins, so that a client that is cut off before the first
// event loses nothing.
func TestNewStreamSaysWhereItBegins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		o.book(t, 1)
		begin := o.lines(t, "", "")("id")
		missed := o.book(t, 2)
		if got := o.lines(t, "", begin)("data"); !strings.Contains(got, missed) {
			t.Errorf("behind where the stream began comes %s, want %s", got, missed)
		}
	})
}
