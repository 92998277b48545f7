package retention

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"slotcast/ent"
	"slotcast/internal/dbtx"
)

// makeAhead makes the partitions that are missing, on PostgreSQL.
func (w *Worker) makeAhead(ctx context.Context, done *Done) error {
	if !w.postgres() {
		return nil
	}
	var errs []error
	for _, t := range []table{onEvents, onDeliveries} {
		errs = append(errs, w.makeOf(ctx, t, done))
	}
	return errors.Join(errs...)
}

func (w *Worker) makeOf(ctx context.Context, t table, done *Done) error {
	list, err := partitions(ctx, w.cfg.DB.SQL, t)
	if err != nil {
		return err
	}
	var last time.Time
	if len(list) > 0 {
		last = list[len(list)-1].to
	}
	now := w.cfg.Now().UTC()
	missing := plan(t, last, now, w.cfg.Days)
	if len(missing) == 0 {
		return nil
	}
	// What is in the DEFAULT partition already stays there: none may overlap with it.
	newest, err := w.strays(ctx, t, missing[0].from, now.AddDate(0, 0, 3*width(w.cfg.Days)))
	if err != nil {
		return err
	}
	if !newest.IsZero() {
		missing = plan(t, midnight(newest).AddDate(0, 0, 1), now, w.cfg.Days)
	}
	for _, p := range missing {
		if err := w.make(ctx, t, p); err != nil {
			return fmt.Errorf("making partition %s: %w", p.name, err)
		}
		done.Made = append(done.Made, p.name)
	}
	return nil
}

// strays returns the time of the newest row in [from, to) that is in the DEFAULT
// partition, the zero time if there is none.
func (w *Worker) strays(ctx context.Context, t table, from, to time.Time) (time.Time, error) {
	var newest sql.NullTime
	query := fmt.Sprintf("SELECT max(%[2]s) FROM %[1]s_default WHERE %[2]s >= $1 AND %[2]s < $2", t.name, t.column) //nolint:gosec // names of our own
	if err := w.cfg.DB.SQL.QueryRowContext(ctx, query, from, to).Scan(&newest); err != nil {
		return time.Time{}, fmt.Errorf("looking for the newest row of %s outside of the partitions: %w", t.name, err)
	}
	return newest.Time, nil
}

// make makes one partition. It is attached, not made as part of the table, since
// that would lock all of the table and not the DEFAULT partition alone.
func (w *Worker) make(ctx context.Context, t table, p partition) error {
	const at = "2006-01-02 15:04:05Z07:00"
	return w.change(ctx, func(tx *ent.Tx) error {
		name := pq.QuoteIdentifier(p.name)
		return run(ctx, tx,
			fmt.Sprintf("CREATE TABLE %s (LIKE %s INCLUDING ALL)", name, t.name),
			fmt.Sprintf("ALTER TABLE %s ATTACH PARTITION %s FOR VALUES FROM ('%s') TO ('%s')", t.name, name, p.from.Format(at), p.to.Format(at)))
	})
}

// change runs a transaction that needs locks which others wait for. It takes
// those within a short time or not at all, and no statement under them takes longer
// than three seconds: PostgreSQL reads all of the DEFAULT partition before it
// attaches another.
func (w *Worker) change(ctx context.Context, do func(tx *ent.Tx) error) error {
	return dbtx.Run(ctx, w.cfg.DB.Client, func(tx *ent.Tx) error {
		if err := run(ctx, tx,
			fmt.Sprintf("SET LOCAL lock_timeout = %d", w.cfg.Patience.Milliseconds()),
			"SET LOCAL statement_timeout = '3s'"); err != nil {
			return err
		}
		return do(tx)
	})
}

func run(ctx context.Context, tx *ent.Tx, statements ...string) error {
	for _, s := range statements {
		if _, err := tx.ExecContext(ctx, s); err != nil {
			return err
		}
	}
	return nil
}
