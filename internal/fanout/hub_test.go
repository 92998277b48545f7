package fanout_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"slotcast/internal/fanout"
)

// Whoever shares a group costs nothing: there is one execution, and each value is
// encoded once.
func TestSharing(t *testing.T) {
	t.Parallel()
	w, feed := newWorld(t, fanout.Config{}).serving(), newList()
	feed.add(3)
	var clients []*client
	for range 20 {
		clients = append(clients, w.join("a", feed, 3))
	}
	other := w.join("b", feed, 3)
	until(t, "groups", func() bool { return w.groups.Load() == 2 })
	feed.add(10)
	for _, c := range clients {
		same(t, "a", c.wait(10), feed.visible(3))
	}
	same(t, "b", other.wait(10), feed.visible(3))
	if g, s, own := w.groups.Load(), w.shared.Load(), w.own.Load(); g != 2 || s != 20 || own != 0 {
		t.Errorf("%d groups have encoded %d values, subscribers %d, want 2, 20 and 0", g, s, own)
	}
	for _, c := range clients {
		c.leave()
	}
	if n := w.hub.Groups(); n != 1 {
		t.Errorf("%d groups are left, want 1", n)
	}
	other.leave()
	w.hub.Wait()
}

// A state that looks like the one before it is not told again. Of a log each
// value is.
func TestTheSameStateIsToldOnce(t *testing.T) {
	t.Parallel()
	w, feed := newWorld(t, fanout.Config{}).serving(), newList()
	c := w.join("a", feed, 0)
	until(t, "it follows", c.sub.Joined)
	feed.append(value{text: "one", state: true}, value{text: "one", state: true}, value{text: "two", state: true})
	feed.append(value{text: "two"}, value{text: "two"}, value{text: "last"})
	same(t, "a", c.wait(5), []string{"one", "two", "two", "two", "last"})
}

// A lane serves more members of a group than it takes at once, also when some of
// them have left.
func TestManyInOneLane(t *testing.T) {
	t.Parallel()
	w, feed := newWorld(t, fanout.Config{}).serving(), newList()
	var clients []*client
	for range 300 {
		clients = append(clients, w.join("a", feed, 0))
	}
	for _, c := range clients {
		until(t, "it follows", c.sub.Joined)
	}
	feed.add(1)
	for i, c := range clients {
		same(t, "first", c.wait(1), feed.visible(0))
		if i%4 != 0 {
			c.leave()
		}
	}
	for range 3 {
		feed.add(1)
		for i := 0; i < len(clients); i += 4 {
			same(t, "later", clients[i].wait(len(feed.visible(0))), feed.visible(0))
		}
	}
	if n := w.hub.Slots("a", w.lane); n != 75 {
		t.Errorf("there is room for %d members, want 75", n)
	}
}

// Without a key nobody shares.
func TestAlone(t *testing.T) {
	t.Parallel()
	w, feed := newWorld(t, fanout.Config{}).serving(), newList()
	a, b := w.join("", feed, 0), w.join("", feed, 0)
	feed.add(40)
	same(t, "a", a.wait(40), feed.visible(0))
	same(t, "b", b.wait(40), feed.visible(0))
	if g, own := w.groups.Load(), w.own.Load(); g != 0 || own != 80 {
		t.Errorf("%d groups; %d values encoded, want 0 and 80", g, own)
	}
	feed.finish(io.EOF)
	same(t, "a", a.wait(41)[40:], []string{"complete"})
}

// A subscriber whose place is further than where its group stands gets nothing
// twice.
func TestFurtherThanTheGroup(t *testing.T) {
	t.Parallel()
	w, feed := newWorld(t, fanout.Config{}).serving(), newList()
	held := make(chan struct{})
	feed.before = func(int64) { <-held }
	first := w.join("a", feed, 0)
	until(t, "the group waits", func() bool { return feed.reads.Load() == 1 })
	feed.add(10)
	second := w.join("a", feed, 7)
	close(held)
	same(t, "first", first.wait(10), feed.visible(0))
	same(t, "second", second.wait(3), feed.visible(7))
	feed.add(1)
	same(t, "second", second.wait(4), feed.visible(7))
}

// The feed's end reaches those who take from the group and those who read by
// themselves, and whoever comes later begins anew.
func TestEnds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		last string
	}{
		"complete": {io.EOF, "complete"},
		"failed":   {errors.New("CURSOR_EXPIRED"), "failed: CURSOR_EXPIRED"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, feed := newWorld(t, fanout.Config{Entries: 4}).serving(), newList()
			joined := w.join("a", feed, 0)
			feed.add(2)
			joined.wait(2)
			stalled := w.join("a", feed, 0)
			stalled.wait(2)
			stalled.stall(true)
			feed.add(10)
			joined.wait(12)
			feed.finish(tt.err)
			want := append(feed.visible(0), tt.last)
			same(t, "joined", joined.wait(13), want)
			stalled.stall(false)
			same(t, "behind", stalled.wait(13), want)
			same(t, "late", w.join("a", feed, 0).wait(13), want)
			same(t, "at the end", w.join("a", feed, 12).wait(1), []string{tt.last})
		})
	}
}

// A value whose execution fails ends the stream of all at the same place.
func TestFailingValue(t *testing.T) {
	t.Parallel()
	w, feed := newWorld(t, fanout.Config{Entries: 4}).serving(), newList()
	join := func(place int64) *client {
		c := w.client("a", feed, place, "5")
		c.start()
		return c
	}
	joined := join(0)
	until(t, "it follows", joined.sub.Joined)
	feed.add(20)
	want := []string{"1", "2", "3", "4", "failed: poison"}
	same(t, "joined", joined.wait(5), want)
	same(t, "from the start", join(0).wait(5), want)
	behind := join(5)
	behind.wait(15)
	same(t, "behind it", behind.wait(15), feed.visible(5))
}

// A group that cannot learn where its feed stands goes on trying, and its
// subscribers miss nothing.
func TestHeadFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w, feed := newWorld(t, fanout.Config{}).serving(), newList()
		tries := 0
		feed.head = func(context.Context) error {
			if tries++; tries <= 3 {
				return errors.New("no answer")
			}
			return nil
		}
		start := time.Now()
		c := w.join("a", feed, 0)
		feed.add(2)
		same(t, "got", c.wait(2), feed.visible(0))
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("after %v, want 3 s", took)
		}
	})
}

// A group whose first subscriber leaves before it has begun serves the next, and
// one that has no subscriber any more ends.
func TestFirstLeavesAtOnce(t *testing.T) {
	t.Parallel()
	w, feed := newWorld(t, fanout.Config{}).serving(), newList()
	asked, answer := make(chan struct{}, 2), make(chan struct{})
	feed.head = func(ctx context.Context) error {
		asked <- struct{}{}
		select {
		case <-answer:
		case <-ctx.Done():
		}
		return ctx.Err()
	}
	first := w.join("a", feed, 0)
	<-asked
	second := w.join("a", feed, 0)
	until(t, "both are in the group", func() bool { return w.hub.Entered("a") == 2 })
	first.leave()
	close(answer)
	feed.add(3)
	same(t, "second", second.wait(3), feed.visible(0))
	second.leave()
	w.hub.Wait()

	feed.head = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	w.join("a", feed, 0).leave()
	w.hub.Wait()
}

// A fault in a feed ends its stream, and nothing else.
func TestFeedPanics(t *testing.T) {
	t.Parallel()
	w, feed := newWorld(t, fanout.Config{}).serving(), newList()
	feed.before = func(int64) { panic("boom") }
	for _, key := range []string{"a", ""} {
		got := w.join(key, feed, 0).wait(1)[0]
		if !strings.HasPrefix(got, "failed: reading the feed: panic: boom\n") {
			t.Errorf("%q: %s", key, got)
		}
	}
}
