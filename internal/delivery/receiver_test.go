package delivery_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"slotcast/internal/eventlog"
	"slotcast/internal/wire/wiretest"
)

// arrival is one request to a receiver.
type arrival struct {
	id     string
	header http.Header
	body   []byte
	nth    int // of this id: 1, 2, 3
}

// receiver takes webhooks and answers as the test says.
type receiver struct {
	*httptest.Server
	mu   sync.Mutex
	all  []arrival
	seen map[string]int
}

// receive starts a receiver. answer may wait for the request's context; nil
// means 204.
func receive(t testing.TB, answer func(r *http.Request, a arrival) int) *receiver {
	t.Helper()
	rc := &receiver{seen: map[string]int{}}
	rc.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := arrival{id: r.Header.Get("webhook-id"), header: r.Header.Clone()}
		a.body = make([]byte, r.ContentLength)
		// an error: the sender died in the middle of it
		if _, err := io.ReadFull(r.Body, a.body); err == nil && r.Header.Get(foreignHeader) == "" {
			wiretest.Valid(t, a.body)
		}
		rc.mu.Lock()
		rc.seen[a.id]++
		a.nth = rc.seen[a.id]
		rc.all = append(rc.all, a)
		rc.mu.Unlock()
		status := http.StatusNoContent
		if answer != nil {
			status = answer(r, a)
		}
		if status >= 300 && status < 400 {
			w.Header().Set("Location", "/elsewhere")
		}
		w.WriteHeader(status)
	}))
	t.Cleanup(rc.Close)
	return rc
}

func (rc *receiver) arrivals() []arrival {
	rc.mu.Lock()
	defer rc.mu.Unlock()
	return slices.Clone(rc.all)
}

// firsts returns the ids in the order of their first arrival.
func (rc *receiver) firsts() []string {
	var ids []string
	for _, a := range rc.arrivals() {
		if a.nth == 1 {
			ids = append(ids, a.id)
		}
	}
	return ids
}

// inOrder fails the test unless all events arrived, and each series' in order.
func (rc *receiver) inOrder(t testing.TB, events []*eventlog.Event) {
	t.Helper()
	byID := map[string]*eventlog.Event{}
	for _, ev := range events {
		byID[ev.ID] = ev
	}
	last := map[string]int64{}
	firsts := rc.firsts()
	for _, id := range firsts {
		ev := byID[id]
		if ev == nil {
			t.Fatalf("an unknown event %q arrived", id)
		}
		if ev.Number < last[ev.SeriesID] {
			t.Errorf("event %d of series %s arrived behind %d", ev.Number, ev.SeriesID, last[ev.SeriesID])
		}
		last[ev.SeriesID] = ev.Number
	}
	if len(firsts) != len(events) {
		t.Errorf("%d of %d events arrived", len(firsts), len(events))
	}
}

// once fails the test if a message came more than once.
func (rc *receiver) once(t testing.TB) {
	t.Helper()
	for _, a := range rc.arrivals() {
		if a.nth > 1 {
			t.Errorf("%s came %d times", a.id, a.nth)
		}
	}
}
