package live_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/live"
)

// paced runs a test in a time of its own, on SQLite, with the pace that a server
// has.
func paced(t *testing.T, test func(t *testing.T, o *office)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, entdbtest.SQLite(t), func(c *live.DashboardsConfig) { c.Every, c.Now = 0, time.Now })
		d.clock.Store(time.Now().UnixMicro())
		o := d.office()
		test(t, o)
	})
}

// tick lets time pass, for the log too.
func (o *office) tick(by time.Duration) {
	<-time.After(by)
	o.clock.Store(time.Now().UnixMicro())
}

// However much happens, and however many watch, there is a state a second at
// most, and all are told of it at once; where nothing happens there is none.
func TestAtMostOneStateInASecond(t *testing.T) {
	t.Parallel()
	paced(t, func(t *testing.T, o *office) {
		boards := []*board{o.watch(o.owner(), o.boards, live.Hour, "UTC"), o.watch(o.owner(), o.boards, live.Hour, "UTC")}
		type told struct {
			at    time.Time
			count int
		}
		seen := make([][]told, len(boards))
		for i, b := range boards {
			b.next()
			go func() {
				for {
					items, at, err := b.feed.Read(t.Context(), b.place, 1)
					if err != nil {
						return
					}
					b.place = at
					seen[i] = append(seen[i], told{time.Now(), items[0].Value.(*live.Dashboard).Triggers[0].Count})
				}
			}()
		}
		o.tick(5 * time.Second)
		synctest.Wait()
		if len(seen[0])+len(seen[1]) > 0 {
			t.Errorf("nothing has happened, and there are the states %v", seen)
		}
		began := time.Now()
		for range 100 { // 10 seconds
			o.book(time.Now().Add(72*time.Hour), 0)
			o.tick(100 * time.Millisecond)
		}
		o.tick(2 * time.Second)
		synctest.Wait()
		if n := len(seen[0]); n < 9 || n > 12 {
			t.Errorf("%d states in ten seconds", n)
		}
		if first := seen[0][0]; first.at.Sub(began) > 50*time.Millisecond || first.count != 1 {
			t.Errorf("the first event was told as %d after %v", first.count, first.at.Sub(began))
		}
		if last := seen[0][len(seen[0])-1]; last.count != 100 {
			t.Errorf("the last state has %d of 100 events", last.count)
		}
		for i, s := range seen[0] {
			if i > 0 && s.at.Sub(seen[0][i-1].at) < time.Second {
				t.Errorf("two states within %v", s.at.Sub(seen[0][i-1].at))
			}
			if i >= len(seen[1]) || seen[1][i] != s {
				t.Errorf("one is told %v, the other %v", s, seen[1])
			}
		}
	})
}

// Time alone changes the figures: events fall out of the window, and meetings
// begin. It takes no statement.
func TestIdleDashboardsMoveOn(t *testing.T) {
	t.Parallel()
	paced(t, func(t *testing.T, o *office) {
		midnight := time.Now().Truncate(24 * time.Hour)
		o.tick(time.Until(midnight.Add(34 * time.Hour))) // ten o'clock
		o.book(time.Now().Add(30*time.Minute), 0)
		b := o.watch(o.owner(), o.boards, live.Hour, "UTC")
		if d := b.next(); d.UpcomingToday != 1 || d.Triggers[0].Count != 1 || d.Points[59].Booked != 1 {
			t.Fatalf("%+v", d)
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		statements, began := o.statements.Load(), time.Now()
		states := 0
		for b.last.Triggers[0].Count > 0 {
			o.slow(b)
			states++
			if begun := b.last.To.Sub(began) >= 30*time.Minute-2*time.Second; begun != (b.last.UpcomingToday == 0) {
				t.Fatalf("after %v: %d upcoming", b.last.To.Sub(began), b.last.UpcomingToday)
			}
		}
		if left := b.last.To.Sub(began); left < 59*time.Minute || left > time.Hour {
			t.Errorf("the event fell out after %v", left)
		}
		if states < 60 || states > 62 {
			t.Errorf("%d states in an hour", states)
		}
		if n := o.statements.Load() - statements; n != 0 {
			t.Errorf("%d statements", n)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Hour)
		defer cancel()
		if items, _, err := b.feed.Read(ctx, b.place, 1); err == nil {
			t.Errorf("an empty window moves on, and there is the state %+v", items[0].Value)
		}
	})
}

// slow is next without a limit of time: hours pass at once here.
func (o *office) slow(b *board) {
	o.t.Helper()
	items, at, err := b.feed.Read(o.t.Context(), b.place, 1)
	need(o.t, err)
	b.place, b.last = at, items[0].Value.(*live.Dashboard)
}
