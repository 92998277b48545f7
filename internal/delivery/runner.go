package delivery

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/backoff"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

// maxOpen bounds the events above the watermark, for each shard.
const maxOpen = 1 << 14

// runner delivers one shard under one lease.
type runner struct {
	worker *Worker
	shard  int
	epoch  int64

	fenced    atomic.Bool // it writes nothing any more: the lease or a result is lost
	failed    atomic.Bool // it cannot go on and must be started anew
	recovered atomic.Bool // it knows what the owner before knew
	leaving   atomic.Bool

	reading, requests context.Context // end at the stop; requests some time later
	cancel, abort     context.CancelFunc
	done              chan struct{} // the reader has ended

	gate      sync.Mutex
	stopped   bool           // nothing begins any more
	sending   sync.WaitGroup // what has begun: requests, and work that may report
	unwritten sync.WaitGroup // results on their way into the table

	mu     sync.Mutex
	lanes  map[string]*lane
	books  books
	handed int64         // the last event that was handed to the lanes
	room   chan struct{} // closed and replaced when the watermark moves
}

func newRunner(w *Worker, l *ent.Lease) *runner {
	return &runner{
		worker: w, shard: l.ID, epoch: l.Epoch, done: make(chan struct{}),
		lanes: map[string]*lane{}, books: books{settled: l.Settled, written: l.Settled}, handed: l.Settled, room: make(chan struct{}),
	}
}

// start reads the shard until stop.
func (r *runner) start(ctx context.Context) {
	r.requests, r.abort = context.WithCancel(ctx)
	r.reading, r.cancel = context.WithCancel(ctx)
	go func() {
		defer close(r.done)
		known, err := r.recover(r.reading)
		r.recovered.Store(err == nil)
		for err == nil {
			err = r.next(r.reading, known)
		}
		if r.reading.Err() == nil {
			r.failed.Store(true) // the next lease round starts it anew
			r.worker.cfg.Logger.ErrorContext(ctx, "shard_stopped", "shard", r.shard, "error", err)
		}
	}()
}

// stop starts nothing new, waits a bounded time for what is in flight, and then
// until all results are written or given up.
func (r *runner) stop(ctx context.Context) {
	r.gate.Lock()
	r.stopped = true
	r.gate.Unlock()
	r.cancel()
	<-r.done
	idle := make(chan struct{})
	go func() { r.sending.Wait(); close(idle) }()
	if !r.fenced.Load() {
		timer := time.NewTimer(r.worker.cfg.Drain)
		select {
		case <-idle:
		case <-timer.C:
			r.worker.cfg.Logger.WarnContext(ctx, "drain_timeout", "shard", r.shard)
		}
		timer.Stop()
	}
	r.abort()
	<-idle
	r.unwritten.Wait()
	for _, l := range r.all() {
		l.discard()
	}
}

// begin counts work in, unless the runner stops or has lost its lease; it ends
// with sending.Done.
func (r *runner) begin() bool {
	r.gate.Lock()
	defer r.gate.Unlock()
	if r.stopped || r.fenced.Load() {
		return false
	}
	r.sending.Add(1)
	return true
}

// next reads events and hands them to the lanes.
func (r *runner) next(ctx context.Context, known map[message]time.Time) error {
	from, err := r.waitForRoom(ctx)
	if err != nil {
		return err
	}
	p := eventlog.Position{Shard: r.shard, Generation: r.worker.cfg.Log.Generation(), Number: from}
	events, err := r.worker.cfg.Tail.Read(ctx, p, 256)
	if apperr.CodeOf(err) == apperr.CursorExpired {
		return errors.Join(errors.New("events that were owed are gone from the log"), err)
	}
	if err != nil {
		if ctx.Err() == nil {
			r.worker.cfg.Logger.WarnContext(ctx, "shard_unread", "position", p.String(), "error", err)
		}
		return backoff.Wait(ctx, time.Second)
	}
	for _, e := range events {
		r.hand(e, known)
	}
	return ctx.Err()
}

func (r *runner) waitForRoom(ctx context.Context) (from int64, err error) {
	if err := r.worker.outbox.room(ctx); err != nil {
		return 0, err
	}
	for {
		r.mu.Lock()
		from, open, room := r.books.read(), len(r.books.open), r.room
		r.mu.Unlock()
		if open < maxOpen {
			return from, ctx.Err()
		}
		select {
		case <-room:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

// hand opens an event's account and offers its messages to the lanes, but for
// those with a row.
func (r *runner) hand(e *eventlog.Event, known map[message]time.Time) {
	var owed []*task
	shared := &bodies{event: e}
	for _, owing := range e.Owed {
		webhookID, part := eventlog.OwedTo(owing)
		if _, ok := known[message{e.ID, webhookID, part}]; ok {
			continue
		}
		t := newTask(r, shared, webhookID, part)
		t.firstAt = known[message{e.ID, webhookID, wire.Before(part)}]
		owed = append(owed, t)
	}
	for _, owing := range e.Owed {
		webhookID, part := eventlog.OwedTo(owing)
		delete(known, message{e.ID, webhookID, part})
	}
	r.mu.Lock()
	r.books.enter(len(owed))
	r.mu.Unlock()
	for _, t := range owed {
		r.lane(t.webhookID).offer(t)
	}
	r.mu.Lock()
	r.handed = e.Number
	r.mu.Unlock()
}

func (r *runner) lane(webhookID string) *lane {
	r.mu.Lock()
	defer r.mu.Unlock()
	l := r.lanes[webhookID]
	if l == nil {
		l = newLane(r, webhookID)
		r.lanes[webhookID] = l
	}
	l.used = time.Now()
	return l
}

// full lists the webhooks whose lanes take nothing more.
func (r *runner) full() []string {
	var ids []string
	for _, l := range r.all() {
		if l.full() {
			ids = append(ids, l.target.id)
		}
	}
	return ids
}

func (r *runner) all() []*lane {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := make([]*lane, 0, len(r.lanes))
	for _, l := range r.lanes {
		all = append(all, l)
	}
	return all
}

// tick looks after the lanes, and forgets those that have nothing to do.
func (r *runner) tick(now time.Time) {
	if !r.begin() {
		return
	}
	defer r.sending.Done()
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, l := range r.lanes {
		if l.tick(now) {
			delete(r.lanes, id)
		}
	}
}

// close settles a message of an event.
func (r *runner) close(number int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.books.close(number) {
		close(r.room)
		r.room = make(chan struct{})
	}
}

func (r *runner) settled() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.books.settled
}

func (r *runner) written() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.books.written
}

func (r *runner) wrote(settled int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.books.written = max(r.books.written, settled)
}
