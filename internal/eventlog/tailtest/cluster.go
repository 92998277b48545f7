package tailtest

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/internal/entdb"
	"slotcast/internal/eventlog"
)

// Env is what a case runs on: server processes on one database.
type Env struct {
	DB        *entdb.DB
	Processes int
	// Source makes what announces events to and from one process. The log may
	// be read, and does not publish.
	Source func(t testing.TB, log *eventlog.Log) eventlog.Source
}

// Timing sets how a cluster follows the log.
type Timing struct {
	Window int
	Poll   time.Duration // with a healthy source and without one
}

// Brisk polls so often that no case waits long for what was not announced.
var Brisk = Timing{Poll: 30 * time.Millisecond}

// Never leaves everything to the source.
const Never = time.Hour

// Process is one server: a log, and the tail that follows it.
type Process struct {
	Log    *eventlog.Log
	Tail   *eventlog.Tail
	Source eventlog.Source
	Mute   atomic.Bool // drops what the log publishes
}

// Publish passes on what the log publishes, or drops it.
func (p *Process) Publish(events ...*eventlog.Event) {
	if !p.Mute.Load() {
		p.Source.Publish(events...)
	}
}

// Cluster is the processes of one case, and the apps whose events they write.
type Cluster struct {
	DB        *entdb.DB
	Processes []*Process
	Apps      []*App
}

// NewCluster makes the processes without starting them.
func NewCluster(t testing.TB, env Env, timing Timing) *Cluster {
	t.Helper()
	c := &Cluster{DB: env.DB}
	for range env.Processes {
		p := &Process{}
		p.Source = env.Source(t, open(t, env.DB, nil))
		p.Log = open(t, env.DB, p)
		p.Tail = eventlog.NewTail(eventlog.TailConfig{
			Log: p.Log, Source: p.Source, Window: timing.Window, Poll: timing.Poll, PollAlone: timing.Poll,
			Logger: slog.New(slog.DiscardHandler),
		})
		c.Processes = append(c.Processes, p)
	}
	for range 3 {
		c.Apps = append(c.Apps, NewApp(t, env.DB.Client))
	}
	return c
}

// Start makes the processes and runs their tails until the test ends. They have
// begun when it returns: what is appended from now on is new to them.
func Start(t testing.TB, env Env, timing Timing) *Cluster {
	t.Helper()
	c := NewCluster(t, env, timing)
	c.Run(t)
	return c
}

// Run runs the tails until the test ends.
func (c *Cluster) Run(t testing.TB) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, len(c.Processes))
	for _, p := range c.Processes {
		go func() { ended <- p.Tail.Run(ctx) }()
	}
	t.Cleanup(func() {
		stop()
		for range c.Processes {
			if err := <-ended; err != nil {
				t.Errorf("Tail.Run = %v", err)
			}
		}
	})
	for _, p := range c.Processes {
		c.expired(t, p.Tail.Read, c.At(0, -1)) // nothing was ever there: a tail that has begun says so
	}
}

func open(t testing.TB, db *entdb.DB, publisher eventlog.Publisher) *eventlog.Log {
	t.Helper()
	log, err := eventlog.Open(t.Context(), eventlog.Config{Client: db.Client, Owed: Owed, Body: Body, Publisher: publisher})
	if err != nil {
		t.Fatalf("opening the log: %v", err)
	}
	return log
}

// Shard returns the shard of an app's events.
func (c *Cluster) Shard(app *App) int { return c.Processes[0].Log.ShardOf(app.ID) }

// At returns the position behind an event of a shard.
func (c *Cluster) At(shard int, number int64) eventlog.Position {
	return eventlog.Position{Shard: shard, Generation: c.Processes[0].Log.Generation(), Number: number}
}

// Append appends n events of one app from one process.
func (c *Cluster) Append(t testing.TB, process, app, n int) {
	t.Helper()
	for range n {
		if _, err := c.Apps[app].Append(t.Context(), c.Processes[process].Log); err != nil {
			t.Fatalf("appending: %v", err)
		}
	}
}
