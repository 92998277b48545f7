package entdb_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/ent/meeting"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

// An instant is the same in whatever zone it was written or is asked for.
func TestInstantsCompareAcrossZones(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		ctx := viewer.System(t.Context())
		rows := entdbtest.NewRows(t, db.Client)
		old, err := db.Client.Meeting.Get(ctx, rows["Meeting"])
		if err != nil {
			t.Fatal(err)
		}
		east, west := time.FixedZone("east", 14*3600), time.FixedZone("west", -11*3600-1800)
		start := time.Date(2032, 1, 1, 0, 30, 0, 123456000, time.UTC)
		m, err := db.Client.Meeting.Create().SetSeriesID(old.ID).SetAppID(rows["App"]).SetEventTypeID(rows["EventType"]).
			SetStart(start.In(east)).SetEnd(start.Add(time.Hour).In(west)).SetDurationMinutes(60).SetTimeZone("UTC").
			SetStatus(old.Status).SetType(old.Type).SetEventName("Call").SetEventSlug("call").
			SetMaxAttendees(1).SetActiveAttendees(1).Save(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, zone := range []*time.Location{time.UTC, east, west} {
			n, err := db.Client.Meeting.Query().Where(meeting.ID(m.ID),
				meeting.StartEQ(start.In(zone)),
				meeting.StartGT(start.Add(-time.Microsecond).In(zone)), meeting.StartLT(start.Add(time.Microsecond).In(zone)),
				meeting.EndGTE(start.Add(time.Hour).In(zone)), meeting.EndLT(start.Add(61*time.Minute).In(zone)),
			).Count(ctx)
			if err != nil || n != 1 {
				t.Errorf("asked in zone %s: %d meetings, %v", zone, n, err)
			}
		}
		read, err := db.Client.Meeting.Get(ctx, m.ID)
		if err != nil || !read.Start.Equal(start) {
			t.Errorf("the start was written as %v and read as %v, %v", start, read.Start, err)
		}
	})
}

// Transactions that read first and write later: if they did not take the lock
// when they begin, all but one would fail at the write.
func TestSQLiteTransactionsBeginImmediate(t *testing.T) {
	t.Parallel()
	db := entdbtest.SQLite(t)
	rows := entdbtest.NewRows(t, db.Client)
	ctx := viewer.System(t.Context())
	const writers, each = 8, 10
	raise := func() error {
		tx, err := db.Client.Tx(ctx)
		if err != nil {
			return err
		}
		defer func() { _ = tx.Rollback() }()
		m, err := tx.Meeting.Get(ctx, rows["Meeting"])
		if err != nil {
			return err
		}
		if err := tx.Meeting.UpdateOne(m).SetSequence(m.Sequence + 1).Exec(ctx); err != nil {
			return err
		}
		return tx.Commit()
	}
	var group errgroup.Group
	for range writers {
		group.Go(func() error {
			for range each {
				if err := raise(); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	m, err := db.Client.Meeting.Get(ctx, rows["Meeting"])
	if err != nil || m.Sequence != writers*each {
		t.Errorf("sequence = %d, %v, want %d: updates were lost", m.Sequence, err, writers*each)
	}
}

// A data directory may be called anything.
func TestSQLiteFileName(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a b", "100%20?x=1#y&z")
	db := open(t, entdb.Config{DataDir: dir})
	if _, err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(dir, "slotcast.db")); err != nil {
		t.Error(err)
	}
	var n int
	if err := db.SQL.QueryRowContext(t.Context(), "PRAGMA foreign_keys").Scan(&n); err != nil || n != 1 {
		t.Errorf("foreign_keys = %d, %v", n, err)
	}
}

// Who writes waits for another process no longer than the context lets it, and
// not for nothing where the other one ends.
func TestSQLiteWritersArePatient(t *testing.T) {
	t.Parallel()
	db := entdbtest.SQLite(t)
	other, err := db.SQL.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	exec := func(statement string) {
		t.Helper()
		if _, err := other.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	ctx := viewer.System(t.Context())
	save := func(ctx context.Context) error { return db.Client.App.Create().SetName("Acme").Exec(ctx) }

	exec("BEGIN IMMEDIATE")
	late := errors.New("late")
	short, cancel := context.WithTimeoutCause(ctx, 100*time.Millisecond, late)
	defer cancel()
	if tx, err := db.Client.Tx(short); err == nil {
		_ = tx.Rollback()
		t.Error("a transaction began while another process held the lock")
	} else if !errors.Is(err, late) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it did not begin: %v, want the context's end", err)
	}
	if err := save(short); !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, late) {
		t.Errorf("a statement ended with %v, want the context's end", err)
	}

	var group errgroup.Group
	group.Go(func() error { return save(ctx) })
	time.AfterFunc(500*time.Millisecond, func() { _, _ = other.ExecContext(ctx, "ROLLBACK") })
	if err := group.Wait(); err != nil {
		t.Errorf("a statement that had time: %v", err)
	}
}
