package retention_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/retention"
)

func TestPlan(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		t.Helper()
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	for name, tt := range map[string]struct {
		last, now time.Time
		days      int
		want      string
		end       string
	}{
		"nothing there":           {time.Time{}, at("2026-11-22T13:00:00Z"), 30, "events_p20261122 events_p20261125 events_p20261128", "2026-12-01T00:00:00Z"},
		"enough":                  {at("2026-11-28T13:00:00Z"), at("2026-11-22T13:00:00Z"), 30, "", ""},
		"just not enough":         {at("2026-11-28T00:00:00Z"), at("2026-11-22T00:00:01Z"), 30, "events_p20261128", "2026-12-01T00:00:00Z"},
		"over the end of a month": {at("2028-02-28T00:00:00Z"), at("2028-02-27T23:59:59Z"), 1, "events_p20280228 events_p20280229", "2028-03-01T00:00:00Z"},
		"over the end of a year":  {at("2026-12-31T00:00:00Z"), at("2026-12-30T00:00:00Z"), 5, "events_p20261231", "2027-01-01T00:00:00Z"},
		"for ever":                {time.Time{}, at("2026-11-22T00:00:00Z"), 0, "events_p20261122 events_p20261129", "2026-12-06T00:00:00Z"},
		"eleven days":             {time.Time{}, at("2026-11-22T00:00:00Z"), 11, "events_p20261122 events_p20261124", "2026-11-26T00:00:00Z"},
		"after a long rest":       {at("2026-01-01T00:00:00Z"), at("2026-11-22T13:00:00Z"), 10, "events_p20261122 events_p20261123 events_p20261124", "2026-11-25T00:00:00Z"},
		"another zone":            {time.Time{}, at("2026-11-22T01:00:00+05:00"), 10, "events_p20261121 events_p20261122 events_p20261123", "2026-11-24T00:00:00Z"},
		"a clock that is put forward there": {time.Time{}, at("2026-03-28T00:30:00Z").In(time.FixedZone("CET", 3600)), 10,
			"events_p20260328 events_p20260329 events_p20260330", "2026-03-31T00:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			names, ends := retention.Plan(tt.last, tt.now, tt.days)
			if strings.Join(names, " ") != tt.want {
				t.Errorf("%v, want %s", names, tt.want)
			}
			if len(ends) > 0 && !ends[len(ends)-1].Equal(at(tt.end)) {
				t.Errorf("until %v, want %s", ends[len(ends)-1], tt.end)
			}
		})
	}
}

func TestPartitionsAreMadeAhead(t *testing.T) {
	t.Parallel()
	w := newWorld(t, entdbtest.Postgres(t))
	w.now = begin.Add(13 * time.Hour)
	done := w.run(retention.Config{Days: 10})
	for _, table := range []string{"events", "deliveries"} {
		want := []string{table + "_p20260225", table + "_p20260226", table + "_p20260227"}
		same(t, table, w.parts(table), want)
		for _, name := range want {
			if !slices.Contains(done.Made, name) {
				t.Errorf("%v lacks %s", done.Made, name)
			}
		}
	}
	if done := w.run(retention.Config{Days: 10}); len(done.Made) > 0 {
		t.Errorf("made once more: %v", done.Made)
	}
	w.now = w.now.AddDate(0, 0, 3) // and over the end of the month
	w.run(retention.Config{Days: 30})
	same(t, "later", w.parts("events")[3:], []string{"events_p20260228", "events_p20260303", "events_p20260306"})
	w.event(w.now)
	w.delivery(w.event(begin.AddDate(0, 0, 7).Add(-time.Microsecond)), "whk_1", domain.DeliveryPending, false)
	for partition, n := range map[string]int{"events_p20260228": 1, "events_p20260303": 1, "deliveries_p20260303": 1, "events_default": 0, "deliveries_default": 0} {
		if got := w.in(partition); got != n {
			t.Errorf("%s has %d rows, want %d", partition, got, n)
		}
	}
}

// A database that has everything in the DEFAULT partition gets partitions behind
// that, also where a clock has been wrong.
func TestPartitionsDoNotOverlapWithWhatIsThere(t *testing.T) {
	t.Parallel()
	w := newWorld(t, entdbtest.Postgres(t))
	w.now = begin.Add(13 * time.Hour)
	w.event(begin.Add(12 * time.Hour))
	w.event(begin.AddDate(50, 0, 0))
	w.run(retention.Config{Days: 20})
	same(t, "events", w.parts("events"), []string{"events_p20260226", "events_p20260228"})
	same(t, "deliveries", w.parts("deliveries"), []string{"deliveries_p20260225", "deliveries_p20260227", "deliveries_p20260301"})

	w.now = begin.AddDate(0, 0, 30) // nobody was there
	w.event(w.now)
	w.run(retention.Config{Days: 20})
	same(t, "later", w.parts("events"), []string{"events_p20260328", "events_p20260330"})
	same(t, "events in them", w.events(), []int64{2, 3})
}

func TestPartitionsAreDropped(t *testing.T) {
	t.Parallel()
	w := newWorld(t, entdbtest.Postgres(t))
	w.ahead(10)
	kept := w.delivery(w.event(begin.Add(day+time.Hour)), "whk_1", domain.DeliveryPending, false)
	w.delivery(w.event(begin.Add(day+2*time.Hour)), "whk_1", domain.DeliveryDelivered, false)
	w.event(begin.Add(7*day + time.Hour)) // too old, and in a partition that is not
	w.now = begin.AddDate(0, 0, 10).Add(2 * time.Hour)
	done := w.run(retention.Config{Days: 3})
	if len(done.Dropped) != 14 || done.Events != 0 || done.Deliveries != 0 {
		t.Errorf("%+v", done)
	}
	if p := w.parts("events")[0]; p != "events_p20260304" {
		t.Errorf("the oldest partition is %s", p)
	}
	same(t, "events", w.events(), []int64{1, 3})
	same(t, "deliveries", w.deliveries(), []string{kept.ID})
	if w.in("events_default") != 1 || w.in("deliveries_default") != 1 {
		t.Error("what is owed is not in the DEFAULT partitions")
	}
	must(w, 0, w.db.Client.Delivery.UpdateOneID(kept.ID).SetStatus(domain.DeliveryDelivered).Exec(w.ctx))
	w.run(retention.Config{Days: 3})
	same(t, "events without duties", w.events(), []int64{3})
	same(t, "deliveries that are done", w.deliveries(), nil)
}

// A transaction that reads holds up neither the worker nor, behind it, those who
// write.
func TestALongTransaction(t *testing.T) {
	t.Parallel()
	w := newWorld(t, entdbtest.Postgres(t))
	w.ahead(5)
	w.event(begin.Add(time.Hour))
	w.now = begin.AddDate(0, 0, 10)
	long, err := w.db.SQL.BeginTx(w.ctx, nil)
	must(w, long, err)
	defer long.Rollback()
	var n int
	must(w, 0, long.QueryRowContext(w.ctx, "SELECT count(*) FROM events").Scan(&n))

	c := retention.Config{Days: 3, Patience: 20 * time.Millisecond}
	done, err := w.worker(c).RunOnce(w.ctx) // which ends: the other one goes on for longer
	if err == nil || !strings.Contains(err.Error(), "lock timeout") {
		t.Errorf("the round ended with %+v, %v", done, err)
	}
	same(t, "events while it reads", w.events(), []int64{1})
	w.event(w.now)
	for _, name := range done.Dropped {
		if strings.HasPrefix(name, "events") {
			t.Errorf("%s was dropped while it was read", name)
		}
	}
	must(w, 0, long.Rollback())
	w.run(c)
	same(t, "events afterwards", w.events(), []int64{2})
}

// Of two workers one does the work, while others write.
func TestSeveralWorkersAndWriters(t *testing.T) {
	t.Parallel()
	w := newWorld(t, entdbtest.Postgres(t))
	w.ahead(6)
	for i := range 60 {
		w.delivery(w.event(begin.Add(time.Duration(i)*2*time.Hour)), "whk_1", domain.DeliveryDelivered, false)
	}
	w.now = begin.AddDate(0, 0, 30)
	var group errgroup.Group
	for range 4 {
		worker := w.worker(retention.Config{Days: 3, Batch: 2, Patience: time.Minute})
		group.Go(func() error { _, err := worker.RunOnce(w.ctx); return err })
	}
	for range 60 {
		w.delivery(w.event(w.now), "whk_1", domain.DeliveryDelivered, false)
	}
	if err := group.Wait(); err != nil && !strings.Contains(err.Error(), "would be violated by some row") { // written before the partition was there
		t.Error(err)
	}
	w.run(retention.Config{Days: 3})
	if got := w.events(); len(got) != 60 || got[0] != 61 {
		t.Errorf("%d events are there, %v", len(got), got)
	}
	if n := len(w.deliveries()); n != 60 {
		t.Errorf("%d deliveries are there", n)
	}
}

// Another process at work is left alone.
func TestOneAtATime(t *testing.T) {
	t.Parallel()
	w := newWorld(t, entdbtest.Postgres(t))
	other, err := w.db.SQL.Conn(w.ctx)
	must(w, other, err)
	defer other.Close()
	_, err = other.ExecContext(w.ctx, "SELECT pg_advisory_lock(7364198203)")
	must(w, 0, err)
	if done := w.run(retention.Config{Days: 3}); len(done.Made) > 0 {
		t.Errorf("made %v beside another process", done.Made)
	}
	_, err = other.ExecContext(w.ctx, "SELECT pg_advisory_unlock(7364198203)")
	must(w, 0, err)
	if done := w.run(retention.Config{Days: 3}); len(done.Made) == 0 {
		t.Error("nothing was made although the other process is done")
	}
}
