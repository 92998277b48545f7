package tailtest

import (
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/internal/eventlog"
)

// dice returns a number from 0 to n-1.
func dice(n int) int64 { return rand.Int64N(int64(n)) } //nolint:gosec // chance, not secrecy

// starts: readers that begin at 0, at the head and in between, while events
// come, each get what is behind them.
func starts(t *testing.T, env Env) {
	c := NewCluster(t, env, Timing{Window: 8, Poll: Brisk.Poll})
	const before, during = 20, 20
	c.Append(t, 0, 0, before)
	shard := c.Shard(c.Apps[0])
	c.Run(t)
	var group errgroup.Group
	for _, p := range c.Processes {
		for _, start := range []int64{0, before, dice(before)} {
			group.Go(func() error {
				_, err := Follow(t.Context(), p.Tail.Read, c.At(shard, start), before+during, int(1+dice(9)))
				return err
			})
		}
	}
	group.Go(func() error {
		for i := range during {
			if _, err := c.Apps[0].Append(t.Context(), c.Processes[i%len(c.Processes)].Log); err != nil {
				return err
			}
		}
		return nil
	})
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for i := range c.Processes {
		c.Same(t, c.At(shard, 0), c.Follow(t, i, c.At(shard, 0), before+during))
	}
}

// resumes: a reader is cut off again and again, and goes on from its cursor in
// any process.
func resumes(t *testing.T, env Env) {
	c := Start(t, env, Timing{Window: 8, Poll: Brisk.Poll})
	const total = 60
	shard := c.Shard(c.Apps[0])
	var group errgroup.Group
	group.Go(func() error {
		for range total {
			if _, err := c.Apps[0].Append(t.Context(), c.Processes[0].Log); err != nil {
				return err
			}
		}
		return nil
	})
	var all []*eventlog.Event
	for p := c.At(shard, 0); p.Number < total; {
		upTo := min(total, p.Number+1+dice(10))
		all = append(all, c.Follow(t, int(dice(len(c.Processes))), p, upTo)...)
		var err error
		if p, err = eventlog.ParseCursor("after", all[len(all)-1].Position().Cursor()); err != nil {
			t.Fatal(err)
		}
		if err := c.Processes[0].Log.Resume(t.Context(), "after", p, shard); err != nil {
			t.Fatalf("Resume(%s) = %v", p, err)
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	c.Same(t, c.At(shard, 0), all)
}

// slowReader: it reads one event, and then nothing until the window has moved on
// by several times its size.
func slowReader(t *testing.T, env Env) {
	c := Start(t, env, Timing{Window: 4, Poll: Brisk.Poll})
	shard := c.Shard(c.Apps[0])
	c.Append(t, 0, 0, 1)
	for i := range c.Processes {
		c.Follow(t, i, c.At(shard, 0), 1)
	}
	c.Append(t, 0, 0, 29)
	for i := range c.Processes {
		c.Follow(t, i, c.At(shard, 29), 30) // it has all of them
		c.Same(t, c.At(shard, 1), c.Follow(t, i, c.At(shard, 1), 30))
	}
}

// ahead: nothing up to the position is handed over, whatever happens before it.
func ahead(t *testing.T, env Env) {
	c := Start(t, env, Brisk)
	shard := c.Shard(c.Apps[0])
	for _, p := range c.Processes {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		events, err := p.Tail.Read(ctx, c.At(shard, 3), 10)
		cancel()
		if !errors.Is(err, context.DeadlineExceeded) || events != nil {
			t.Fatalf("Read ahead of the head = %d events, %v, want to wait", len(events), err)
		}
	}
	c.Append(t, 0, 0, 5)
	for i := range c.Processes {
		c.Follow(t, i, c.At(shard, 3), 5)
	}
}
