package apptest

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"slotcast/internal/wire/wiretest"
)

// Request is a webhook request as it arrived.
type Request struct {
	Header http.Header
	Body   []byte
}

// ID returns its webhook-id.
func (r Request) ID() string { return r.Header.Get("webhook-id") }

// Receiver is a server that webhooks are sent to. It keeps what arrived whole,
// in order, before it answers. A body that is not valid against the schema of
// its event type fails the test.
type Receiver struct {
	t      testing.TB
	server *httptest.Server

	mu       sync.Mutex
	requests []Request
	answer   func(Request) int
}

// NewReceiver starts a receiver that answers 204. The test's end stops it.
func NewReceiver(t testing.TB) *Receiver {
	t.Helper()
	r := &Receiver{t: t, answer: func(Request) int { return http.StatusNoContent }}
	r.server = httptest.NewServer(r)
	t.Cleanup(func() {
		r.server.CloseClientConnections() // a killed sender may have left some half open
		r.server.Close()
	})
	return r
}

// URL returns what to subscribe.
func (r *Receiver) URL() string { return r.server.URL + "/hook" }

// Answer sets what decides on the status from now on. It may block, and is
// called side by side.
func (r *Receiver) Answer(status func(Request) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = status
}

// ServeHTTP implements http.Handler.
func (r *Receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return // the sender died in the middle of it
	}
	wiretest.Valid(r.t, body)
	got := Request{Header: request.Header.Clone(), Body: body}
	r.mu.Lock()
	r.requests = append(r.requests, got)
	answer := r.answer
	r.mu.Unlock()
	w.WriteHeader(answer(got))
}

// Requests returns what has arrived.
func (r *Receiver) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}

// Wait returns what has arrived as soon as that is at least n requests.
func (r *Receiver) Wait(t testing.TB, n int) []Request {
	t.Helper()
	var got []Request
	Until(t, func() error {
		if got = r.Requests(); len(got) < n {
			return fmt.Errorf("%d of %d requests have arrived", len(got), n)
		}
		return nil
	})
	return got
}
