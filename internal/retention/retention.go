package retention

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"

	"slotcast/internal/backoff"
	"slotcast/internal/entdb"
	"slotcast/internal/viewer"
)

// Config is what a Worker is made of. Zero values mean the defaults named.
type Config struct {
	DB       *entdb.DB
	Days     int           // how long events and deliveries are kept; 0 for ever
	Every    time.Duration // between rounds; an hour
	Pause    time.Duration // between batches; 20 ms
	Batch    int           // rows of a batch; 500
	Few      int           // owed rows that move out of a partition; 5000
	Patience time.Duration // for a lock; 500 ms
	Now      func() time.Time
	Logger   *slog.Logger
}

// Worker keeps the tables of events and deliveries in bounds.
type Worker struct{ cfg Config }

// Done says what a round did.
type Done struct {
	Made       []string // partitions
	Dropped    []string // partitions
	Events     int      // deleted row by row
	Deliveries int
}

// soon is when a round that failed, as for a lock, is tried again.
const soon = time.Minute

// New returns a Worker that does nothing before Run.
func New(c Config) *Worker {
	c.Every = cmp.Or(c.Every, time.Hour)
	c.Pause = cmp.Or(c.Pause, 20*time.Millisecond)
	c.Batch = cmp.Or(c.Batch, 500)
	c.Few = cmp.Or(c.Few, 5000)
	c.Patience = cmp.Or(c.Patience, 500*time.Millisecond)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Worker{cfg: c}
}

// Prepare makes partitions ahead. It waits for nobody: what cannot be done now is
// logged, and left to Run.
func (w *Worker) Prepare(ctx context.Context) {
	ctx, cancel := context.WithTimeout(viewer.System(ctx), 10*time.Second)
	defer cancel()
	var done Done
	err := w.alone(ctx, func(ctx context.Context) error { return w.makeAhead(ctx, &done) })
	w.tell(ctx, "retention_prepared", done, err)
}

// Run does a round now and then one each hour until ctx ends, and returns nil then.
func (w *Worker) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		done, err := w.RunOnce(ctx)
		if ctx.Err() != nil {
			return nil //nolint:nilerr // a clean stop
		}
		w.tell(ctx, "retention", done, err)
		wait := w.cfg.Every
		if err != nil && !tooSlow(err) {
			wait = min(wait, soon)
		}
		_ = backoff.Wait(ctx, wait)
	}
	return nil
}

// RunOnce does one round, unless another process is at it. What fails is not in
// the way of the rest.
func (w *Worker) RunOnce(ctx context.Context) (done Done, err error) {
	err = w.alone(viewer.System(ctx), func(ctx context.Context) error {
		errs := []error{w.makeAhead(ctx, &done)}
		if w.cfg.Days > 0 {
			errs = append(errs, w.sweepDeliveries(ctx, &done), w.sweepEvents(ctx, &done))
		}
		return errors.Join(errs...)
	})
	return done, err
}

// tooSlow reports whether a statement was cut off while it held a lock. Others have
// waited for it, so that it is not tried again soon.
func tooSlow(err error) bool {
	e, ok := errors.AsType[*pq.Error](err)
	return ok && e.Code == "57014"
}

func (w *Worker) tell(ctx context.Context, what string, done Done, err error) {
	if err != nil {
		w.cfg.Logger.WarnContext(ctx, what+"_unfinished", "error", err)
	}
	if len(done.Made)+len(done.Dropped)+done.Events+done.Deliveries > 0 {
		w.cfg.Logger.InfoContext(ctx, what, "partitions_made", done.Made, "partitions_dropped", done.Dropped,
			"events_deleted", done.Events, "deliveries_deleted", done.Deliveries)
	}
}

func (w *Worker) postgres() bool { return w.cfg.DB.Dialect == dialect.Postgres }

// cutoff is the time before which nothing is kept.
func (w *Worker) cutoff() time.Time { return w.cfg.Now().UTC().AddDate(0, 0, -w.cfg.Days) }

// alone does something that only one process may do at a time, or nothing where
// another one is at it. SQLite has only one process.
func (w *Worker) alone(ctx context.Context, do func(ctx context.Context) error) error {
	if !w.postgres() {
		return do(ctx)
	}
	const lock, unlock = "SELECT pg_try_advisory_lock(7364198203)", "SELECT pg_advisory_unlock(7364198203)"
	conn, err := w.cfg.DB.SQL.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connecting to the database: %w", err)
	}
	defer conn.Close()
	var mine bool
	if err := conn.QueryRowContext(ctx, lock).Scan(&mine); err != nil {
		return fmt.Errorf("looking whether another process removes old rows: %w", err)
	}
	if !mine {
		return nil
	}
	err = do(ctx)
	if _, e := conn.ExecContext(context.WithoutCancel(ctx), unlock); e != nil {
		err = errors.Join(err, fmt.Errorf("giving back the lock: %w", e), discard(conn))
	}
	return err
}

// discard keeps a connection that may still hold the lock out of the pool.
func discard(conn *sql.Conn) error {
	err := conn.Raw(func(any) error { return driver.ErrBadConn })
	if errors.Is(err, driver.ErrBadConn) {
		return nil
	}
	return err
}
