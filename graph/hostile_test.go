package graph_test

import (
	"encoding/json"
	"io"
	"net/http"
	"runtime"
	"slices"
	"testing"

	"slotcast/internal/app/apptest"
	"slotcast/internal/document/hostiletest"
	"slotcast/internal/entdb/entdbtest"
)

// Requests that are made to cost much are refused, or answered within bounds.
// It runs alone, since it measures the memory of the whole process.
func TestHostileRequestsAreBounded(t *testing.T) {
	const memory, statements = 32 << 20, 60
	s := setup(t, entdbtest.SQLite(t))
	o := s.tenant(t)
	for range 3 {
		o.book(t, 1+int(s.statements.Load()))
	}
	for _, r := range hostiletest.Requests() {
		before, sent := allocated(), s.statements.Load()
		status, errs := o.fire(t, r.Body)
		used, sent := allocated()-before, s.statements.Load()-sent
		switch {
		case len(r.Codes) == 0 && len(errs) > 0:
			t.Errorf("%s: %v, want an answer", r.Name, errs)
		case len(r.Codes) > 0 && (len(errs) == 0 || !slices.Contains(r.Codes, errs[0].Extensions.Code)):
			t.Errorf("%s: %.300v, want %v", r.Name, errs, r.Codes)
		}
		if used > memory {
			t.Errorf("%s allocates %d MB", r.Name, used>>20)
		}
		if sent > statements {
			t.Errorf("%s executes %d statements", r.Name, sent)
		}
		if status != http.StatusOK && status/100 != 4 {
			t.Errorf("%s: status %d", r.Name, status)
		}
		if len(errs) > 20 {
			t.Errorf("%s: %d errors", r.Name, len(errs))
		}
	}
	o.Do(t, `{ meetings(first: 100) { edges { node { id agents { name } attendees { name } payment { status } eventType { name } } } } }`, nil, nil)
}

// fire sends a body as it is and returns the errors of the answer.
func (o *tenant) fire(t *testing.T, body []byte) (status int, errs apptest.Errors) {
	t.Helper()
	answer, err := o.Send(t.Context(), body, "application/json")
	must(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	var out struct{ Errors apptest.Errors }
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatalf("%.100s: %v", text, err)
	}
	return answer.StatusCode, out.Errors
}

func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}
