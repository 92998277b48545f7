// Package redistail announces events to all processes through Redis streams,
// one for each shard. A stream is a cache of the log's newest part:
//
//   - entries carry the id <generation>-<number>, so Redis itself refuses a
//     repetition, and a cursor means the same before and after a flush;
//   - publishing is asynchronous, in batches, with a time budget; what cannot be
//     sent is dropped and counted;
//   - a stream that was lost is refilled from the table under the same ids.
//
// Keys carry one of eight hash tags, so a Redis Cluster spreads them; each tag
// has one reader with plain XREAD. The owner calls Run, which returns when the
// readers and the writer have ended.
package redistail

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"slotcast/internal/eventlog"
	"slotcast/internal/metrics"
)

const (
	tags     = 8
	capacity = 4096 // events waiting to be sent; more are dropped
	field    = "e"
)

// History reads events from the table, to refill a stream.
type History interface {
	After(ctx context.Context, p eventlog.Position, limit int) ([]*eventlog.Event, error)
}

// Config is what a Source is made of.
type Config struct {
	Client     redis.UniversalClient // made by NewClient; closed by its owner
	Generation int64
	Shards     int
	History    History       // nil: lost streams are not refilled
	Window     int64         // entries kept for each stream; 0 means 1024
	Block      time.Duration // a reader's wait for entries; 0 means 1 s
	Logger     *slog.Logger
	Metrics    *metrics.Log // nil: nothing is measured
}

// Source is an eventlog.Source over Redis. It is safe for concurrent use.
type Source struct {
	client     redis.UniversalClient
	generation int64
	shards     int
	history    History
	window     int64
	block      time.Duration
	logger     *slog.Logger
	metrics    *metrics.Log
	queue      chan *eventlog.Event
	floor      []int64           // per shard, of the writer: entries up to here cannot be refilled
	reading    [tags]atomic.Bool // the tag's last read succeeded
	writing    atomic.Bool       // the last write succeeded
	dropped    atomic.Int64
}

// NewClient opens a client for a redis://, rediss:// or unix:// URL with the
// time budgets that this package needs: a writer that gets no answer does not
// try again, since the table has what it could not send.
//
// It silences go-redis, which prints every failure: those that matter come back
// to the caller as errors.
func NewClient(url string) (redis.UniversalClient, error) {
	o, err := redis.ParseURL(url)
	if err != nil {
		return nil, fmt.Errorf("the Redis URL cannot be read: %w", err)
	}
	o.ContextTimeoutEnabled = true
	o.MaxRetries, o.DialerRetries = -1, 1
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout = time.Second, time.Second, time.Second
	silence()
	return redis.NewClient(o), nil
}

var silence = sync.OnceFunc(func() { redis.SetLogger(silent{}) })

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// New returns a Source that sends and reads nothing before Run.
func New(c Config) *Source {
	s := &Source{
		client: c.Client, generation: c.Generation, shards: c.Shards, history: c.History,
		window: cmp.Or(c.Window, 1024), block: cmp.Or(c.Block, time.Second),
		logger: cmp.Or(c.Logger, slog.Default()), metrics: c.Metrics, queue: make(chan *eventlog.Event, capacity),
		floor: make([]int64, c.Shards),
	}
	s.writing.Store(true)
	return s
}

// Publish queues committed events to be sent, or drops them when Redis has been
// too slow for too long.
func (s *Source) Publish(events ...*eventlog.Event) {
	for _, e := range events {
		select {
		case s.queue <- e:
		default:
			s.drop(1)
		}
	}
}

func (s *Source) drop(events int) {
	s.dropped.Add(int64(events))
	s.metrics.Unannounced(events)
}

// Dropped returns how many events could not be announced.
func (s *Source) Dropped() int64 { return s.dropped.Load() }

// Healthy reports whether Redis took the last write and answered the last read
// of every tag.
func (s *Source) Healthy() bool {
	for tag := range s.tags() {
		if !s.reading[tag].Load() {
			return false
		}
	}
	return s.writing.Load()
}

// Run sends and reads until ctx ends.
func (s *Source) Run(ctx context.Context, heads []int64, emit func(context.Context, []*eventlog.Event)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { s.write(ctx); return nil })
	for tag := range s.tags() {
		r := newReader(s, tag, heads)
		group.Go(func() error { r.run(ctx, emit); return nil })
	}
	return group.Wait()
}

func (s *Source) tags() int { return min(tags, s.shards) }

// key names the stream of a shard: another generation of the log has others.
func (s *Source) key(shard int) string {
	return fmt.Sprintf("slotcast:{%d}:log:%d:%d", shard%tags, s.generation, shard)
}

func (s *Source) id(number int64) string { return fmt.Sprintf("%d-%d", s.generation, number) }

func encode(e *eventlog.Event) ([]byte, error) { return json.Marshal(e) }

func decode(m redis.XMessage) (*eventlog.Event, error) {
	text, ok := m.Values[field].(string)
	if !ok {
		return nil, fmt.Errorf("stream entry %s has no event", m.ID)
	}
	var e eventlog.Event
	if err := json.Unmarshal([]byte(text), &e); err != nil {
		return nil, fmt.Errorf("decoding stream entry %s: %w", m.ID, err)
	}
	return &e, nil
}
