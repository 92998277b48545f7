// Package memtail announces events inside one process. It serves a server that
// is alone on its database; others' events are then found by the Tail's poll.
package memtail

import (
	"context"

	"slotcast/internal/eventlog"
)

// capacity is how many events may wait to be announced; more are dropped, and
// read from the table instead.
const capacity = 4096

// Source is an eventlog.Source without a network. It is safe for concurrent use.
type Source struct {
	queue chan *eventlog.Event
	alone bool
}

// New returns a Source. alone says that no other process writes to the database.
func New(alone bool) *Source {
	return &Source{queue: make(chan *eventlog.Event, capacity), alone: alone}
}

// Publish announces committed events, or drops them when the queue is full.
func (s *Source) Publish(events ...*eventlog.Event) {
	for _, e := range events {
		select {
		case s.queue <- e:
		default:
		}
	}
}

// Run hands over what is published until ctx ends.
func (s *Source) Run(ctx context.Context, _ []int64, emit func(context.Context, []*eventlog.Event)) error {
	for {
		select {
		case e := <-s.queue:
			emit(ctx, []*eventlog.Event{e})
		case <-ctx.Done():
			return nil
		}
	}
}

// Healthy reports whether no other process writes to the database.
func (s *Source) Healthy() bool { return s.alone }
