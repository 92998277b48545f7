package live_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/live"
)

// A latency is rounded up, and by an eighth at most.
func TestLatenciesAreRoundedUp(t *testing.T) {
	t.Parallel()
	last := int64(0)
	for ms := range int64(16_385) {
		got := live.UpTo(ms)
		if got < ms || got < last || ms > 0 && got-ms > ms/8 || ms > 0 && ms <= 16 && got != ms {
			t.Fatalf("%d ms is rounded to %d, what was less to %d", ms, got, last)
		}
		last = got
	}
	if got := live.UpTo(1 << 40); got != 16_384 {
		t.Errorf("what is beyond all is %d", got)
	}
}

// A day ends where the date changes, also where clocks change at midnight, or a
// date is left out.
func TestDaysEndWhereTheDateChanges(t *testing.T) {
	t.Parallel()
	zones := []string{
		"UTC", "Europe/Berlin", "America/Havana", "America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo", "Pacific/Apia", "Asia/Kathmandu", "Pacific/Chatham",
	}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		began := time.Date(2008, 1, 1, 0, 0, 0, 0, time.UTC)
		now := began.Add(time.Duration(rapid.Int64Range(0, int64(25*365*24*time.Hour)).Draw(t, "after"))).In(zone)
		end := live.EndOfDay(now, zone).In(zone)
		if !end.After(now) || end.Sub(now) > 26*time.Hour {
			t.Errorf("the day of %v ends at %v", now, end)
		}
		if before := end.Add(-1); before.YearDay() != now.YearDay() || end.YearDay() == now.YearDay() {
			t.Errorf("the day of %v ends at %v, before which is %v", now, end, before)
		}
	})
}

// More meetings than are kept are counted in the table, now and then.
func TestManyMeetingsOfToday(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		d := newDesk(t, db, func(c *live.DashboardsConfig) { c.Kept = 3 })
		o := d.office()
		b := o.watch(o.owner(), d.boards, live.Hour, "UTC")
		for i := range 6 { // the fourth is one too many
			o.book(noon().Add(time.Duration(i+1)*time.Hour), 0)
			b.until(func(d *live.Dashboard) bool { return d.Triggers[0].Count == i+1 && d.UpcomingToday == min(i+1, 3) })
		}
		upcoming := func(n int) func(*live.Dashboard) bool {
			return func(d *live.Dashboard) bool { return d.UpcomingToday == n }
		}
		d.pass(15 * time.Second)
		b.until(upcoming(6))
		ctx, leave := context.WithCancel(o.owner())
		late := d.others(func(c *live.DashboardsConfig) { c.Kept = 3 })
		if n := o.watch(ctx, late, live.Hour, "UTC").next().UpcomingToday; n != 6 {
			t.Errorf("who comes late is told of %d", n)
		}
		leave()
		for _, m := range o.meetings[:4] {
			o.turn(m, domain.Cancelled, domain.MeetingCanceled)
		}
		d.pass(16 * time.Second)
		b.until(upcoming(2))
		d.pass(5*time.Hour + time.Minute)
		b.until(upcoming(1))
	})
}

// Windows and time zones make tallies: of those that see the same there are so many
// at most. Others of the app, and other apps, have their own.
func TestTalliesAreBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t, entdbtest.SQLite(t))
	o, other := d.office(), d.office()
	zones := []string{"UTC"}
	for i := range 14 {
		zones = append(zones, fmt.Sprint("Etc/GMT-", i+1))
	}
	for i := range 12 {
		zones = append(zones, fmt.Sprint("Etc/GMT+", i+1))
	}
	ctx, leave := context.WithCancel(o.owner())
	opened := 0
	open := func(ctx context.Context, w live.Window, zone string) error {
		_, err := d.boards.Feed(ctx, w, zone)
		if err == nil {
			opened++
		}
		return err
	}
	need(t, open(ctx, live.Hour, "UTC"))
	var refused error
	for _, w := range []live.Window{live.Hour, live.Day, live.Week} {
		for _, zone := range zones[1:] {
			if err := open(o.owner(), w, zone); err != nil {
				refused = err
			}
		}
	}
	if coded(refused) != "LIMIT_EXCEEDED timeZone" || d.boards.Tallies() != live.MaxTallies || opened != live.MaxTallies {
		t.Fatalf("%s with %d tallies, %d opened", coded(refused), d.boards.Tallies(), opened)
	}
	need(t, open(o.owner(), live.Hour, zones[1])) // it is there
	need(t, open(o.as(domain.Member, 1), live.Hour, "UTC"))
	need(t, open(other.owner(), live.Hour, "UTC"))
	leave()
	awaits(t, "there is room", func() bool { return open(o.owner(), live.Week, "Asia/Tokyo") == nil })
}
