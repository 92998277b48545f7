package delivery

import (
	"context"
	"time"

	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

const (
	maxPatience = 100 * time.Millisecond // for lanes without room, with each page of events
	moving      = 200 * time.Millisecond // since it was done with a message a lane counts as moving
	glimpse     = 20 * time.Millisecond
)

// hand opens an event's account and offers its messages to the lanes, but for
// those with a row, and those that lanes read by themselves.
func (r *runner) hand(ctx context.Context, e *eventlog.Event, rows map[message]*known, p *patience) {
	r.handed.Store(e.Number)
	var owed []*task
	var away []*lane
	shared := &bodies{event: e}
	for _, owing := range e.Owed {
		webhookID, part := eventlog.OwedTo(owing)
		l := r.lane(webhookID)
		if o, skips := l.skips(e.Number); skips {
			if o == owned {
				away = append(away, l)
			}
			continue
		}
		if _, ok := rows[message{e.ID, webhookID, part}]; ok {
			continue
		}
		t := newTask(r.books, shared, webhookID, part)
		if k := rows[message{e.ID, webhookID, wire.Before(part)}]; k != nil && k.failing {
			t.firstAt = k.next
		}
		owed = append(owed, t)
	}
	r.books.enter(e.Number, len(owed)+len(away))
	for _, l := range away {
		r.worker.outbox.mark(mark{lane: l, closes: []int64{e.Number}})
	}
	for _, t := range owed {
		l := r.lane(t.webhookID)
		switch r.offer(ctx, l, t, p) {
		case passed:
			r.close(e.Number)
		case owned:
			r.worker.outbox.mark(mark{lane: l, closes: []int64{e.Number}})
		case taken, full:
		}
	}
	r.offered.Store(e.Number)
}

// offer offers a message to its lane. A lane without room falls behind, unless it
// moves and nobody suffers from waiting for it: then what comes in a burst is read
// once, as fast as its receiver takes it.
func (r *runner) offer(ctx context.Context, l *lane, t *task, p *patience) offering {
	o := l.offer(t)
	for o == full && p.left() && r.idling.Load() == 0 && l.moves() {
		r.pausing.Store(true)
		p.wait(ctx, r.stirred)
		r.pausing.Store(false)
		o = l.offer(t)
	}
	if o == full {
		o = l.refuse(t)
	}
	return o
}

func (l *lane) moves() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.gate.parked() && time.Since(l.moved) < moving
}

// stir tells a runner that waits for a lane that one has changed.
func (r *runner) stir() {
	if !r.pausing.Load() {
		return
	}
	select {
	case r.stirred <- struct{}{}:
	default:
	}
}

// idles counts a lane among those with nothing to do, or takes it out.
func (r *runner) idles(idle bool) {
	if !idle {
		r.idling.Add(-1)
		return
	}
	r.idling.Add(1)
	r.stir()
}

// live names the webhooks that events are owed to and whose lanes do not read by
// themselves.
func (r *runner) live(events []*eventlog.Event) []string {
	var ids []string
	for _, e := range events {
		for _, owing := range e.Owed {
			id, _ := eventlog.OwedTo(owing)
			ids = append(ids, id)
		}
	}
	return distinct(ids)
}

// patience is what is left of the time to wait for lanes.
type patience struct{ rest time.Duration }

func newPatience() *patience { return &patience{maxPatience} }

func (p *patience) left() bool { return p.rest > 0 }

func (p *patience) wait(ctx context.Context, change <-chan struct{}) {
	began := time.Now()
	timer := time.NewTimer(min(glimpse, p.rest))
	defer timer.Stop()
	select {
	case <-change:
	case <-timer.C:
	case <-ctx.Done():
		p.rest = 0
	}
	p.rest -= time.Since(began)
}
