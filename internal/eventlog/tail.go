package eventlog

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/internal/apperr"
	"slotcast/internal/backoff"
)

// Source tells a Tail of events soon after their commit. It is only a hint: it
// may lose, repeat and reorder them.
type Source interface {
	Publisher
	// Run hands over events behind the given numbers, one for each shard, until
	// ctx ends; then it returns nil. emit may block while a gap is filled.
	Run(ctx context.Context, heads []int64, emit func(ctx context.Context, events []*Event)) error
	// Healthy reports whether events of every process can be expected to come.
	Healthy() bool
}

// TailConfig is what a Tail is made of.
type TailConfig struct {
	Log    *Log
	Source Source
	Window int           // events kept in memory for each shard, up to twice as many; 0 shares out 8192
	Poll   time.Duration // between looks at the counters with a healthy source; 0 means 1 s
	// PollAlone is the same without one: the latency then. 0 means 100 ms.
	PollAlone time.Duration
	Logger    *slog.Logger
}

// Tail follows all shards; see the package comment. It is safe for concurrent
// use.
type Tail struct {
	log       *Log
	source    Source
	poll      time.Duration
	pollAlone time.Duration
	logger    *slog.Logger
	windows   []*window
	started   chan struct{}
}

const (
	minWindow  = 64
	maxWindows = 8192            // events of all shards together: some 2 KB each
	maxWaiting = 5 * time.Second // for the database to answer
)

// NewTail returns a Tail that does nothing before Run.
func NewTail(c TailConfig) *Tail {
	t := &Tail{
		log: c.Log, source: c.Source,
		poll: cmp.Or(c.Poll, time.Second), pollAlone: cmp.Or(c.PollAlone, 100*time.Millisecond),
		logger: cmp.Or(c.Logger, slog.Default()), started: make(chan struct{}),
	}
	size := cmp.Or(c.Window, max(minWindow, maxWindows/c.Log.Shards()))
	for range c.Log.Shards() {
		t.windows = append(t.windows, &window{size: size, changed: make(chan struct{})})
	}
	return t
}

// Run follows the log until ctx ends, and returns nil then. It fails when the
// database does not answer at the start. It is called once.
func (t *Tail) Run(ctx context.Context) error {
	heads, err := t.log.Heads(ctx)
	if ctx.Err() != nil {
		return nil //nolint:nilerr // a clean stop
	}
	if err != nil {
		return err
	}
	for i, w := range t.windows {
		w.start(heads[i])
	}
	close(t.started)
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return t.source.Run(ctx, heads, t.offer) })
	group.Go(func() error { t.watch(ctx); return nil })
	return group.Wait()
}

// Read returns the events behind p in order, at least one and at most limit,
// and waits while there are none. Its errors are ctx's, CURSOR_EXPIRED, or the
// database's.
func (t *Tail) Read(ctx context.Context, p Position, limit int) ([]*Event, error) {
	select {
	case <-t.started:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	w := t.windows[p.Shard]
	for {
		events, inside, changed := w.after(p.Number, limit)
		if len(events) > 0 {
			return events, nil
		}
		if !inside {
			return t.after(ctx, p, limit)
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// offer takes what the source says, and fills the gap in front of it.
func (t *Tail) offer(ctx context.Context, events []*Event) {
	for _, e := range events {
		if e.Shard < 0 || e.Shard >= len(t.windows) || e.Generation != t.log.Generation() {
			continue
		}
		if !t.windows[e.Shard].push(e) {
			t.fill(ctx, e.Shard, e.Number)
		}
	}
}

// fill reads a shard from the table up to the given number, or moves there when
// retention was faster than this process: its readers are then told so.
func (t *Tail) fill(ctx context.Context, shardID int, upTo int64) {
	w := t.windows[shardID]
	for head := w.head(); head < upTo; head = w.head() {
		p := Position{Shard: shardID, Generation: t.log.Generation(), Number: head}
		events, err := t.after(ctx, p, 256)
		if apperr.CodeOf(err) == apperr.CursorExpired {
			t.logger.WarnContext(ctx, "tail_behind_retention", "position", p.String(), "number", upTo)
			w.start(upTo)
			return
		}
		if err != nil || len(events) == 0 {
			if ctx.Err() == nil {
				t.logger.WarnContext(ctx, "tail_gap_unread", "position", p.String(), "error", err)
			}
			return // the watch tries again
		}
		for _, e := range events {
			w.push(e)
		}
		t.log.metrics.Repaired()
	}
}

// watch compares the counters with what has been heard. A shard is read from
// the table when it is still behind the counter of the look before: what has
// only just been committed is given time to arrive.
func (t *Tail) watch(ctx context.Context) {
	last := make([]int64, len(t.windows))
	for {
		pause := t.poll
		if !t.source.Healthy() {
			pause = t.pollAlone
		}
		if backoff.Wait(ctx, pause) != nil {
			return
		}
		heads, err := t.heads(ctx)
		if err != nil {
			if ctx.Err() == nil {
				t.logger.WarnContext(ctx, "tail_heads_unread", "error", err)
			}
			continue
		}
		target := last
		if !t.source.Healthy() {
			target = heads
		}
		for i := range t.windows {
			t.fill(ctx, i, target[i])
		}
		last = heads
	}
}

// after reads the table, in a bounded time.
func (t *Tail) after(ctx context.Context, p Position, limit int) ([]*Event, error) {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	return t.log.After(ctx, p, limit)
}

// heads reads the counters, in a bounded time.
func (t *Tail) heads(ctx context.Context) ([]int64, error) {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	return t.log.Heads(ctx)
}

// window keeps the newest events of one shard: contiguous, ending at its head.
type window struct {
	size int

	mu      sync.Mutex
	number  int64 // of the head
	events  []*Event
	changed chan struct{} // closed and replaced when the head moves
}

// start empties the window at a head that is not behind the present one.
func (w *window) start(head int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if head >= w.number {
		w.events = nil
		w.moved(head)
	}
}

// moved sets the head and wakes who waits for it. w.mu is held.
func (w *window) moved(head int64) {
	w.number = head
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *window) head() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.number
}

// push appends the event that follows the head. It ignores older ones, and
// returns false for one that leaves a gap.
func (w *window) push(e *Event) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if e.Number <= w.number {
		return true
	}
	if e.Number != w.number+1 {
		return false
	}
	if len(w.events) >= 2*w.size { // amortised: the older half goes at once
		w.events = append(make([]*Event, 0, 2*w.size), w.events[w.size:]...)
	}
	w.events = append(w.events, e)
	w.moved(e.Number)
	return true
}

// after returns events behind number. Where there are none, inside says whether
// number is at the head or ahead of it, and changed closes when that moves.
func (w *window) after(number int64, limit int) (events []*Event, inside bool, changed <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	behind := w.number - number
	if behind <= 0 {
		return nil, true, w.changed
	}
	if behind > int64(len(w.events)) {
		return nil, false, nil
	}
	tail := w.events[int64(len(w.events))-behind:]
	return tail[:min(limit, len(tail)):min(limit, len(tail))], true, nil
}
