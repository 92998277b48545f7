package delivery

import (
	"context"
	"sync"
)

// outbox keeps results until they are written, in the order in which they came.
// Adding never blocks, so that it may happen under a lock; it is those who take
// in new work that wait for room. So it holds no more than they had in hand.
type outbox struct {
	mu    sync.Mutex
	list  []result
	some  chan struct{} // holds a token while the list may have something
	drawn chan struct{} // closed and replaced when results are taken
}

func newOutbox() *outbox {
	return &outbox{some: make(chan struct{}, 1), drawn: make(chan struct{})}
}

func (o *outbox) add(r result) {
	r.runner.unwritten.Add(1)
	o.mu.Lock()
	o.list = append(o.list, r)
	o.mu.Unlock()
	select {
	case o.some <- struct{}{}:
	default:
	}
}

func (o *outbox) len() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.list)
}

// take removes up to a batch from the front.
func (o *outbox) take() []result {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := min(len(o.list), maxBatch)
	batch := append([]result(nil), o.list[:n]...)
	clear(o.list[:n])
	if o.list = o.list[n:]; len(o.list) == 0 {
		o.list = nil
	} else {
		select {
		case o.some <- struct{}{}:
		default:
		}
	}
	close(o.drawn)
	o.drawn = make(chan struct{})
	return batch
}

// room waits until results do not back up.
func (o *outbox) room(ctx context.Context) error {
	for {
		o.mu.Lock()
		n, drawn := len(o.list), o.drawn
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
