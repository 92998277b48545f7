package eventlog_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/sync/errgroup"

	"slotcast/ent"
	"slotcast/ent/command"
	"slotcast/ent/event"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/tailtest"
	"slotcast/internal/viewer"
)

// witness is told of events and looks whether others can see them.
type witness struct {
	t    *testing.T
	db   *entdb.DB
	told []*eventlog.Event
}

func (w *witness) Publish(events ...*eventlog.Event) {
	for _, e := range events {
		// another connection than the transaction's, which has ended
		n, err := w.db.Client.Event.Query().Where(event.ID(e.ID), event.Number(e.Number)).Count(viewer.System(w.t.Context()))
		if err != nil || n != 1 {
			w.t.Errorf("event %d was published with %d rows to be seen, %v", e.Number, n, err)
		}
	}
	w.told = append(w.told, events...)
}

func setup(t *testing.T, db *entdb.DB, owed eventlog.OwedFunc) (*eventlog.Log, *tailtest.App, *witness) {
	t.Helper()
	w := &witness{t: t, db: db}
	log, err := eventlog.Open(t.Context(), eventlog.Config{
		Client: db.Client, Owed: owed, Body: bodyOf, Publisher: w,
		Now: func() time.Time { return time.Date(2031, 1, 2, 3, 4, 5, 123456789, time.FixedZone("", 3600)) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return log, tailtest.NewApp(t, db.Client), w
}

// bodyOf says whom it was asked about.
func bodyOf(e *eventlog.Event, d *eventlog.Draft) string {
	if d.Meeting == nil {
		return ""
	}
	return d.Meeting.ID + " for " + strings.Join(e.Owed, " and ")
}

func commands(t *testing.T, db *entdb.DB) int {
	t.Helper()
	n, err := db.Client.Command.Query().Where(command.KeyNEQ("")).Count(viewer.System(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInTxAppends(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		var seen *eventlog.Event
		log, app, w := setup(t, db, func(_ context.Context, _ *ent.Tx, e *eventlog.Event, d *eventlog.Draft) ([]string, error) {
			if seen = e; d.Meeting.ID != e.MeetingID {
				t.Errorf("owed was asked about %s with meeting %s", e.MeetingID, d.Meeting.ID)
			}
			return []string{"whk_1", "whk_2"}, nil
		})
		events, err := log.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
			d := app.Drafts()
			d[0].Trigger, d[0].AttendeeID = domain.MeetingNoShow, app.Meeting.Edges.Attendees[0].ID
			return d, app.Early(ctx, tx)
		})
		if err != nil {
			t.Fatal(err)
		}
		e := events[0]
		if e != seen || len(w.told) != 1 || w.told[0] != e || commands(t, db) != 1 {
			t.Errorf("returned %p, owed %p, published %v, %d changes", e, seen, w.told, commands(t, db))
		}
		want := &eventlog.Event{
			ID: e.ID, AppID: app.ID, Shard: log.ShardOf(app.ID), Generation: log.Generation(), Number: 1,
			Trigger: domain.MeetingNoShow, MeetingID: app.Meeting.ID, SeriesID: app.Meeting.SeriesID,
			AttendeeID: app.Meeting.Edges.Attendees[0].ID, Sequence: app.Meeting.Sequence,
			OccurredAt: time.Date(2031, 1, 2, 2, 4, 5, 123456000, time.UTC),
			Owed:       []string{"whk_1", "whk_2"}, Snapshot: e.Snapshot, Body: app.Meeting.ID + " for whk_1 and whk_2",
		}
		read, err := log.After(t.Context(), eventlog.Position{Shard: e.Shard, Generation: e.Generation}, 10)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]*eventlog.Event{want, want}, append(read, e), cmpopts.IgnoreUnexported(eventlog.Event{})); diff != "" {
			t.Errorf("the event read and returned (-want +got):\n%s", diff)
		}
	})
}

func TestInTxRollsBack(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		owed := error(nil)
		log, app, w := setup(t, db, func(context.Context, *ent.Tx, *eventlog.Event, *eventlog.Draft) ([]string, error) {
			return []string{}, owed
		})
		calls := 0
		_, err := log.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
			calls++
			return app.Drafts(), errors.Join(app.Early(ctx, tx), refused)
		})
		if !errors.Is(err, refused) || calls != 1 {
			t.Errorf("a change that fails: %v after %d calls", err, calls)
		}
		if err := app.Fail(t.Context(), log); err != nil {
			t.Error(err)
		}
		owed = refused
		if _, err := app.Append(t.Context(), log); !errors.Is(err, refused) {
			t.Errorf("owed that fails: %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_, _ = log.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
				panic(app.Early(ctx, tx))
			})
		}()
		head, err := log.Head(t.Context(), log.ShardOf(app.ID))
		if err != nil || head.Number != 0 || commands(t, db) != 0 || len(w.told) != 0 {
			t.Errorf("left behind: head %s, %d changes, %d published, %v", head, commands(t, db), len(w.told), err)
		}
	})
}

func TestInTxRunsAgain(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		log, app, w := setup(t, db, tailtest.Owed)
		calls := 0
		run := func(losses int) error {
			calls = 0
			_, err := log.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
				if err := app.Early(ctx, tx); err != nil {
					return nil, err
				}
				if calls++; calls <= losses {
					return nil, eventlog.ErrAgain
				}
				return app.Drafts(), nil
			})
			return err
		}
		if err := run(2); err != nil || calls != 3 || commands(t, db) != 1 || len(w.told) != 1 {
			t.Errorf("two losses: %v, %d calls, %d changes, %d published", err, calls, commands(t, db), len(w.told))
		}
		if err := run(1000); !errors.Is(err, eventlog.ErrAgain) || calls > 20 || commands(t, db) != 1 {
			t.Errorf("only losses: %v, %d calls, %d changes", err, calls, commands(t, db))
		}
	})
}

// Two transactions that lock two rows in opposite order: PostgreSQL ends one of
// them, which runs again.
func TestInTxSurvivesDeadlocks(t *testing.T) {
	t.Parallel()
	db := entdbtest.Postgres(t)
	log, _, _ := setup(t, db, tailtest.Owed)
	apps := []*tailtest.App{tailtest.NewApp(t, db.Client), tailtest.NewApp(t, db.Client)}
	first := [2]chan struct{}{make(chan struct{}), make(chan struct{})} // closed when its row is locked
	var group errgroup.Group
	for i := range apps {
		mine, other, calls := apps[i], apps[1-i], 0
		group.Go(func() error {
			_, err := log.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
				ctx = viewer.System(ctx)
				err := tx.App.UpdateOneID(mine.ID).SetName("mine").Exec(ctx)
				if calls++; calls == 1 && err == nil {
					close(first[i])
					<-first[1-i]
				}
				if err != nil {
					return nil, err
				}
				return nil, tx.App.UpdateOneID(other.ID).SetName("other").Exec(ctx)
			})
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
}

func TestInTxWithoutEvent(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		log, app, w := setup(t, db, tailtest.Owed)
		e, err := log.InTx(t.Context(), func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
			return nil, app.Early(ctx, tx)
		})
		if e != nil || err != nil || commands(t, db) != 1 || len(w.told) != 0 {
			t.Errorf("InTx = %v, %v, %d changes, %d published", e, err, commands(t, db), len(w.told))
		}
	})
}
