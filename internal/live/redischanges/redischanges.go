// Package redischanges tells other processes which deliveries have changed, through
// Redis Pub/Sub. It is a hint and nothing else: what is lost, [live.Poll] finds.
//
// All processes of a log share one channel. Each says every second, and when it
// begins to, which apps it watches; whoever hears that tells it of their changes
// until it has not said so for a while. So nothing is sent that nobody asked for,
// and to know that costs a look into memory.
//
// What a process says comes back to itself: that is how it knows that Redis both
// takes and gives.
package redischanges

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"slotcast/internal/live"
	"slotcast/internal/typeid"
)

const (
	capacity  = 512     // batches of ids waiting to be sent; more are dropped
	maxIDs    = 1024    // of one message, where one batch does not have more
	maxApps   = 1024    // named in one message
	maxWanted = 1 << 16 // apps that others watch; what are more, their polls find
)

// Config is what a Relay is made of.
type Config struct {
	Client     redis.UniversalClient // made by redistail.NewClient; closed by its owner
	Generation int64                 // of the log
	Changes    *live.Changes
	Beat       time.Duration // between two times that it says what it watches; 0 means a second
	Logger     *slog.Logger
}

// Relay is a live.Relay over Redis. It is safe for concurrent use.
type Relay struct {
	client  redis.UniversalClient
	channel string
	process string
	changes *live.Changes
	beat    time.Duration
	logger  *slog.Logger

	queue   chan batch
	begun   chan struct{} // holds a token while an app is watched that others may not know of
	dropped atomic.Int64
	writing atomic.Bool  // the last message was taken
	echo    atomic.Int64 // when it last heard itself, in nanoseconds

	any    atomic.Bool // others watch something
	mu     sync.RWMutex
	wanted map[string]time.Time // apps that others watch: until when they are believed to
}

// batch are deliveries of an app that have changed.
type batch struct {
	appID string
	ids   []string
}

// message is what processes say to each other.
type message struct {
	From    string              `json:"from"`
	Watched []string            `json:"watched,omitempty"` // apps
	Changed map[string][]string `json:"changed,omitempty"` // deliveries, by app
}

// New returns a Relay that neither sends nor hears before Run.
func New(c Config) *Relay {
	r := &Relay{
		client: c.Client, channel: fmt.Sprintf("slotcast:changes:%d", c.Generation), process: typeid.New(typeid.Process), changes: c.Changes,
		beat: cmp.Or(c.Beat, time.Second), logger: cmp.Or(c.Logger, slog.Default()),
		queue: make(chan batch, capacity), begun: make(chan struct{}, 1), wanted: map[string]time.Time{},
	}
	r.writing.Store(true)
	return r
}

// Wants reports whether another process watches an app.
func (r *Relay) Wants(appID string) bool {
	if !r.any.Load() {
		return false
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	return time.Now().Before(r.wanted[appID])
}

// Send queues what has changed, or drops it when Redis has been too slow for too
// long.
func (r *Relay) Send(appID string, ids []string) {
	select {
	case r.queue <- batch{appID, ids}:
	default:
		r.dropped.Add(int64(len(ids)))
	}
}

// Watching has the others told at once.
func (r *Relay) Watching(string) {
	select {
	case r.begun <- struct{}{}:
	default:
	}
}

// Dropped returns how many changes could not be sent.
func (r *Relay) Dropped() int64 { return r.dropped.Load() }

// Healthy reports whether what is said arrives, as far as this process can tell. It
// is false also where there has been nothing to say.
func (r *Relay) Healthy() bool {
	return r.writing.Load() && time.Since(time.Unix(0, r.echo.Load())) < 5*r.beat/2
}

// Run sends and hears until ctx ends.
func (r *Relay) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { r.speak(ctx); return nil })
	group.Go(func() error { r.listen(ctx); return nil })
	return group.Wait()
}

// want notes what another process watches.
func (r *Relay) want(apps []string) {
	until := time.Now().Add(3 * r.beat)
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range apps {
		if _, known := r.wanted[id]; known || len(r.wanted) < maxWanted {
			r.wanted[id] = until
		}
	}
	r.any.Store(len(r.wanted) > 0)
}

// forget drops what nobody has said for a while that he watches.
func (r *Relay) forget(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.wanted, func(_ string, until time.Time) bool { return now.After(until) })
	r.any.Store(len(r.wanted) > 0)
}

func (r *Relay) decode(text string) (m message, err error) {
	err = json.Unmarshal([]byte(text), &m)
	return m, err
}
