package fanout_test

import (
	"strings"
	"testing"

	"slotcast/internal/fanout"
)

// What a group keeps is bounded by number and by size.
func TestRingIsBounded(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		cfg   fanout.Config
		size  int
		count int
	}{
		"by number":            {fanout.Config{Entries: 8, Bytes: 1 << 20}, 10, 8},
		"by size":              {fanout.Config{Entries: 100, Bytes: 1000}, 100, 10},
		"by size, not even":    {fanout.Config{Entries: 100, Bytes: 1000}, 300, 3},
		"at least one is kept": {fanout.Config{Entries: 100, Bytes: 1000}, 5000, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, feed := newWorld(t, tt.cfg).serving(), newList()
			c := w.join("a", feed, 0)
			until(t, "it follows", c.sub.Joined)
			for range 50 {
				feed.append(value{text: strings.Repeat("x", tt.size)})
			}
			c.wait(50)
			if n, bytes := w.hub.Kept("a"); n != tt.count || bytes != tt.count*tt.size {
				t.Errorf("%d entries with %d bytes are kept, want %d of %d", n, bytes, tt.count, tt.size)
			}
		})
	}
}

// Many groups keep less each than few do.
func TestGroupsDivideWhatIsKept(t *testing.T) {
	t.Parallel()
	w, feed := newWorld(t, fanout.Config{Total: 4000, Bytes: 2000}).serving(), newList()
	write := func(clients ...*client) {
		for range 50 {
			feed.append(value{text: strings.Repeat("x", 100)})
		}
		for _, c := range clients {
			c.wait(len(feed.visible(0)))
		}
	}
	a := w.join("a", feed, 0)
	until(t, "it follows", a.sub.Joined)
	write(a)
	if n, _ := w.hub.Kept("a"); n != 20 {
		t.Errorf("one group keeps %d entries, want 20", n)
	}
	b, c, d := w.join("b", feed, 0), w.join("c", feed, 0), w.join("d", feed, 0)
	for _, one := range []*client{b, c, d} {
		until(t, "it follows", one.sub.Joined)
	}
	write(a, b, c, d)
	for _, key := range []string{"a", "b", "c", "d"} {
		if n, _ := w.hub.Kept(key); n != 10 {
			t.Errorf("one group of four keeps %d entries, want 10", n)
		}
	}
	for _, one := range []*client{b, c, d} {
		one.leave()
	}
	write(a)
	if n, _ := w.hub.Kept("a"); n != 20 {
		t.Errorf("the last group keeps %d entries, want 20", n)
	}
}

// Who takes nothing costs nothing: the others go on, the ring stays as small as
// it is, and in the end he has got all of it.
func TestStalledFallsBehind(t *testing.T) {
	t.Parallel()
	w, feed := newWorld(t, fanout.Config{Entries: 16}).serving(), newList()
	fast, stalled := w.join("a", feed, 0), w.join("a", feed, 0)
	until(t, "both follow", func() bool { return fast.sub.Joined() && stalled.sub.Joined() })
	stalled.stall(true)
	feed.add(1000)
	same(t, "fast", fast.wait(1000), feed.visible(0))
	if n, _ := w.hub.Kept("a"); n != 16 {
		t.Errorf("%d entries are kept, want 16", n)
	}
	if own := w.own.Load(); own != 0 {
		t.Errorf("%d values were read again", own)
	}
	stalled.stall(false)
	same(t, "stalled", stalled.wait(1000), feed.visible(0))
	feed.add(10)
	same(t, "stalled", stalled.wait(1010), feed.visible(0))
	if shared := w.shared.Load(); shared != 1010 {
		t.Errorf("the group has encoded %d values, want 1010", shared)
	}
	if own := w.own.Load(); own < 900 || own > 1000 {
		t.Errorf("the one that was behind has encoded %d values itself", own)
	}
}

// Subscribers that come and go leave no room behind, also where nothing happens.
func TestChurnLeavesNothing(t *testing.T) {
	t.Parallel()
	w, feed := newWorld(t, fanout.Config{}), newList()
	stays := w.join("a", feed, 0)
	for range 1000 {
		c := w.join("a", feed, 0)
		until(t, "it follows", c.sub.Joined)
		c.leave()
	}
	if n := w.hub.Slots("a", w.lane); n > 2 {
		t.Errorf("there is room for %d members, want 2", n)
	}
	w.serving()
	feed.add(3)
	same(t, "the one that stays", stays.wait(3), feed.visible(0))
}
