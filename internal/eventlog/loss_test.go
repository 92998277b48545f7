package eventlog_test

import (
	"context"
	"errors"
	"testing"

	"entgo.io/ent/dialect"
	"golang.org/x/sync/errgroup"

	"slotcast/ent"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/eventlog/tailtest"
)

// A log that is read while it is written loses events wherever numbers become
// visible in another order than they were given in. So: many writers whose
// transactions begin with an insert, some of which are rolled back before or
// after they took a number, and a foreign transaction that stays open all the
// while. Readers of the table and of the tail must see every number, once, in
// order.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		c := tailtest.Start(t, tailtest.Env{
			DB: db, Processes: 2,
			Source: func(testing.TB, *eventlog.Log) eventlog.Source { return memtail.New(false) },
		}, tailtest.Timing{Window: 16, Poll: tailtest.Brisk.Poll})
		longTransaction(t, db, c.Apps[0])

		const writers, each = 8, 24
		app, shard := c.Apps[0], c.Shard(c.Apps[0])
		group, ctx := errgroup.WithContext(t.Context())
		for w := range writers {
			group.Go(func() error { return write(ctx, app, c.Processes[w%2].Log, each) })
		}
		for _, p := range c.Processes {
			for _, read := range []tailtest.Read{p.Tail.Read, busy(p.Log.After)} {
				group.Go(func() error {
					_, err := tailtest.Follow(ctx, read, c.At(shard, 0), writers*each, 7)
					return err
				})
			}
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		if head := c.Heads(t)[shard]; head != writers*each {
			t.Errorf("the counter is at %d after %d events", head, writers*each)
		}
		c.Same(t, c.At(shard, 0), c.Follow(t, 1, c.At(shard, 0), writers*each))
	})
}

// write appends n events, with changes in between that fail before and after
// their number was taken.
func write(ctx context.Context, app *tailtest.App, log *eventlog.Log, n int) error {
	refused := errors.New("refused")
	for i := range n {
		if i%4 == 1 {
			if err := app.Fail(ctx, log); err != nil {
				return err
			}
		}
		if i%4 == 3 {
			_, err := log.InTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
				return nil, errors.Join(app.Early(ctx, tx), refused)
			})
			if !errors.Is(err, refused) {
				return err
			}
		}
		if _, err := app.Append(ctx, log); err != nil {
			return err
		}
	}
	return nil
}

// busy turns Log.After into a reader that asks again at once while there is
// nothing, which is when it would step over a number that is still to come.
func busy(after tailtest.Read) tailtest.Read {
	return func(ctx context.Context, p eventlog.Position, limit int) ([]*eventlog.Event, error) {
		for {
			events, err := after(ctx, p, limit)
			if err != nil || len(events) > 0 {
				return events, err
			}
		}
	}
}

// longTransaction is open until the test ends. On PostgreSQL it has written a
// row; on SQLite, where it would keep all others from writing, it has read.
func longTransaction(t *testing.T, db *entdb.DB, app *tailtest.App) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := db.SQL.Conn(ctx)
	if err != nil {
		t.Fatal(err)
	}
	statements := []string{"BEGIN", "SELECT count(*) FROM events"}
	if db.Dialect == dialect.Postgres {
		statements = append(statements, "INSERT INTO commands (id, created_at, updated_at, app_id, key, request_hash)"+
			" VALUES ('cmd_long', now(), now(), '"+app.ID+"', 'long', '')")
	}
	for _, s := range statements {
		if _, err := conn.ExecContext(ctx, s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	t.Cleanup(func() {
		if _, err := conn.ExecContext(ctx, "ROLLBACK"); err != nil {
			t.Errorf("ending the long transaction: %v", err)
		}
		conn.Close()
	})
}
