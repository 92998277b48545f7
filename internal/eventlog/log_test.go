package eventlog_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

func TestInitAndOpen(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		if _, err := db.SQL.ExecContext(t.Context(), "DELETE FROM shards"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.SQL.ExecContext(t.Context(), "DELETE FROM leases"); err != nil {
			t.Fatal(err)
		}
		_, err := eventlog.Open(t.Context(), eventlog.Config{Client: db.Client})
		if err == nil || !strings.Contains(err.Error(), "migrate") {
			t.Errorf("Open without shards = %v, want what to do", err)
		}
		var group errgroup.Group
		for i := range 4 { // as servers that start together
			group.Go(func() error { return eventlog.Init(t.Context(), db.Client, 5+i, time.UnixMilli(int64(1000+i))) })
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		log, err := eventlog.Open(t.Context(), eventlog.Config{Client: db.Client})
		if err != nil || log.Shards()-5 != int(log.Generation()-1000) {
			t.Fatalf("Open = %d shards of generation %d, %v", log.Shards(), log.Generation(), err)
		}
		leases, err := db.Client.Lease.Query().Count(viewer.System(t.Context()))
		if err != nil || leases != log.Shards() {
			t.Errorf("%d leases for %d shards, %v", leases, log.Shards(), err)
		}
	})
}

// A server that starts while another one is making the shards takes those.
func TestInitBesideAnother(t *testing.T) {
	t.Parallel()
	db := entdbtest.Postgres(t)
	if _, err := db.SQL.ExecContext(t.Context(), "DELETE FROM shards"); err != nil {
		t.Fatal(err)
	}
	other, err := db.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Rollback() }()
	if _, err := other.ExecContext(t.Context(), "INSERT INTO shards (id, generation) VALUES (0, 1)"); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- eventlog.Init(t.Context(), db.Client, 3, time.Now()) }()
	for waiting := 0; waiting == 0; {
		err := db.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&waiting)
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := other.Commit(); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Errorf("Init = %v", err)
	}
	if n, err := db.Client.Shard.Query().Count(viewer.System(t.Context())); err != nil || n != 1 {
		t.Errorf("%d shards, %v", n, err)
	}
}

// Stretches of the log are read by number, whole or for one webhook, and what
// retention has removed is not missed.
func TestStretches(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		mine, other := typeid.New(typeid.Webhook), typeid.New(typeid.Webhook)
		n := 0
		log, app, _ := setup(t, db, func(context.Context, *ent.Tx, *eventlog.Event, *eventlog.Draft) ([]string, error) {
			n++
			return [][]string{{}, {other}, {other, mine}, {other, eventlog.Owing(mine, "0001"), eventlog.Owing(mine, "0002")}}[n%4], nil
		})
		var shard int
		for range 12 {
			events := must(log.InTx(t.Context(), func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) {
				return []*eventlog.Draft{{Trigger: domain.MeetingBooked, Meeting: app.Meeting}}, nil
			}))(t)
			shard = events[0].Shard
		}
		ctx := viewer.System(t.Context())
		db.Client.Event.Delete().Where(event.Shard(shard), event.NumberIn(4, 5)).ExecX(ctx)
		check := func(what string, want ...int64) func([]*eventlog.Event, error) {
			return func(events []*eventlog.Event, err error) {
				t.Helper()
				var got []int64
				for _, e := range events {
					got = append(got, e.Number)
				}
				if err != nil || !slices.Equal(got, want) {
					t.Errorf("%s: %v, %v, want %v", what, got, err, want)
				}
			}
		}
		check("whole", 3, 6, 7)(log.Between(ctx, shard, 2, 7))
		check("nothing", []int64{}...)(log.Between(ctx, shard, 12, 20))
		check("of another shard", []int64{}...)(log.Between(ctx, shard+1, 0, 20))
		check("owed", 3, 6, 7, 10, 11)(log.Owed(ctx, shard, app.ID, mine, 2, 12, 10))
		check("owed, a few", 3, 6)(log.Owed(ctx, shard, app.ID, mine, 2, 12, 2))
		check("owed, up to", 3, 6)(log.Owed(ctx, shard, app.ID, mine, 2, 6, 10))
		check("owed to nobody", []int64{}...)(log.Owed(ctx, shard, app.ID, typeid.New(typeid.Webhook), 0, 12, 10))
		check("of another app", []int64{}...)(log.Owed(ctx, shard, "app_1", mine, 0, 12, 10))
	})
}
