package fanout_test

import (
	"testing"
	"testing/synctest"

	"slotcast/internal/fanout"
)

// A group does not run away from those who serve its subscribers: it waits at half
// of its ring until they have passed.
func TestPacing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, feed := newWorld(t, fanout.Config{Entries: 20}), newList()
		c := w.join("a", feed, 0)
		synctest.Wait()
		feed.add(100)
		for passed := 0; passed < 100; passed += 10 {
			synctest.Wait()
			if n := w.shared.Load(); n != int64(passed+10) {
				t.Fatalf("%d values are encoded before the pass at %d, want %d", n, passed, passed+10)
			}
			w.pass()
		}
		synctest.Wait()
		same(t, "got", c.wait(100), feed.visible(0))
		if own := w.own.Load(); own != 0 {
			t.Errorf("%d values were read again", own)
		}
	})
}

// One byte limit counts as the number does.
func TestPacingBySize(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, feed := newWorld(t, fanout.Config{Bytes: 100}), newList()
		c := w.join("a", feed, 0)
		synctest.Wait()
		for range 40 {
			feed.append(value{text: "0123456789"})
		}
		for range 40 / 5 {
			synctest.Wait()
			w.pass()
		}
		synctest.Wait()
		c.wait(40)
		if own := w.own.Load(); own != 0 {
			t.Errorf("%d values were read again", own)
		}
	})
}

// A lane whose subscribers have all left holds nobody, nor does one that is not
// pacing.
func TestPacingEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, feed := newWorld(t, fanout.Config{Entries: 20}), newList()
		idle := newWorld(t, fanout.Config{})
		idle.hub, idle.lane = w.hub, fanout.NewLane(false)
		c := w.join("a", feed, 0)
		synctest.Wait()
		watcher := idle.join("a", feed, 0)
		synctest.Wait()
		feed.add(100)
		synctest.Wait()
		if n := w.shared.Load(); n != 10 {
			t.Fatalf("%d values are encoded, want 10", n)
		}
		c.leave()
		synctest.Wait()
		if n := w.shared.Load(); n != 100 {
			t.Fatalf("%d values are encoded, want 100", n)
		}
		idle.pass()
		synctest.Wait()
		same(t, "got", watcher.wait(100), feed.visible(0))
	})
}
