package e2e_test

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/coder/websocket"

	"slotcast/internal/app/apptest"
)

// TestCleanStop stops a server while a request to a receiver is in flight and
// subscribers listen. Another one goes on at once.
func TestCleanStop(t *testing.T) {
	t.Parallel()
	s, _ := production(t)
	first := apptest.Start(t, s)
	me := newOwner(t, first, s)
	now := me.present(t)
	streams := map[string]*apptest.Stream{}
	for name, open := range openers(me.Client) {
		streams[name] = follow(t, open, now.Cursor)
	}
	receiver, release := blocked(t)
	hook, _ := me.subscribe(t, receiver)
	me.book(t, 1)
	last := map[string]happening{}
	for name, stream := range streams {
		last[name] = receive(t, stream)
	}
	receiver.Wait(t, 1)

	began := time.Now()
	first.Terminate()
	if err := streams["WebSocket"].End(t); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("the WebSocket ended with %v, want close code 1001", err)
	}
	if err := streams["SSE"].End(t); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("the event stream ended with %v, want no complete", err)
	}
	release()
	if code := first.Wait(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, first.Output())
	}
	if took := time.Since(began); took > 8*time.Second {
		t.Errorf("stopping took %v", took)
	}

	second := apptest.Start(t, s)
	me.Client = second.Client(me.Token)
	me.settled(t, hook, 1) // by the first server: its request was answered
	began = time.Now()
	booked := me.book(t, 2)
	receiver.Wait(t, 2)
	if took := time.Since(began); took > 8*time.Second { // a lease lasts 10
		t.Errorf("after a clean stop the next server delivered after %v", took)
	}
	for name, open := range openers(me.Client) {
		if e := receive(t, follow(t, open, last[name].Cursor)); e.Meeting.ID != booked.ID {
			t.Errorf("%s goes on with %+v, want the booking of %s", name, e, booked.ID)
		}
	}
}

// TestCrashInFlight kills the server while a request is in flight: the same
// message comes again when it is back.
func TestCrashInFlight(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	p := apptest.Start(t, s)
	me := newOwner(t, p, s)
	receiver, release := blocked(t)
	hook, secret := me.subscribe(t, receiver)
	me.book(t, 1)
	receiver.Wait(t, 1)
	p.Kill()
	release()
	began := time.Now()
	p.Restart()
	requests := receiver.Wait(t, 2)
	if took := time.Since(began); took > 8*time.Second { // nobody else can hold the lease, which lasts 10
		t.Errorf("it came after %v", took)
	}
	if requests[0].ID() != requests[1].ID() || string(requests[0].Body) != string(requests[1].Body) {
		t.Errorf("first %s %s\nthen  %s %s", requests[0].ID(), requests[0].Body, requests[1].ID(), requests[1].Body)
	}
	verify(t, secret, requests[1])
	me.Client = p.Client(me.Token)
	me.settled(t, hook, 1)
}

// blocked returns a receiver that answers only when it is released.
func blocked(t *testing.T) (r *apptest.Receiver, release func()) {
	t.Helper()
	gate := make(chan struct{})
	r = apptest.NewReceiver(t)
	r.Answer(func(apptest.Request) int {
		select {
		case <-gate:
		case <-t.Context().Done():
		}
		return 200
	})
	return r, func() { close(gate) }
}
