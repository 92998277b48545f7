package account_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"slotcast/internal/account"
	"slotcast/internal/credential"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

func TestLastUse(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		ctx := viewer.System(t.Context())
		access, page := credential.New(credential.Access), credential.New(credential.Publishable)
		token := d.token(t, access, nil)
		key := must(d.client.PublishableKey.Create().SetAppID(d.rows["App"]).SetName("page").SetKey(page).SetAllowedOrigins([]string{"*"}).Save(ctx))(t)
		last := func() (*time.Time, *time.Time) {
			return must(d.client.AccessToken.Get(ctx, token.ID))(t).LastUsedAt, must(d.client.PublishableKey.Get(ctx, key.ID))(t).LastUsedAt
		}
		record := func(want int) {
			t.Helper()
			if n := must(d.RecordUses(t.Context()))(t); n != want {
				t.Errorf("%d rows were written, want %d", n, want)
			}
		}
		record(0)
		for range 3 {
			must(d.identify(t, access))(t)
			must(d.identify(t, page))(t)
		}
		record(2)
		first := d.now()
		if a, b := last(); a == nil || b == nil || !a.Equal(first) || !b.Equal(first) {
			t.Errorf("used at %v and %v, want %v", a, b, first)
		}
		if row := must(d.client.AccessToken.Get(ctx, token.ID))(t); !row.UpdatedAt.Equal(token.UpdatedAt) {
			t.Error("the token counts as changed")
		}
		// at most once a minute, whichever process writes
		another := account.New(account.Config{Client: d.client, Now: d.now})
		d.turn(30 * time.Second)
		must(another.Identify(t.Context(), access))(t)
		must(d.identify(t, access))(t)
		record(0)
		if n := must(another.RecordUses(t.Context()))(t); n != 0 {
			t.Errorf("another process wrote %d rows", n)
		}
		d.turn(time.Minute)
		must(d.identify(t, access))(t)
		record(1)
		if a, b := last(); !a.Equal(d.now()) || !b.Equal(first) {
			t.Errorf("used at %v and %v", a, b)
		}
		d.refuses(t, credential.New(credential.Access), "")
		record(0)
	})
}

// What could not be written is not forgotten, and no caller hears of it.
func TestLastUseIsWrittenLater(t *testing.T) {
	t.Parallel()
	desks(t, func(t *testing.T, d *desk) {
		access := credential.New(credential.Access)
		d.token(t, access, nil)
		must(d.identify(t, access))(t)
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if n, err := d.RecordUses(ended); err == nil || n != 0 {
			t.Errorf("%d rows, %v", n, err)
		}
		if n := must(d.RecordUses(t.Context()))(t); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

// Run writes when it stops, too, and logs an outage once.
func TestRun(t *testing.T) {
	t.Parallel()
	db := entdbtest.SQLite(t)
	var logged lines
	logger := slog.New(slog.NewTextHandler(&logged, nil))
	stopped, cut := account.New(account.Config{Client: db.Client, Logger: logger}), account.New(account.Config{Client: db.Client, Logger: logger})
	first := must(stopped.FirstStart(t.Context(), ""))(t)
	must(stopped.Identify(t.Context(), first.Token))(t)
	must(cut.Identify(t.Context(), first.Token))(t)
	run, stop := context.WithCancel(t.Context())
	stop()
	if err := stopped.Run(run); err != nil || logged.String() != "" {
		t.Errorf("stopped: %v, %s", err, logged.String())
	}
	if row := must(db.Client.AccessToken.Query().Only(viewer.System(t.Context())))(t); row.LastUsedAt == nil {
		t.Error("the last use was not written")
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		run, stop := context.WithTimeout(t.Context(), 10*time.Second)
		defer stop()
		if err := cut.Run(run); err != nil || strings.Count(logged.String(), "token_uses_unwritten") != 1 {
			t.Errorf("cut off: %v, %s", err, logged.String())
		}
	})
}

// lines is a log.
type lines struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
