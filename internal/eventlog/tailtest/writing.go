package tailtest

import (
	"testing"

	"golang.org/x/sync/errgroup"
)

func concurrentWriters(t *testing.T, env Env) {
	c := Start(t, env, Brisk)
	want := map[int]int64{} // what each shard will have
	var group errgroup.Group
	for _, p := range c.Processes {
		for _, app := range c.Apps {
			const each = 9
			want[c.Shard(app)] += each
			group.Go(func() error {
				for i := range each {
					if i%3 == 0 {
						if err := app.Fail(t.Context(), p.Log); err != nil {
							return err
						}
					}
					if _, err := app.Append(t.Context(), p.Log); err != nil {
						return err
					}
				}
				return nil
			})
		}
	}
	for shard, n := range want {
		for _, p := range c.Processes {
			group.Go(func() error {
				_, err := Follow(t.Context(), p.Tail.Read, c.At(shard, 0), n, 10)
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for shard, n := range want {
		if got := c.Heads(t)[shard]; got != n {
			t.Errorf("shard %d ends at %d, want %d", shard, got, n)
		}
		c.Same(t, c.At(shard, 0), c.Follow(t, 0, c.At(shard, 0), n))
	}
}

func rollbacks(t *testing.T, env Env) {
	c := Start(t, env, Brisk)
	app, log := c.Apps[0], c.Processes[0].Log
	for n := range int64(5) {
		if err := app.Fail(t.Context(), log); err != nil {
			t.Fatal(err)
		}
		e, err := app.Append(t.Context(), log)
		if err != nil || e.Number != n+1 {
			t.Fatalf("Append = %+v, %v, want number %d", e, err, n+1)
		}
	}
	shard := c.Shard(app)
	for i := range c.Processes {
		c.Same(t, c.At(shard, 0), c.Follow(t, i, c.At(shard, 0), 5))
	}
}

// announced must not depend on the poll, or every event would be as late.
func announced(t *testing.T, env Env) {
	c := Start(t, env, Timing{Poll: Never})
	shard := c.Shard(c.Apps[0])
	for n := range int64(20) {
		c.Append(t, 0, 0, 1)
		c.Follow(t, 0, c.At(shard, n), n+1)
	}
}

// hole: an event that was committed but dropped on its way is in front of the
// next one all the same.
func hole(t *testing.T, env Env) {
	c := Start(t, env, Timing{Poll: Never})
	shard := c.Shard(c.Apps[0])
	for n := int64(0); n < 20; n += 4 {
		c.Processes[0].Mute.Store(true)
		c.Append(t, 0, 0, 3)
		c.Processes[0].Mute.Store(false)
		c.Append(t, 0, 0, 1)
		c.Same(t, c.At(shard, n), c.Follow(t, 0, c.At(shard, n), n+4))
	}
}

func unannounced(t *testing.T, env Env) {
	c := Start(t, env, Brisk)
	c.Processes[0].Mute.Store(true)
	c.Append(t, 0, 0, 5)
	shard := c.Shard(c.Apps[0])
	for i := range c.Processes {
		c.Same(t, c.At(shard, 0), c.Follow(t, i, c.At(shard, 0), 5))
	}
}

// behindRetention: rows go faster than a process follows, as after a long
// standstill. Its old readers are told, new ones go on.
func behindRetention(t *testing.T, env Env) {
	c := Start(t, env, Timing{Poll: Never})
	c.Processes[0].Mute.Store(true)
	c.Append(t, 0, 0, 10)
	c.Trim(t, c.Shard(c.Apps[0]), 5)
	c.Processes[0].Mute.Store(false)
	c.Append(t, 0, 0, 1)
	shard := c.Shard(c.Apps[0])
	c.expired(t, c.Processes[0].Tail.Read, c.At(shard, 0))
	c.Same(t, c.At(shard, 5), c.Follow(t, 0, c.At(shard, 5), 11))
	c.Append(t, 0, 0, 1)
	c.Follow(t, 0, c.At(shard, 11), 12)
}
