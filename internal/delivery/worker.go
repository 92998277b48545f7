package delivery

import (
	"cmp"
	"context"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"slotcast/ent"
	"slotcast/internal/backoff"
	"slotcast/internal/eventlog"
	"slotcast/internal/metrics"
	"slotcast/internal/safehttp"
	"slotcast/internal/sealing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// Tail is where a runner reads its shard from; see eventlog.Tail.
type Tail interface {
	Read(ctx context.Context, p eventlog.Position, limit int) ([]*eventlog.Event, error)
}

// Config is what a Worker is made of. Zero values mean the defaults named.
type Config struct {
	Client *ent.Client
	Log    *eventlog.Log
	Tail   Tail
	HTTP   *safehttp.Client
	Keys   *sealing.Ring // of the webhooks' secrets
	Links  wire.Links    // in the bodies
	// Clock is the database's, for leases.
	Clock func(ctx context.Context) (time.Time, error)
	// Alone says that no other process uses the database: leases left behind by
	// a crash are taken over at once.
	Alone    bool
	Schedule backoff.Schedule // nil means backoff.Default
	Lease    time.Duration    // how long a lease lasts; 10 s. Looked after ten times as often
	Flush    time.Duration    // how long results may wait for others; 25 ms
	Poll     time.Duration    // between looks for what is due; 500 ms
	Grace    time.Duration    // how long a series waits behind a failing message; a minute
	Drain    time.Duration    // how long a clean stop waits for requests; 10 s
	InFlight int              // requests at once for each webhook; 16
	Probe    time.Duration    // until a webhook whose breaker opened is tried out; 30 s, then twice as long each time
	GiveUp   time.Duration    // after which a failing webhook is paused; five days
	Changed  func()           // called when states of webhooks have changed; nil: nobody asks. It must not block
	Changes  Changes          // told which deliveries have changed; nil: nobody asks
	Logger   *slog.Logger
	Metrics  *metrics.Delivery // nil: nothing is measured
}

const (
	maxRequests = 2048    // of the process at once
	maxHeld     = 1 << 16 // messages in the lanes of the process
	maxQueued   = 256     // messages in one lane
)

// Worker delivers the shards that this process owns.
type Worker struct {
	cfg     Config
	process string
	outbox  *outbox
	ward    *ward
	slots   chan struct{} // one for each request under way
	running atomic.Int64  // messages that have a slot, or are about to
	held    atomic.Int64  // messages in all lanes
	readers *queue        // lanes that are behind
	pages   *pages        // that they read
	resumed chan struct{} // a replay may go on

	templates templates // of the webhooks
	egress    egress

	validUntil atomic.Pointer[time.Time] // by this process's clock: behind it nothing is sent

	postgres atomic.Bool // the database is that, else SQLite

	leaving sync.WaitGroup // runners on their way out
	mu      sync.Mutex
	runners map[int]*runner
}

// New returns a Worker that does nothing before Run.
func New(c Config) *Worker {
	c.Lease = cmp.Or(c.Lease, 10*time.Second)
	c.Flush = cmp.Or(c.Flush, 25*time.Millisecond)
	c.Poll = cmp.Or(c.Poll, 500*time.Millisecond)
	c.Grace = cmp.Or(c.Grace, time.Minute)
	c.Drain = cmp.Or(c.Drain, 10*time.Second)
	c.InFlight = cmp.Or(c.InFlight, 16)
	c.GiveUp = cmp.Or(c.GiveUp, 5*24*time.Hour)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Changed == nil {
		c.Changed = func() {}
	}
	if c.Changes == nil {
		c.Changes = nobody{}
	}
	if c.Schedule == nil {
		c.Schedule = backoff.Default()
	}
	return &Worker{
		cfg: c, process: typeid.New(typeid.Process), outbox: newOutbox(), ward: newWard(),
		slots: make(chan struct{}, maxRequests), readers: newQueue(), pages: newPages(c.Log), resumed: make(chan struct{}, 1), runners: map[int]*runner{},
	}
}

// Run delivers until ctx ends, and returns nil when it has stopped. It is called
// once.
func (w *Worker) Run(ctx context.Context) error {
	// What must still happen after ctx has ended runs in work.
	work, stop := context.WithCancel(viewer.System(context.WithoutCancel(ctx)))
	defer stop()
	// A stop takes no longer than Drain and the time in which the database should answer.
	defer context.AfterFunc(ctx, func() { time.AfterFunc(w.cfg.Drain+maxWaiting, stop) })()

	var background sync.WaitGroup
	settled := make(chan struct{})
	background.Go(func() { w.flushLoop(work, settled) })
	background.Go(func() { w.healthLoop(work, settled) })
	background.Go(func() { w.retryLoop(viewer.System(ctx)) })
	background.Go(func() { w.watchLoop(viewer.System(ctx)) })
	background.Go(func() { w.replayLoop(viewer.System(ctx)) })
	for range readers {
		background.Go(func() { w.readLoop(viewer.System(ctx)) })
	}
	w.leaseLoop(ctx, work) // all runners have left when it returns
	close(settled)
	background.Wait()
	w.giveBack(work)
	return nil
}

// owned returns the runners, those that are leaving included.
func (w *Worker) owned() []*runner {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]*runner, 0, len(w.runners))
	for _, r := range w.runners {
		out = append(out, r)
	}
	return out
}

// valid reports whether the leases still hold by this process's clock.
func (w *Worker) valid() bool {
	until := w.validUntil.Load()
	return until != nil && time.Now().Before(*until)
}

// laneLimit is how many messages a lane may hold. It shrinks as the memory of
// the process fills, so that slow lanes leave room for others (the dynamic
// threshold of Choudhury and Hahne, 1998).
func (w *Worker) laneLimit() int {
	return max(1, min(maxQueued, (maxHeld-int(w.held.Load()))/8))
}

// requestLimit is how many requests a lane may have in flight. It shrinks in the
// same way as the slots of the process are taken, so that receivers that hang,
// however many, leave some to all others.
func (w *Worker) requestLimit() int {
	return max(1, (maxRequests-int(w.running.Load()))/8)
}

func (w *Worker) random() float64 { return rand.Float64() } //nolint:gosec // jitter, not a secret
