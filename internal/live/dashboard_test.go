package live_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/ent/agentslot"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/live"
	"slotcast/internal/viewer"
)

func TestDashboardsAreForAgents(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		o := d.office()
		if _, err := d.boards.Feed(t.Context(), live.Hour, "UTC"); apperr.CodeOf(err) != apperr.Unauthenticated {
			t.Errorf("nobody: %v", err)
		}
		for name, v := range map[string]viewer.Viewer{
			"page": {Kind: viewer.Page}, "attendee": {Kind: viewer.Attendee, ManageHash: "x"},
			"invited":     {Kind: viewer.Invited, AgentID: o.agents[0], Role: domain.Owner},
			"other scope": {AgentID: o.agents[0], Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{domain.WebhooksRead})},
		} {
			v.AppID = o.id
			if _, err := d.boards.Feed(viewer.With(t.Context(), v), live.Hour, "UTC"); apperr.CodeOf(err) != apperr.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, zone := range []string{"", "Local", "Mars/Olympus", "../etc/passwd"} {
			_, err := d.boards.Feed(o.owner(), live.Hour, zone)
			if e := apperr.From(err); e == nil || e.Code != apperr.BadUserInput || e.Field != "timeZone" {
				t.Errorf("zone %q: %v", zone, err)
			}
		}
		if n := d.boards.Tallies(); n != 0 {
			t.Errorf("%d tallies count for those who were refused", n)
		}
	})
}

// What a token is not for is not told, not even that there is nothing.
func TestDashboardsOfNarrowTokens(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		o := d.office()
		o.submit()
		o.try(o.send(0, false), domain.DeliveryDelivered, 200, 7)
		for _, test := range []struct {
			ctx             context.Context
			forms, messages bool
		}{
			{o.owner(), true, true},
			{o.as(domain.Admin, 1), true, true},
			{o.as(domain.Owner, 0, domain.MeetingsRead), false, false},
			{o.as(domain.Owner, 0, domain.MeetingsWrite, domain.RoutingFormsRead), true, false},
			{o.as(domain.Owner, 0, domain.MeetingsRead, domain.WebhooksWrite), false, true},
			{o.as(domain.Member, 0), false, true},
			{o.as(domain.Member, 0, domain.MeetingsRead, domain.RoutingFormsRead), false, false},
		} {
			b := o.watch(test.ctx, d.boards, live.Day, "UTC").next()
			last := b.Points[len(b.Points)-1]
			if (b.Deliveries != nil) != test.messages || (last.Delivered != nil) != test.messages || (last.Failed != nil) != test.messages {
				t.Errorf("deliveries %+v, %+v", b.Deliveries, last)
			}
			forms := len(b.Triggers) == len(domain.Trigger("").Values())
			if forms != test.forms || (last.Submissions != nil) != test.forms || !test.forms && b.EventsPerMinute != 0 {
				t.Errorf("submissions: %+v, %+v", b, last)
			}
		}
	})
}

// However many watch the same, it is counted once.
func TestManyCostWhatOneDoes(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		cost := func(n int) int64 {
			o := d.office()
			o.book(noon().Add(time.Hour), 0)
			ctx, leave := context.WithCancel(o.owner())
			defer leave()
			before := d.statements.Load()
			var all []*board
			for range n {
				all = append(all, o.watch(ctx, d.boards, live.Week, "UTC"))
				all[len(all)-1].next()
			}
			if n := d.boards.Tallies(); n != 1 {
				t.Errorf("%d tallies", n)
			}
			seeded := d.statements.Load() - before
			o.turn(o.meetings[0], domain.Active, domain.MeetingNoShow)
			o.turn(o.meetings[0], domain.Cancelled, domain.MeetingCanceled)
			before = d.statements.Load()
			for _, b := range all {
				b.until(func(d *live.Dashboard) bool { return d.UpcomingToday == 0 && d.Triggers[1].Count == 1 })
			}
			if n := d.statements.Load() - before; n != 0 {
				t.Errorf("%d statements to take in events", n)
			}
			leave()
			eventually(t, func() bool { return d.boards.Tallies() == 0 })
			return seeded
		}
		if one, many := cost(1), cost(40); one != many || one > 30 {
			t.Errorf("%d statements for 1, %d for 40", one, many)
		}
	})
}

// A tally ends with the last who watches, or some time later; who comes back to a
// new one gets its state, whatever place he was at.
func TestTalliesAreFreed(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		for _, linger := range []time.Duration{-1, time.Millisecond, time.Hour} {
			d := newDesk(t, db, func(c *live.DashboardsConfig) { c.Linger = linger })
			o := d.office()
			one, leaveOne := context.WithCancel(o.owner())
			two, leaveTwo := context.WithCancel(o.owner())
			b := o.watch(one, d.boards, live.Hour, "UTC")
			b.next()
			o.watch(two, d.boards, live.Hour, "UTC").next()
			leaveOne()
			o.book(noon(), 0)
			if b.next(); d.boards.Tallies() != 1 {
				t.Fatal("the tally went with the first who left")
			}
			leaveTwo()
			if linger == time.Hour {
				o.watch(o.owner(), d.boards, live.Hour, "UTC").next()
				if d.boards.Tallies() != 1 {
					t.Error("the tally did not linger")
				}
				continue
			}
			eventually(t, func() bool {
				_, _, _, followed := d.changes.Since(o.id, 0)
				return d.boards.Tallies() == 0 && !followed
			})
			if b.next(); b.last.Triggers[0].Count != 1 { // the feed makes one of its own
				t.Errorf("%+v", b.last)
			}
			eventually(t, func() bool { return d.boards.Tallies() == 0 })
		}
	})
}

// eventually waits for a condition that others bring about.
func eventually(t *testing.T, is func() bool) {
	t.Helper()
	for late := time.Now().Add(patience); !is(); <-time.After(time.Millisecond) {
		if time.Now().After(late) {
			t.Fatal("it does not come about")
		}
	}
}

// What a tally holds does not grow with time.
func TestTalliesForgetWhatHasPassed(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		o := d.office()
		b := o.watch(o.owner(), d.boards, live.Hour, "UTC")
		for i := range 150 {
			o.book(noon(), 0)
			b.until(func(d *live.Dashboard) bool { return d.Triggers[0].Count == min(i+1, 60) && d.Points[59].Booked == 1 })
			d.pass(time.Minute)
		}
		if n := d.boards.Steps(); n > 60 {
			t.Errorf("%d steps are kept", n)
		}
	})
}

// retained is a tail that retention overtakes.
type retained struct {
	*faulty
	gone atomic.Int64 // the number up to which
}

func (r *retained) Read(ctx context.Context, p eventlog.Position, limit int) ([]*eventlog.Event, error) {
	events, err := r.faulty.Read(ctx, p, limit)
	if err == nil && p.Number < r.gone.Load() {
		return nil, apperr.New(apperr.CursorExpired, "gone")
	}
	return events, err
}

// A database that does not answer delays the figures, and events that are no
// longer kept have them counted anew: none is lost or counted twice.
func TestDashboardsOutlastFailures(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		var tail *retained
		d := newDesk(t, db, func(c *live.DashboardsConfig) {
			tail = &retained{faulty: c.Tail.(*faulty)}
			c.Tail = tail
		})
		o := d.office()
		b := o.watch(o.owner(), d.boards, live.Hour, "UTC")
		b.next()
		booked := 0
		for _, fail := range []func(){func() {}, func() { d.tail.fails.Store(1) }, func() {
			head, err := d.log.Head(t.Context(), d.log.ShardOf(o.id))
			need(t, err)
			tail.gone.Store(head.Number + 2)
		}} {
			fail()
			for range 3 {
				o.book(noon(), 0)
				booked++
			}
			b.until(func(d *live.Dashboard) bool { return d.Triggers[0].Count >= booked })
			o.book(noon(), 0)
			booked++
			if b.next(); b.last.Triggers[0].Count != booked {
				t.Errorf("%d booked, the dashboard says %d", booked, b.last.Triggers[0].Count)
			}
		}
	})
}

// A seed that fails is tried again, and whoever watches waits.
func TestSeedsAreTriedAgain(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		o := d.office()
		o.book(noon(), 0)
		var failed atomic.Int32
		d.client.Event.Intercept(ent.InterceptFunc(func(next ent.Querier) ent.Querier {
			return ent.QuerierFunc(func(ctx context.Context, q ent.Query) (ent.Value, error) {
				if failed.Add(1) == 1 {
					return nil, errors.New("the database does not answer")
				}
				return next.Query(ctx, q)
			})
		}))
		if d := o.watch(o.owner(), d.boards, live.Hour, "UTC").next(); d.Triggers[0].Count != 1 || failed.Load() < 2 {
			t.Errorf("%+v after %d queries", d, failed.Load())
		}
	})
}

// Changes that are not kept any more have all deliveries counted anew.
func TestLostChangesAreCounted(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		o := d.office()
		b := o.watch(o.owner(), d.boards, live.Hour, "UTC")
		b.next()
		told := live.NewChanges()
		d.changes, told = told, d.changes // of what is sent from here on, nobody is told
		for range 5 {
			o.try(o.send(0, false), domain.DeliveryDelivered, 200, 40)
			d.pass(time.Minute)
		}
		ids := make([]string, 2*4096)
		for i := range ids {
			ids[i] = "dlv_of_nothing"
		}
		eventually(t, func() bool { // until the tally has fallen behind
			for range 3 {
				told.Tell(o.id, ids...)
			}
			_, at, err := b.feed.Read(t.Context(), 0, 1)
			return err == nil && at > b.place
		})
		b.until(func(d *live.Dashboard) bool { return d.Deliveries.Delivered == 5 && *d.Deliveries.LatencyP95 == 40 })
	})
}

// A meeting that is given to another agent, of which there is no event, is his
// within a minute.
func TestReassignedMeetings(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		o := d.office()
		m := o.book(noon().Add(time.Hour), 0)
		ada, ben := o.watch(o.as(domain.Member, 0), d.boards, live.Hour, "UTC"), o.watch(o.as(domain.Member, 1), d.boards, live.Hour, "UTC")
		if a, b := ada.next().UpcomingToday, ben.next().UpcomingToday; a != 1 || b != 0 {
			t.Fatalf("%d and %d are upcoming", a, b)
		}
		system := viewer.System(t.Context())
		d.client.AgentSlot.Delete().Where(agentslot.MeetingID(m.ID)).ExecX(system)
		d.client.AgentSlot.Create().SetAppID(o.id).SetMeetingID(m.ID).SetAgentID(o.agents[1]).SetBusyFrom(m.Start).SetBusyUntil(m.End).ExecX(system)
		d.pass(61 * time.Second)
		ada.until(func(d *live.Dashboard) bool { return d.UpcomingToday == 0 })
		ben.until(func(d *live.Dashboard) bool { return d.UpcomingToday == 1 })
	})
}

// A day ends at midnight in the zone that was asked for.
func TestTheDayRollsOver(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		o := d.office()
		for _, hours := range []int{5, 11, 13, 20, 30, 40} {
			o.book(noon().Add(time.Duration(hours)*time.Hour), 0)
		}
		for zone, want := range map[string][2]int{"UTC": {2, 3}, "Asia/Tokyo": {0, 2}} {
			clock := d.clock.Load()
			b := o.watch(o.owner(), d.boards, live.Week, zone)
			if n := b.next().UpcomingToday; n != want[0] {
				t.Errorf("%s: %d are upcoming, want %d", zone, n, want[0])
			}
			d.pass(12*time.Hour + 10*time.Minute)
			b.until(func(d *live.Dashboard) bool {
				return d.To.After(noon().Add(12*time.Hour)) && d.UpcomingToday == want[1]
			})
			d.clock.Store(clock)
		}
	})
}

// Dashboards come and go while things happen.
func TestDashboardsUnderStress(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		o := d.office()
		var group sync.WaitGroup
		for i := range 12 {
			group.Go(func() {
				for range 10 {
					ctx, leave := context.WithCancel(o.as(domain.Member, i%2))
					feed, err := d.boards.Feed(ctx, []live.Window{live.Hour, live.Day}[i%2], "UTC")
					if err != nil {
						t.Error(err)
					} else if _, _, err := feed.Read(ctx, 0, 1); err != nil {
						t.Error(err)
					}
					leave()
				}
			})
		}
		for range 20 {
			o.book(noon().Add(time.Hour), 0, 1)
			o.try(o.send(1, false), domain.DeliveryFailed, 500, 3)
		}
		group.Wait()
		want := o.counted(watched{domain.Member, 1, nil, live.Hour, "UTC"})
		o.watch(o.as(domain.Member, 1), d.boards, live.Hour, "UTC").wants(want)
	})
}
