package gqlhttp

import (
	"context"
	"sync/atomic"

	"slotcast/internal/fanout"
)

// Stream is what a subscription's resolver offers in place of a channel that it
// fills itself.
type Stream struct {
	Feed  fanout.Feed
	Place int64 // behind which the subscriber begins
	// Share is equal for those who see the same of the feed and of everything that
	// can be asked for below it: whoever has also the same operation and variables
	// shares an execution. Empty: nobody does.
	Share string
	// Resume names the argument that says where to begin, if there is one. It may
	// differ between those who share.
	Resume string
}

// Offer hands a stream to the transport, which then reads the feed, and returns
// the channel for a resolver to return. T is the type of the feed's values. Only
// these transports serve it: under any other the channel stays empty.
func Offer[T any](ctx context.Context, s Stream) <-chan T {
	values := make(chan T, 1) // the transport waits for the response to each
	if o, ok := ctx.Value(offerKey{}).(*offer); ok {
		o.stream = &s
		o.put = func(v any) {
			select {
			case values <- v.(T): //nolint:forcetypeassert // a feed of another type is a fault of the program
			case <-ctx.Done():
			}
		}
		o.close = func() { close(values) }
		o.again = func(ctx context.Context) any { return Offer[T](ctx, s) }
	}
	return values
}

// Ended returns why a subscription that was offered ends, so that a middleware
// can answer with it; nil where it is complete.
func Ended(ctx context.Context) error {
	if o, ok := ctx.Value(offerKey{}).(*offer); ok {
		if err := o.ended.Swap(nil); err != nil {
			return *err
		}
	}
	return nil
}

// LastEventID returns the cursor of the last event that a client got before it
// connected again, which an event stream's client sends by itself.
func LastEventID(ctx context.Context) string {
	id, _ := ctx.Value(lastEventKey{}).(string)
	return id
}

type (
	offerKey     struct{}
	lastEventKey struct{}
)

// offer is the way from a resolver to the transport that has called it.
type offer struct {
	stream *Stream // nil: the resolver fills its channel itself, or has failed
	put    func(value any)
	close  func()
	again  func(ctx context.Context) any // what the resolver has returned, for another execution
	ended  atomic.Pointer[error]
}
