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
	unwritten sync.WaitGroup // results and news on their way into the table

	books   *books
	rows    int64         // up to this event there may be rows of the owner before
	handed  atomic.Int64  // the last event that was, or is being, handed to the lanes
	offered atomic.Int64  // the last one that all lanes have been offered
	idling  atomic.Int64  // lanes with nothing to do
	pausing atomic.Bool   // the runner waits for a lane
	stirred chan struct{} // then, a lane has changed

	mu      sync.Mutex
	lanes   map[string]*lane
	written int64         // the watermark in the table
	room    chan struct{} // closed and replaced when the watermark moves
}

func newRunner(w *Worker, l *ent.Lease) *runner {
	r := &runner{
		worker: w, shard: l.ID, epoch: l.Epoch, done: make(chan struct{}), lanes: map[string]*lane{},
		books: newBooks(l.Settled), written: l.Settled, room: make(chan struct{}), stirred: make(chan struct{}, 1),
	}
	r.handed.Store(l.Settled)
	r.offered.Store(l.Settled)
	return r
}

// start reads the shard until stop.
func (r *runner) start(ctx context.Context) {
	r.requests, r.abort = context.WithCancel(ctx)
	r.reading, r.cancel = context.WithCancel(ctx)
	go func() {
		defer close(r.done)
		err := r.recover(r.reading)
		if r.recovered.Store(err == nil); err == nil {
			r.begins()
		}
		for err == nil {
			err = r.next(r.reading)
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
func (r *runner) next(ctx context.Context) error {
	from, err := r.waitForRoom(ctx)
	if err != nil {
		return err
	}
	p := eventlog.Position{Shard: r.shard, Generation: r.worker.cfg.Log.Generation(), Number: from}
	events, err := r.worker.cfg.Tail.Read(ctx, p, 256)
	if apperr.CodeOf(err) == apperr.CursorExpired {
		return errors.Join(errors.New("events that were owed are gone from the log"), err)
	}
	var rows map[message]*known
	if err == nil && events[0].Number <= r.rows {
		err = within(ctx, func(ctx context.Context) (err error) {
			rows, err = r.worker.rows(ctx, r.live(events), from, events[len(events)-1].Number)
			return err
		})
	}
	if err != nil {
		if ctx.Err() == nil {
			r.worker.cfg.Logger.WarnContext(ctx, "shard_unread", "position", p.String(), "error", err)
		}
		return backoff.Wait(ctx, time.Second)
	}
	patience := newPatience()
	for _, e := range events {
		r.hand(ctx, e, rows, patience)
	}
	return ctx.Err()
}

func (r *runner) waitForRoom(ctx context.Context) (from int64, err error) {
	if err := r.worker.outbox.room(ctx); err != nil {
		return 0, err
	}
	for {
		r.mu.Lock()
		room := r.room
		r.mu.Unlock()
		if settled, read := r.books.state(); read-settled < maxOpen {
			return read, ctx.Err()
		}
		select {
		case <-room:
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
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

// closed lists the webhooks whose lanes take nothing that is due.
func (r *runner) closed() []string {
	var ids []string
	for _, l := range r.all() {
		if l.closed() {
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
	if !r.recovered.Load() || !r.begin() {
		return
	}
	defer r.sending.Done()
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, l := range r.lanes {
		if l.tick(now) {
			delete(r.lanes, id)
			r.idling.Add(-1)
		}
	}
}

// close settles a message of an event.
func (r *runner) close(number int64) {
	if !r.books.close(number) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.room)
	r.room = make(chan struct{})
}

func (r *runner) settled() int64 {
	settled, _ := r.books.state()
	return settled
}

// unsettled reports whether the watermark has moved on from the table.
func (r *runner) unsettled() (settled int64, ok bool) {
	settled = r.settled()
	r.mu.Lock()
	defer r.mu.Unlock()
	return settled, settled != r.written
}

func (r *runner) wrote(settled int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.written = max(r.written, settled)
}
