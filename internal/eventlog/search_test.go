package eventlog_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// TestSearch: nothing of a range lies outside of what is found, although the times
// of neighbours are not quite in order, other apps' events lie between and the
// oldest are gone; and what is found beside is at most what the slack holds.
func TestSearch(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		log, err := eventlog.Open(t.Context(), eventlog.Config{Client: db.Client})
		if err != nil {
			t.Fatal(err)
		}
		ctx := viewer.System(t.Context())
		rapid.Check(t, func(rt *rapid.T) {
			app := typeid.New(typeid.App)
			shard := log.ShardOf(app)
			start := time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)
			number := db.Client.Shard.GetX(ctx, shard).Head
			at := map[int64]time.Time{}
			var rows []*ent.EventCreate
			for i := range rapid.IntRange(0, 80).Draw(rt, "events") {
				number++
				mine := rapid.Bool().Draw(rt, "mine")
				of := typeid.New(typeid.App)
				if mine {
					of = app
				}
				when := start.Add(time.Duration(i)*7*time.Second + time.Duration(rapid.IntRange(-30, 30).Draw(rt, "off"))*time.Second)
				if mine {
					at[number] = when
				}
				rows = append(rows, db.Client.Event.Create().SetAppID(of).SetShard(shard).SetNumber(number).SetTrigger(domain.MeetingBooked).
					SetSeriesID("s").SetSequence(1).SetOccurredAt(when).SetSnapshot("{}").SetOwed([]string{}))
			}
			db.Client.Event.CreateBulk(rows...).ExecX(ctx)
			db.Client.Shard.UpdateOneID(shard).SetHead(number).ExecX(ctx)
			when := start.Add(time.Duration(rapid.IntRange(-100, 700).Draw(rt, "when")) * time.Second)
			before, err := log.Before(t.Context(), app, when)
			if err != nil {
				rt.Fatal(err)
			}
			until, err := log.Until(t.Context(), app, when)
			if err != nil {
				rt.Fatal(err)
			}
			for n, happened := range at {
				if !happened.Before(when) && n <= before || happened.Before(when) && n > until {
					rt.Fatalf("event %d of %v is lost: before %v is %d, until is %d", n, happened, when, before, until)
				}
				if n > before && happened.Before(when.Add(-3*time.Minute)) || n <= until && happened.After(when.Add(3*time.Minute)) {
					rt.Fatalf("event %d of %v is found: before %v is %d, until is %d", n, happened, when, before, until)
				}
			}
		})
	})
}
