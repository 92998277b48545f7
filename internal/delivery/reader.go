package delivery

import (
	"context"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/internal/backoff"
)

const (
	readers = 4   // that read for lanes at once
	nearby  = 512 // events behind its runner, within which a lane always shares pages
)

// queue holds what waits for a reader: lanes that are behind, each once.
type queue struct {
	mu    sync.Mutex
	lanes []*lane
	some  chan struct{} // holds a token while there may be some
}

func newQueue() *queue { return &queue{some: make(chan struct{}, 1)} }

func (q *queue) add(l *lane) {
	q.mu.Lock()
	q.lanes = append(q.lanes, l)
	q.mu.Unlock()
	q.wake()
}

func (q *queue) wake() {
	select {
	case q.some <- struct{}{}:
	default:
	}
}

// next waits for a lane, nil when ctx ends.
func (q *queue) next(ctx context.Context) *lane {
	for {
		select {
		case <-q.some:
		case <-ctx.Done():
			return nil
		}
		q.mu.Lock()
		if len(q.lanes) == 0 {
			q.mu.Unlock()
			continue
		}
		l := q.lanes[0]
		q.lanes[0] = nil
		if q.lanes = q.lanes[1:]; len(q.lanes) > 0 {
			q.wake()
		}
		q.mu.Unlock()
		return l
	}
}

// readLoop reads for the lanes that are behind, a page for each in turn, until ctx
// ends.
func (w *Worker) readLoop(ctx context.Context) {
	for w.outbox.room(ctx) == nil {
		l := w.readers.next(ctx)
		if l == nil {
			return
		}
		if !l.runner.begin() {
			continue
		}
		err := l.read(ctx)
		if err != nil && ctx.Err() == nil {
			w.cfg.Logger.WarnContext(ctx, "lane_unread", "webhook_id", l.target.id, "error", err)
			_ = backoff.Wait(ctx, w.cfg.Poll)
		}
		l.mu.Lock()
		l.listed = false
		l.want()
		l.release()
		l.runner.sending.Done()
	}
}

// read brings the lane on by a page, or finds the one message to try a parked
// webhook out with.
func (l *lane) read(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	h, err := l.target.get(ctx)
	if err != nil {
		return err
	}
	l.looked(h)
	if h == nil {
		return nil
	}
	l.mu.Lock()
	from, sparse, parked := l.position, l.sparse, l.gate.parked()
	ready := l.on && !l.settling && (!parked || l.gate.probe(time.Now(), l.inFlight))
	l.mu.Unlock()
	if !ready {
		return nil
	}
	if parked {
		if found, err := l.tryDue(ctx); found || err != nil {
			return err
		}
	}
	s, sparse, err := l.stretch(ctx, h.Webhook, from, sparse)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.release()
	l.sparse = sparse
	l.take(s)
	l.bare = l.gate.parked() && l.inFlight+len(l.ready) == 0 && (l.caughtUp() || l.room() == 0)
	if l.bare {
		l.pump()
	}
	return nil
}

// stretch reads what is behind a place: a page that lanes share or, far behind
// where little is its own, just that.
func (l *lane) stretch(ctx context.Context, w *ent.Webhook, from place, sparse bool) (s stretch, nowSparse bool, err error) {
	r, whole := l.runner, from.whole()
	handed := r.handed.Load()
	s = stretch{from: from, upTo: handed}
	if whole >= handed {
		return s, sparse, nil
	}
	var read int
	if sparse && handed-whole > nearby {
		s.events, s.upTo, err = r.worker.pages.only(ctx, r.shard, whole, handed, w)
		read = int(s.upTo - whole)
	} else {
		s.events, s.upTo, err = r.worker.pages.behind(ctx, r.shard, whole, handed)
		read = len(s.events)
	}
	if err != nil {
		return s, sparse, err
	}
	s.events = ownedBy(s.events, l.target.id)
	l.mu.Lock()
	known := l.known
	l.mu.Unlock()
	if whole < known && len(s.events) > 0 {
		s.known, err = r.worker.rows(ctx, []string{l.target.id}, whole, s.upTo)
	}
	return s, 16*len(s.events) < read, err
}

func ownedBy(events []*bodies, webhookID string) []*bodies {
	var own []*bodies
	for _, b := range events {
		if len(b.owed(webhookID, place{})) > 0 {
			own = append(own, b)
		}
	}
	return own
}
