package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	chaosApps    = 8
	chaosHooks   = 2 // of each app
	chaosServers = 3
	chaosRate    = 1000 // events per second
	chaosAhead   = 20_000
)

// faults is what happens to the system, and how often.
type faults struct {
	kills, flushes, redisKills, restarts, freezes int

	pause time.Duration // between two kills
	calm  time.Duration // between two faults of Redis, and of PostgreSQL
	down  time.Duration // how long Redis is away
}

//go:embed sql/chaos_guard.sql
var chaosGuard string

// chaos is three servers at work, with what befalls them.
type chaos struct {
	*rig
	*stage  // its db is the rig's
	feed    *feed
	cluster *members
	moods   Moods
	began   time.Time

	counted toll // of what has happened so far; guarded by mu
	mu      sync.Mutex

	arrivals []Arrival // taken so far
	told     commands
}

// judgeChaos runs servers under load while they, Redis and PostgreSQL are ended
// by force, waits until everything has been delivered, and compares what came
// with what was committed.
func judgeChaos(ctx context.Context, s setup) (_ findings, err error) {
	r, err := newRig(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	c := &chaos{rig: r, moods: Moods{FailOne: 100, LateOne: 50, HangOne: 4000}, began: time.Now()}
	if c.stage, err = r.stage(ctx, chaosApps*chaosHooks, chaosHooks); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.done()) }()
	if _, err := r.db.SQL.ExecContext(ctx, chaosGuard); err != nil {
		return nil, fmt.Errorf("installing the guard: %w", err)
	}
	c.cluster = &members{rig: r}
	defer c.cluster.close()
	if err := c.cluster.fill(ctx, chaosServers); err != nil {
		return nil, err
	}
	if c.feed, err = newFeed(ctx, r, c.sample, c.tenants); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, c.feed.close()) }()
	c.feed.both = true
	if err := errors.Join(r.receiver.forget(true), r.receiver.change(c.moods)); err != nil {
		return nil, err
	}
	if err := c.rage(ctx); err != nil {
		return nil, err
	}
	if err := c.settle(ctx); err != nil {
		return nil, err
	}
	return c.judge(ctx)
}

// rage has the writers write until the last fault has happened.
func (c *chaos) rage(ctx context.Context) error {
	writing, done := context.WithCancel(ctx)
	defer done()
	group, inner := errgroup.WithContext(writing)
	for _, t := range c.tenants {
		group.Go(func() error { return c.write(inner, t) })
	}
	for range callers {
		group.Go(func() error { return c.command(inner) })
	}
	group.Go(func() error { return c.watch(inner) })
	group.Go(func() error {
		defer done()
		harm, harmed := errgroup.WithContext(inner)
		harm.Go(func() error { return c.kill(harmed) })
		harm.Go(func() error { return c.plagueRedis(harmed) })
		harm.Go(func() error { return c.plaguePostgres(harmed) })
		harm.Go(func() error { return c.freeze(harmed) })
		return harm.Wait()
	})
	err := group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if errors.Is(err, context.Canceled) {
		return nil // the writers, when the last fault had happened
	}
	return err
}

// count notes a fault.
func (c *chaos) count(n *int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*n++
}

// watch prints a line now and then, and takes what has come.
func (c *chaos) watch(ctx context.Context) error {
	for {
		select {
		case <-time.After(2 * time.Second):
		case <-ctx.Done():
			return nil
		}
		if err := c.look(""); err != nil {
			return err
		}
	}
}

// look takes what has come and prints how far all is.
func (c *chaos) look(more string) error {
	came, err := c.receiver.take()
	if err != nil {
		return err
	}
	c.arrivals = append(c.arrivals, came...)
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.counted
	fmt.Fprintf(os.Stderr, "chaos: %3.0f s, %d events, %d requests; kills %d, flushes %d, Redis kills %d, restarts %d, freezes %d%s\n",
		time.Since(c.began).Seconds(), c.feed.count(), len(c.arrivals), t.Kills, t.Flushes, t.RedisKills, t.Restarts, t.Freezes, more)
	return nil
}

// settle lets everything run until each message owed has its row. It gives up
// where none has got one for a while: what is missing then is lost.
func (c *chaos) settle(ctx context.Context) error {
	if err := errors.Join(c.receiver.change(Moods{}), c.cluster.fill(ctx, chaosServers)); err != nil {
		return err
	}
	owed, err := c.value(ctx, "SELECT coalesce(sum(jsonb_array_length(owed)), 0)::bigint FROM events")
	if err != nil {
		return err
	}
	var last int64
	moved := time.Now()
	for time.Since(moved) < 2*patience {
		done, err := c.value(ctx, "SELECT count(*) FROM deliveries WHERE status = 'DELIVERED'")
		if err != nil {
			return err
		}
		if done > last {
			last, moved = done, time.Now()
		}
		if err := c.look(fmt.Sprintf("; settling: %d of %d", done, owed)); err != nil || done >= owed {
			return err
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

// ahead reports whether more has been committed than is delivered soon: the
// writers wait then, as the machine allows no more.
func (c *chaos) ahead() (bool, error) {
	s, err := c.receiver.look()
	return c.feed.owing.Load()-s.Count > chaosAhead, err
}

// serial numbers the servers of all benchmarks of this process.
type serial struct{ n atomic.Int64 }

func (s *serial) next() string { return fmt.Sprintf("server-%d", s.n.Add(1)) }
