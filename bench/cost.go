package main

import (
	"context"
	"fmt"
	"time"
)

// cost is what a server's work has left in PostgreSQL and Redis.
type cost struct {
	rows     int64 // written, of all tables
	wal      int64 // bytes
	images   int64 // bytes of it that are whole pages, written once after each checkpoint
	commands int64 // of Redis
	lsn      string
}

const (
	rowsWritten = `SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::bigint FROM pg_stat_user_tables
		WHERE relname NOT LIKE 'events%' AND relname NOT LIKE 'floor%' AND relname <> 'shards'`
	walBetween = `SELECT coalesce(sum(fpi_size), 0)::bigint FROM pg_get_wal_stats($1::pg_lsn, $2::pg_lsn)`
)

// count reads the counters, when nothing has been written for a while: sessions
// report theirs now and then, and at their end. The server must have stopped.
func (r *rig) count(ctx context.Context) (c cost, err error) {
	if c.rows, err = r.value(ctx, rowsWritten); err != nil {
		return c, err
	}
	if c.commands, err = r.redis.commands(ctx); err != nil {
		return c, err
	}
	c.lsn, err = r.position(ctx)
	return c, err
}

func (r *rig) position(ctx context.Context) (lsn string, err error) {
	if err := r.db.SQL.QueryRowContext(ctx, "SELECT pg_current_wal_flush_lsn()::text").Scan(&lsn); err != nil {
		return "", fmt.Errorf("asking for the place in the WAL: %w", err)
	}
	return lsn, nil
}

// since returns what has been added. Where PostgreSQL lacks pg_walinspect, the
// whole pages are not told apart.
func (r *rig) since(ctx context.Context, before cost) (c cost, err error) {
	if c, err = r.count(ctx); err != nil {
		return c, err
	}
	c.rows, c.commands = c.rows-before.rows, c.commands-before.commands
	if c.wal, err = r.value(ctx, "SELECT pg_wal_lsn_diff($1::pg_lsn, $2::pg_lsn)::bigint", c.lsn, before.lsn); err != nil {
		return c, err
	}
	if _, err := r.db.SQL.ExecContext(ctx, "CREATE EXTENSION IF NOT EXISTS pg_walinspect"); err == nil {
		if c.images, err = r.value(ctx, walBetween, before.lsn, c.lsn); err != nil {
			return c, err
		}
	}
	return c, nil
}

// checkpoint makes what is written from now on comparable.
func (r *rig) checkpoint(ctx context.Context) error {
	for _, statement := range []string{"VACUUM ANALYZE events", "CHECKPOINT"} {
		if _, err := r.db.SQL.ExecContext(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// unsettled counts the parts of the log whose events are not all accounted for.
const unsettled = `SELECT count(*) FROM leases l JOIN shards s ON s.id = l.id WHERE l.settled < s.head`

// recorded waits until so many deliveries have rows that say so, and returns
// when that was, and what had been used until then: counting them costs much, so
// that it is done when the log says that there is nothing left.
func (r *rig) recorded(ctx context.Context, server *node, n int) (at time.Time, cpu usage, err error) {
	for began := time.Now(); ; {
		open, err := r.value(ctx, unsettled)
		if err != nil {
			return at, cpu, err
		}
		if open == 0 || time.Since(began) > 5*time.Second {
			at, cpu = time.Now(), r.usage(server)
			done, err := r.value(ctx, "SELECT count(*) FROM deliveries WHERE status = 'DELIVERED'")
			if err != nil || done >= int64(n) {
				return at, cpu, err
			}
			if time.Since(began) > patience {
				return at, cpu, fmt.Errorf("%d of %d deliveries have their rows after %v", done, n, patience)
			}
		}
		if err := wait(ctx, 10*time.Millisecond); err != nil {
			return at, cpu, err
		}
	}
}
