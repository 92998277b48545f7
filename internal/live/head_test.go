package live_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/live"
	"slotcast/internal/viewer"
)

// mute is a log that answers once, and then no more.
type mute struct{ asked int }

func (m *mute) ShardOf(string) int                                           { return 0 }
func (m *mute) Resume(context.Context, string, eventlog.Position, int) error { return nil }

func (m *mute) Head(ctx context.Context, _ int) (eventlog.Position, error) {
	if m.asked++; m.asked == 1 {
		return eventlog.Position{}, nil
	}
	<-ctx.Done()
	return eventlog.Position{}, ctx.Err()
}

// A group that begins while nothing answers must be able to ask again: a connection
// to a database that has vanished says nothing for a long time.
func TestTheHeadIsAskedForInABoundedTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		events := live.NewEvents(&mute{}, nil, slog.New(slog.DiscardHandler))
		feed, _, err := events.Feed(viewer.With(t.Context(), viewer.Viewer{AppID: "app", Role: domain.Owner}), nil, live.Filter{})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		began := time.Now()
		if _, err := feed.Head(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 10*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

// silent is a log that does not answer at first.
type silent struct {
	live.TallyLog
	heads, befores int // so many times
}

func (s *silent) Head(ctx context.Context, shard int) (eventlog.Position, error) {
	if s.heads--; s.heads >= 0 {
		<-ctx.Done()
		return eventlog.Position{}, ctx.Err()
	}
	return s.TallyLog.Head(ctx, shard)
}

func (s *silent) Before(ctx context.Context, appID string, at time.Time) (int64, error) {
	if s.befores--; s.befores >= 0 {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	return s.TallyLog.Before(ctx, appID, at)
}

// Nor does a dashboard wait for a connection that has vanished: those of others
// wait for its turn to end.
func TestDashboardsAreSeededInABoundedTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t, entdbtest.SQLite(t))
		boards := d.others(func(c *live.DashboardsConfig) { c.Log = &silent{c.Log, 1, 1} })
		o := d.office()
		ctx, cancel := context.WithTimeout(o.owner(), time.Hour)
		defer cancel()
		feed, err := boards.Feed(ctx, live.Hour, "UTC")
		need(t, err)
		began := time.Now()
		if _, _, err := feed.Read(ctx, 0, 1); err != nil || time.Since(began) > 2*time.Minute {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}
