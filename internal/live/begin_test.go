package live_test

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/live"
	"slotcast/internal/viewer"
)

// restarting is a log that cannot be read at first.
type restarting struct {
	mute
	fails int // so many times
	then  error
}

func (r *restarting) Head(context.Context, int) (eventlog.Position, error) {
	if r.fails--; r.fails >= 0 {
		return eventlog.Position{}, errors.New("the database does not answer")
	}
	return eventlog.Position{Number: 7}, nil
}

func (r *restarting) Resume(ctx context.Context, _ string, _ eventlog.Position, shard int) error {
	if _, err := r.Head(ctx, shard); err != nil {
		return err
	}
	return r.then
}

// Whoever comes back just when the database is away waits, like those who are there:
// an error would be the end of his subscription.
func TestSubscriptionsBeginWhenTheDatabaseIsBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := viewer.With(t.Context(), viewer.Viewer{AppID: "app", Role: domain.Owner})
		began, cursor := time.Now(), eventlog.Position{Number: 3}.Cursor()
		for name, tt := range map[string]struct {
			log   *restarting
			after *string
			place int64
			code  apperr.Code
		}{
			"now":     {&restarting{fails: 5}, nil, 7, ""},
			"behind":  {&restarting{fails: 5}, &cursor, 3, ""},
			"expired": {&restarting{fails: 5, then: apperr.New(apperr.CursorExpired, "gone")}, &cursor, 0, apperr.CursorExpired},
		} {
			_, place, err := live.NewEvents(tt.log, nil, slog.New(slog.DiscardHandler)).Feed(ctx, tt.after, live.Filter{})
			if err == nil && tt.code != "" || err != nil && apperr.CodeOf(err) != tt.code || place != tt.place {
				t.Errorf("%s: %d, %v", name, place, err)
			}
		}
		if took := time.Since(began); took < 12*time.Second || took > 18*time.Second {
			t.Errorf("it took %v to ask 15 times in vain", took)
		}
		ended, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		if _, _, err := live.NewEvents(&restarting{fails: 1e6}, nil, slog.New(slog.DiscardHandler)).Feed(ended, nil, live.Filter{}); err == nil {
			t.Error("it goes on when the subscriber has left")
		}
	})
}

// So do those that follow deliveries and replays.
func TestOthersBeginWhenTheDatabaseIsBack(t *testing.T) {
	t.Parallel()
	s := show(t, entdbtest.SQLite(t), live.NewChanges())
	replays := live.NewReplays(live.ReplaysConfig{Client: s.db.Client, Logger: slog.New(slog.DiscardHandler)})
	hook, replay := s.rows["Webhook"], s.rows["Replay"]
	for table, begin := range map[string]func(context.Context) error{
		"webhooks": func(ctx context.Context) error { _, _, err := s.of.Feed(ctx, &hook); return err },
		"replays":  func(ctx context.Context) error { _, err := replays.Feed(ctx, replay); return err },
	} {
		rename := func(from, to string) {
			if _, err := s.db.SQL.ExecContext(t.Context(), "ALTER TABLE "+from+" RENAME TO "+to); err != nil {
				t.Fatal(err)
			}
		}
		rename(table, "away")
		ctx, cancel := context.WithTimeout(s.owner(), 50*time.Millisecond)
		if err := begin(ctx); ctx.Err() == nil {
			t.Errorf("%s: %v", table, err)
		}
		cancel()
		rename("away", table)
		if err := begin(s.owner()); err != nil {
			t.Errorf("%s are back: %v", table, err)
		}
	}
}
