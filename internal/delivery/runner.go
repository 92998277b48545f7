package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

const (
	maxOpen   = 4096             // events above the watermark, for each shard
	maxBehind = 60 * time.Second // how long an event waits behind a failing one of its series
)

// runner delivers one shard under one lease.
type runner struct {
	worker *Worker
	shard  int
	epoch  int64
	fenced atomic.Bool // a write found the lease gone
	cancel context.CancelFunc
	done   chan struct{}

	sendCtx context.Context // of the requests: outlives a clean stop for a while
	abort   context.CancelFunc

	gate    sync.Mutex
	stopped bool           // no request begins any more
	sending sync.WaitGroup // requests in flight

	mu    sync.Mutex
	lanes map[string]*lane
	books books
	room  chan struct{} // closed and replaced when the watermark moves
}

func newRunner(w *Worker, l *ent.Lease) *runner {
	return &runner{
		worker: w, shard: l.ID, epoch: l.Epoch, done: make(chan struct{}),
		lanes: map[string]*lane{}, books: books{settled: l.Settled, written: l.Settled}, room: make(chan struct{}),
	}
}

// start reads the shard until stop.
func (r *runner) start(ctx context.Context) {
	r.sendCtx, r.abort = context.WithCancel(ctx)
	ctx, r.cancel = context.WithCancel(ctx)
	go func() {
		defer close(r.done)
		known, err := r.recover(ctx)
		for err == nil {
			err = r.next(ctx, known)
		}
		if ctx.Err() == nil {
			r.fenced.Store(true) // the next lease round starts it anew
			r.worker.cfg.Logger.ErrorContext(ctx, "shard_stopped", "shard", r.shard, "error", err)
		}
	}()
}

// stop starts nothing new and waits a bounded time for what is in flight; its
// results are flushed.
func (r *runner) stop(ctx context.Context) {
	r.gate.Lock()
	r.stopped = true
	r.gate.Unlock()
	r.cancel()
	<-r.done
	idle := make(chan struct{})
	go func() { r.sending.Wait(); close(idle) }()
	select {
	case <-idle:
	case <-time.After(r.worker.cfg.Drain):
		r.worker.cfg.Logger.WarnContext(ctx, "drain_timeout", "shard", r.shard)
	}
	r.abort()
	<-idle
	r.worker.settle(ctx, r)
}

// recover learns what the owner before knew: which messages above the watermark
// have a row already, and which series wait for a parked one.
func (r *runner) recover(ctx context.Context) (map[string]bool, error) {
	client := r.worker.cfg.Client
	rows, err := client.Delivery.Query().
		Where(delivery.Shard(r.shard), delivery.NumberGT(r.books.settled)).
		Select(delivery.FieldEventID, delivery.FieldWebhookID, delivery.FieldPart).
		All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the rows above the watermark: %w", err)
	}
	known := make(map[string]bool, len(rows))
	for _, d := range rows {
		known[d.EventID+d.WebhookID+d.Part] = true
	}
	parked, err := client.Delivery.Query().
		Where(delivery.Shard(r.shard), delivery.StatusEQ(domain.DeliveryPending), delivery.CreatedAtGT(time.Now().UTC().Add(-maxBehind))).
		Select(delivery.FieldID, delivery.FieldWebhookID, delivery.FieldSeriesID, delivery.FieldNumber, delivery.FieldCreatedAt).
		All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the parked deliveries: %w", err)
	}
	for _, d := range parked {
		r.lane(d.WebhookID).remember(d.SeriesID, d.ID, d.Number, d.CreatedAt.Add(maxBehind))
	}
	return known, nil
}

// next reads events and hands them to the lanes.
func (r *runner) next(ctx context.Context, known map[string]bool) error {
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
		select {
		case <-time.After(time.Second):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	for _, e := range events {
		r.hand(ctx, e, known)
	}
	return ctx.Err()
}

func (r *runner) waitForRoom(ctx context.Context) (from int64, err error) {
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

// hand opens an event's account and offers its messages to the lanes.
func (r *runner) hand(ctx context.Context, e *eventlog.Event, known map[string]bool) {
	var owed []*task
	for _, webhookID := range e.Owed {
		if !known[e.ID+webhookID] {
			owed = append(owed, newTask(r, e, webhookID))
		}
	}
	r.mu.Lock()
	r.books.enter(len(owed))
	r.mu.Unlock()
	for _, t := range owed {
		r.lane(t.webhookID).offer(ctx, t)
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

// begin counts a request in, unless the runner has stopped.
func (r *runner) begin() bool {
	r.gate.Lock()
	defer r.gate.Unlock()
	if r.stopped {
		return false
	}
	r.sending.Add(1)
	return true
}

// sweep forgets lanes that have nothing to do.
func (r *runner) sweep(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, l := range r.lanes {
		if l.idle(now) {
			delete(r.lanes, id)
		}
	}
}

// full lists the webhooks whose lanes take nothing more.
func (r *runner) full() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var ids []string
	for id, l := range r.lanes {
		if l.isFull() {
			ids = append(ids, id)
		}
	}
	return ids
}

// close settles n messages of an event and returns the watermark.
func (r *runner) close(number int64, n int) int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.books.close(number, n) {
		close(r.room)
		r.room = make(chan struct{})
	}
	return r.books.settled
}

// books counts, for each event above the watermark, the messages without a row.
type books struct {
	settled int64 // every event up to here has its rows
	written int64 // the watermark in the table
	open    []int // open[i]: messages of event settled+1+i that have no row yet
}

// read returns the number of the last event entered.
func (b *books) read() int64 { return b.settled + int64(len(b.open)) }

func (b *books) enter(messages int) {
	b.open = append(b.open, messages)
	b.advance()
}

func (b *books) close(number int64, n int) (moved bool) {
	if i := number - b.settled - 1; i >= 0 && i < int64(len(b.open)) {
		b.open[i] -= n
	}
	return b.advance()
}

func (b *books) advance() (moved bool) {
	for len(b.open) > 0 && b.open[0] <= 0 {
		b.open = b.open[1:]
		b.settled++
		moved = true
	}
	return moved
}
