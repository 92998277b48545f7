package main

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"time"

	"github.com/lib/pq"
	"golang.org/x/sync/errgroup"
)

// rowsAtOnce is how many results one statement inserts.
const rowsAtOnce = 1000

//go:embed sql/floor_deliveries.sql
var floorDeliveries string

// floorLedger is the posting loop with a row for each message, many in a
// statement, in a bare table with a primary key.
type floorLedger struct {
	*floorPost
	db     *sql.DB
	insert *sql.Stmt
	hooks  []string
}

// newFloorLedger makes the table in a database of its own choice. Its owner
// calls close.
func newFloorLedger(ctx context.Context, db *sql.DB, post *floorPost) (*floorLedger, error) {
	_, err := db.ExecContext(ctx, `CREATE TABLE floor_deliveries (
		id text PRIMARY KEY, webhook_id text NOT NULL, number bigint NOT NULL, status_code smallint, at timestamptz NOT NULL, latency_ms integer)`)
	if err != nil {
		return nil, fmt.Errorf("making the floor's table: %w", err)
	}
	l := &floorLedger{floorPost: post, db: db}
	for _, u := range post.urls {
		l.hooks = append(l.hooks, u.Host)
	}
	l.insert, err = db.PrepareContext(ctx, floorDeliveries)
	return l, err
}

func (l *floorLedger) close() {
	_ = l.insert.Close()
	l.floorPost.close()
}

// run posts for a while and writes the rows.
func (l *floorLedger) run(ctx context.Context, d time.Duration) error {
	results := make(chan posted, 4*rowsAtOnce)
	group, inner := errgroup.WithContext(ctx)
	began := time.Now()
	before := l.total
	group.Go(func() error { return l.keep(inner, results) })
	group.Go(func() error {
		defer close(results)
		return l.floorPost.run(inner, d, func(ctx context.Context, p posted) error {
			select {
			case results <- p:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
	})
	if err := group.Wait(); err != nil {
		return err
	}
	l.total.took = before.took + time.Since(began) // until the last row
	return nil
}

func (l *floorLedger) keep(ctx context.Context, results <-chan posted) error {
	batch := make([]posted, 0, rowsAtOnce)
	for p := range results {
		if batch = append(batch, p); len(batch) < rowsAtOnce {
			continue
		}
		if err := l.write(ctx, batch); err != nil {
			return err
		}
		batch = batch[:0]
	}
	return l.write(ctx, batch)
}

func (l *floorLedger) write(ctx context.Context, batch []posted) error {
	var (
		ids, hooks        []string
		numbers           []int64
		statuses, latency []int32
		times             []time.Time
	)
	for _, p := range batch {
		ids, hooks, numbers = append(ids, p.id), append(hooks, l.hooks[p.hook]), append(numbers, p.number)
		statuses, latency = append(statuses, int32(p.status)), append(latency, int32(p.latency.Milliseconds())) //nolint:gosec // small
		times = append(times, p.at)
	}
	_, err := l.insert.ExecContext(ctx, pq.Array(ids), pq.Array(hooks), pq.Array(numbers), pq.Array(statuses), pq.Array(times), pq.Array(latency))
	if err != nil {
		return fmt.Errorf("inserting %d rows: %w", len(batch), err)
	}
	return nil
}
