package live_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"slotcast/internal/live"
)

// unwatched waits until nobody watches an app here.
func unwatched(t *testing.T, c *live.Changes) {
	t.Helper()
	awaits(t, "nothing is watched", func() bool { return len(c.Watched()) == 0 })
}

func TestChangesOfAppsThatAreWatched(t *testing.T) {
	t.Parallel()
	c := live.NewChanges()
	c.Tell("app_a", "lost") // before anybody watches
	ctx, stop := context.WithCancel(t.Context())
	place := c.Watch(ctx, "app_a")
	c.Tell("app_a", "one")
	c.Tell("app_b", "other")
	ids, at, more, ok := c.Since("app_a", place)
	if !ok || !slices.Equal(ids, []string{"one"}) || at != place+1 {
		t.Fatalf("Since = %v, %d, %v", ids, at, ok)
	}
	c.Tell("app_a", "two", "three")
	<-more
	if ids, at, _, ok = c.Since("app_a", at); !ok || !slices.Equal(ids, []string{"two", "three"}) {
		t.Fatalf("Since = %v, %d, %v", ids, at, ok)
	}
	if _, _, _, ok := c.Since("app_b", 0); ok {
		t.Error("an app that nobody watches has changes")
	}
	if !c.Wants("app_a") || c.Wants("app_b") {
		t.Error("wanted is what is watched")
	}
	_, _, more, _ = c.Since("app_a", at)
	stop()
	<-more // who waits looks again
	unwatched(t, c)
	if _, _, _, ok := c.Since("app_a", at); ok || c.Wants("app_a") {
		t.Error("an app is kept that nobody watches any more")
	}
	// Whatever comes later is at no place from before.
	if again := c.Watch(t.Context(), "app_a"); again <= at {
		t.Errorf("watched anew behind %d, before %d", again, at)
	}
	if _, _, _, ok := c.Since("app_a", at); ok {
		t.Error("a place from before is kept")
	}
}

func TestChangesAreBounded(t *testing.T) {
	t.Parallel()
	c := live.NewChanges()
	first := c.Watch(t.Context(), "app_a")
	const n = 3 * live.KeptChanges
	for i := range n {
		c.Tell("app_a", fmt.Sprint(i))
	}
	if _, at, _, ok := c.Since("app_a", first); ok || at != first+n {
		t.Errorf("what is dropped is kept: %v; the end is %d", ok, at)
	}
	ids, at, _, ok := c.Since("app_a", first+n-live.KeptChanges)
	if !ok || len(ids) != live.KeptChanges || ids[0] != fmt.Sprint(n-live.KeptChanges) || at != first+n {
		t.Errorf("%d are kept up to %d, %v", len(ids), at, ok)
	}
	held := slices.Clone(ids)
	c.Tell("app_a", make([]string, 5*live.KeptChanges)...)
	if !slices.Equal(ids, held) {
		t.Error("what a reader holds has changed")
	}
	if ids, _, _, ok = c.Since("app_a", at+4*live.KeptChanges); !ok || len(ids) > 2*live.KeptChanges {
		t.Errorf("of one long list %d are kept, %v", len(ids), ok)
	}
}

// Many watch and leave while others tell.
func TestChangesOfMany(t *testing.T) {
	t.Parallel()
	c := live.NewChanges()
	var group sync.WaitGroup
	var done atomic.Bool
	for range 4 {
		group.Go(func() {
			for i := 0; !done.Load(); i++ {
				c.Tell(fmt.Sprint("app_", i%3), "x")
			}
		})
	}
	var watchers sync.WaitGroup
	for i := range 50 {
		watchers.Go(func() {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			app := fmt.Sprint("app_", i%3)
			place := c.Watch(ctx, app)
			for n := 0; n < 10; {
				ids, at, more, ok := c.Since(app, place)
				if !ok {
					place = at // too far behind
					continue
				}
				n, place = n+len(ids), at
				<-more
			}
		})
	}
	watchers.Wait()
	done.Store(true)
	group.Wait()
	unwatched(t, c)
}

// While nobody watches, to ask takes no memory.
func TestNothingIsCollectedForNobody(t *testing.T) { //nolint:paralleltest // it counts allocations
	c := live.NewChanges()
	if n := testing.AllocsPerRun(100, func() {
		if c.Wants("app_a") {
			t.Error("an app is wanted that nobody watches")
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}
