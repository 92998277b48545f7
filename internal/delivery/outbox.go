package delivery

import (
	"context"
	"sync"

	"slotcast/internal/domain"
)

// outbox keeps results until they are written, in the order in which they came,
// and marks. Adding never blocks, so that it may happen under a lock; it is those
// who take in new work that wait for room. So it holds no more than they had in
// hand.
type outbox struct {
	mu    sync.Mutex
	list  []result
	marks []mark
	some  chan struct{} // holds a token while there may be something
	drawn chan struct{} // closed and replaced when results are taken
}

// mark asks for what is known of a lane to be written: how far it is, or that it
// is not behind any more. With that the messages of the given events that the
// lane took back are settled in its runner's books: from now on its own cursor
// knows of them.
type mark struct {
	lane   *lane
	closes []int64
	replay *replayFeed         // asks for its progress to be written instead,
	ends   domain.ReplayStatus // or its end
}

func newOutbox() *outbox {
	return &outbox{some: make(chan struct{}, 1), drawn: make(chan struct{})}
}

func (o *outbox) add(r result) {
	r.lane.runner.unwritten.Add(1)
	o.mu.Lock()
	o.list = append(o.list, r)
	o.mu.Unlock()
	o.wake()
}

func (o *outbox) mark(m mark) {
	m.lane.runner.unwritten.Add(1)
	o.mu.Lock()
	o.marks = append(o.marks, m)
	o.mu.Unlock()
	o.wake()
}

func (o *outbox) wake() {
	select {
	case o.some <- struct{}{}:
	default:
	}
}

func (o *outbox) len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.list) + len(o.marks)
}

// take removes up to a batch of each from the front.
func (o *outbox) take() ([]result, []mark) {
	o.mu.Lock()
	defer o.mu.Unlock()
	batch, list := front(o.list)
	marks, rest := front(o.marks)
	if o.list, o.marks = list, rest; len(list)+len(rest) > 0 {
		o.wake()
	}
	close(o.drawn)
	o.drawn = make(chan struct{})
	return batch, marks
}

// front takes a batch off a list, and lets go of the memory.
func front[T any](list []T) (batch, rest []T) {
	n := min(len(list), maxBatch)
	batch = append([]T(nil), list[:n]...)
	clear(list[:n])
	if rest = list[n:]; len(rest) == 0 {
		rest = nil
	}
	return batch, rest
}

// room waits until results do not back up.
func (o *outbox) room(ctx context.Context) error {
	for {
		o.mu.Lock()
		n, drawn := len(o.list)+len(o.marks), o.drawn
		o.mu.Unlock()
		if n < 4*maxBatch {
			return ctx.Err()
		}
		select {
		case <-drawn:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
