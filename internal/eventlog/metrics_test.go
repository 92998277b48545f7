package eventlog_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/metrics"
	"slotcast/internal/metrics/metricstest"
)

// Events that nobody announces are found in the table, which is counted.
func TestMeasured(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		m := metrics.New("1.2.3")
		heard := memtail.New(false)
		log, err := eventlog.Open(t.Context(), eventlog.Config{
			Client: db.Client, Publisher: memtail.New(false), Metrics: m.Log,
			Owed: func(context.Context, *ent.Tx, *eventlog.Event, *eventlog.Draft) ([]string, error) { return nil, nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		tail := eventlog.NewTail(eventlog.TailConfig{Log: log, Source: heard, PollAlone: time.Millisecond, Logger: slog.New(slog.DiscardHandler)})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- tail.Run(ctx) }()
		p, err := log.Head(ctx, log.ShardOf("app_1"))
		if err != nil {
			t.Fatal(err)
		}
		draft := &eventlog.Draft{Trigger: domain.MeetingBooked, Meeting: &ent.Meeting{ID: "mtg_1", SeriesID: "mtg_1", AppID: "app_1", Sequence: 1}}
		change := func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) {
			return []*eventlog.Draft{draft, draft, draft}, nil
		}
		for range 2 { // the tail may start behind those of the first time
			if _, err := log.InTx(ctx, change); err != nil {
				t.Fatal(err)
			}
			for range 3 {
				events, err := tail.Read(ctx, p, 1)
				if err != nil {
					t.Fatal(err)
				}
				p = events[0].Position()
			}
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		families := metricstest.Families(t, m)
		appended, repairs := metricstest.Value(families, "slotcast_events_appended_total"), metricstest.Value(families, "slotcast_log_gap_repairs_total")
		if appended != 6 || repairs < 1 {
			t.Errorf("%v appended, %v repairs", appended, repairs)
		}
	})
}
