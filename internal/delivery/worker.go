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
	"slotcast/internal/safehttp"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
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
	// Clock is the database's, for leases.
	Clock func(ctx context.Context) (time.Time, error)
	// Alone says that no other process uses the database: leases left behind by
	// a crash are taken over at once.
	Alone    bool
	Schedule backoff.Schedule // nil means backoff.Default
	Lease    time.Duration    // how long a lease lasts; 10 s. Renewed three times as often
	Flush    time.Duration    // how long results may wait for others; 25 ms
	Poll     time.Duration    // between looks for what is due; 500 ms
	Drain    time.Duration    // how long a clean stop waits for requests; 10 s
	InFlight int              // requests at once for each webhook; 16
	Logger   *slog.Logger
}

// Worker delivers the shards that this process owns.
type Worker struct {
	cfg     Config
	process string
	results chan result
	slots   chan struct{} // bounds the requests of the process

	validUntil atomic.Int64 // own clock, Unix ns: behind it nothing is sent

	mu      sync.Mutex
	runners map[int]*runner
}

// maxRequests bounds the requests of the whole process at once.
const maxRequests = 2048

// New returns a Worker that does nothing before Run.
func New(c Config) *Worker {
	c.Lease = cmp.Or(c.Lease, 10*time.Second)
	c.Flush = cmp.Or(c.Flush, 25*time.Millisecond)
	c.Poll = cmp.Or(c.Poll, 500*time.Millisecond)
	c.Drain = cmp.Or(c.Drain, 10*time.Second)
	c.InFlight = cmp.Or(c.InFlight, 16)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Schedule == nil {
		c.Schedule = backoff.Default()
	}
	return &Worker{
		cfg: c, process: typeid.New(typeid.Process),
		results: make(chan result, 2*maxBatch), slots: make(chan struct{}, maxRequests),
		runners: map[int]*runner{},
	}
}

// Run delivers until ctx ends, and returns nil when it has stopped cleanly.
func (w *Worker) Run(ctx context.Context) error {
	// What must still happen after ctx has ended runs in work.
	work, stop := context.WithCancel(viewer.System(context.WithoutCancel(ctx)))
	defer stop()
	var background sync.WaitGroup
	flushed := make(chan struct{})
	background.Go(func() { w.flushLoop(work, flushed) })
	background.Go(func() { w.retryLoop(viewer.System(ctx)) })

	w.leaseLoop(ctx, work)

	w.stopRunners(work)
	close(flushed) // no runner adds results any more
	background.Wait()
	w.giveBack(work)
	return nil
}

// stopRunners ends all runners, side by side.
func (w *Worker) stopRunners(ctx context.Context) {
	w.mu.Lock()
	all := w.runners
	w.runners = map[int]*runner{}
	w.mu.Unlock()
	var wg sync.WaitGroup
	for _, r := range all {
		wg.Go(func() { r.stop(ctx) })
	}
	wg.Wait()
}

// owned returns the running shards.
func (w *Worker) owned() []*runner {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := make([]*runner, 0, len(w.runners))
	for _, r := range w.runners {
		out = append(out, r)
	}
	return out
}

func (w *Worker) runner(shard int) *runner {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.runners[shard]
}

// valid reports whether the leases still hold by this process's clock.
func (w *Worker) valid() bool { return time.Now().UnixNano() < w.validUntil.Load() }

func (w *Worker) random() float64 { return rand.Float64() } //nolint:gosec // jitter, not a secret
