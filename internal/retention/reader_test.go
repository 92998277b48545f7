package retention_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/live"
	"slotcast/internal/retention"
	"slotcast/internal/viewer"
)

// Who follows the log is never led over a gap: from before one the events are no
// longer kept.
func TestReadersAcrossAGap(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world, c retention.Config) {
		behind := w.webhook(domain.WebhookPaused)
		w.behind(behind, 0)
		for _, owed := range []string{"whk_1", behind, behind, "whk_1", behind, "whk_1"} { // 2, 3 and 5 stay
			w.event(begin.Add(time.Hour), owed)
		}
		for range 3 { // 7, 8, 9
			w.event(w.now)
		}
		w.run(c)
		same(t, "events", w.events(), []int64{2, 3, 5, 7, 8, 9})

		source := memtail.New(true)
		log, err := eventlog.Open(w.ctx, eventlog.Config{Client: w.db.Client, Publisher: source, Now: func() time.Time { return w.now }})
		must(w, log, err)
		tail := eventlog.NewTail(eventlog.TailConfig{Log: log, Source: source, Logger: slog.New(slog.DiscardHandler)})
		ctx, stop := context.WithCancel(w.ctx)
		ended := make(chan error, 1)
		go func() { ended <- tail.Run(ctx) }()
		defer func() { stop(); must(w, 0, <-ended) }()

		at := func(n int64) eventlog.Position { return eventlog.Position{Generation: log.Generation(), Number: n} }
		for _, read := range []func(context.Context, eventlog.Position, int) ([]*eventlog.Event, error){log.After, tail.Read} {
			for from := int64(0); from < 9; from++ {
				events, err := read(ctx, at(from), 100)
				switch {
				case from < 6 && apperr.CodeOf(err) != apperr.CursorExpired:
					t.Errorf("from %d: %d events, %v", from, len(events), err)
				case from >= 6 && (err != nil || len(events) != int(9-from) || events[0].Number != from+1):
					t.Errorf("from %d: %d events, %v", from, len(events), err)
				}
			}
		}
		subscribe(t, live.NewEvents(oneShard{log}, tail, slog.New(slog.DiscardHandler)), at)
	})
}

// oneShard takes the events of the tests' app to be in the first shard.
type oneShard struct{ *eventlog.Log }

func (oneShard) ShardOf(string) int { return 0 }

func subscribe(t *testing.T, events *live.Events, at func(int64) eventlog.Position) {
	t.Helper()
	ctx := viewer.With(t.Context(), viewer.Viewer{Kind: viewer.Agent, AppID: app, AgentID: "agt_1", Role: domain.Owner})
	for from, expired := range map[int64]bool{1: true, 3: true, 5: true, 6: false} {
		cursor := at(from).Cursor()
		feed, place, err := events.Feed(ctx, &cursor, live.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		items, _, err := feed.Read(ctx, place, 64)
		switch {
		case expired && apperr.CodeOf(err) != apperr.CursorExpired:
			t.Errorf("a subscription from %d goes on with %v, %v", from, items, err)
		case !expired && (err != nil || len(items) == 0 || items[0].Place != from+1):
			t.Errorf("a subscription from %d goes on with %v, %v", from, items, err)
		}
	}
}
