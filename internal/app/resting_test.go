package app_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"slotcast/internal/app"
	"slotcast/internal/config"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

// Of a webhook that is paused, or fails, it is said once that the replay waits, and
// what to do.
func TestReplayThatWaits(t *testing.T) {
	t.Parallel()
	for state, word := range map[domain.WebhookState]string{domain.WebhookPaused: "is paused", domain.WebhookDegraded: "fails"} {
		t.Run(string(state), func(t *testing.T) {
			t.Parallel()
			entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
				r := begin(t, db)
				row := r.row()
				db.Client.Webhook.UpdateOneID(row.WebhookID).SetState(state).ExecX(r.system)
				r.until(regexp.MustCompile(`The webhook ` + word + `.*resumeWebhook\(id: "` + row.WebhookID))
				db.Client.Replay.UpdateOne(row).SetStatus(domain.ReplayDone).SetNumber(row.End).SetFinishedAt(time.Now().UTC()).ExecX(r.system)
				if err := r.end(); err != nil || strings.Count(r.out.String(), "resumeWebhook") != 1 {
					t.Errorf("it ended with %v, and printed %q", err, r.out.String())
				}
			})
		})
	}
}

// Of the part of the log that is looked through no event may be from the time that was
// asked for.
func TestReplayOfNothing(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		r := begin(t, db)
		row := r.row()
		r.stop()
		_ = r.end()
		db.Client.Replay.DeleteOne(row).ExecX(r.system)
		ctx, stop := context.WithCancel(t.Context())
		again := &replaying{t: t, db: db, system: r.system, ended: make(chan error, 1), stop: stop}
		go func() {
			again.ended <- app.Replay(ctx, db, &again.out, config.Replay{Webhook: row.WebhookID, From: "59m55s"}, 5*time.Millisecond)
		}()
		again.until(regexp.MustCompile("events to go through: 0,"))
		if row := again.row(); row.End == row.Begin {
			t.Errorf("it looks through nothing: %+v", row)
		}
		stop()
		if err := again.end(); err != nil {
			t.Errorf("it ended with %v", err)
		}
	})
}

// A wrong data directory is said to be one, and stays as it is.
func TestReplayMakesNoDatabase(t *testing.T) {
	t.Parallel()
	parent := t.TempDir()
	for _, dir := range []string{filepath.Join(parent, "missing"), parent} {
		cli := config.CLI{Config: config.Config{DataDir: dir}, Replay: config.Replay{Webhook: "whk_1", From: "24h"}}
		err := app.Command(t.Context(), config.CommandReplay, cli, io.Discard, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(err.Error(), "there is no database in "+dir) || !strings.Contains(err.Error(), "SLOTCAST_DATA_DIR") {
			t.Errorf("it ended with %v", err)
		}
	}
	if found, err := os.ReadDir(parent); err != nil || len(found) > 0 {
		t.Errorf("%v is there, %v", found, err)
	}
}

// Nor does it migrate one.
func TestReplayDoesNotMigrate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, err := entdb.Open(t.Context(), entdb.Config{DataDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	cli := config.CLI{Config: config.Config{DataDir: dir, MigrateMode: config.MigrateAuto}, Replay: config.Replay{Webhook: "whk_1", From: "24h"}}
	err = app.Command(t.Context(), config.CommandReplay, cli, io.Discard, slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "lacks migrations") {
		t.Errorf("it ended with %v", err)
	}
	if applied, _, err := db.Status(t.Context()); err != nil || len(applied) > 0 {
		t.Errorf("%d were applied, %v", len(applied), err)
	}
}
