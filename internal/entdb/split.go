package entdb

import (
	"context"
	stdsql "database/sql"
	"errors"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/internal/sqlerr"
)

// split sends all writing to one connection of SQLite and reading to the others.
// SQLite has one writer at a time; many connections would wait for each other by
// sleeping and trying again, while one makes them queue.
type split struct {
	*sql.Driver // reads
	writer      *sql.Driver
}

// Tx begins a transaction, which on SQLite is one that writes.
func (s *split) Tx(ctx context.Context) (dialect.Tx, error) { return s.BeginTx(ctx, nil) }

// BeginTx is Tx with options.
func (s *split) BeginTx(ctx context.Context, opts *stdsql.TxOptions) (tx dialect.Tx, err error) {
	err = patient(ctx, func() error {
		tx, err = s.writer.BeginTx(ctx, opts)
		return err
	})
	return tx, err
}

// Exec runs a statement that returns no rows.
func (s *split) Exec(ctx context.Context, query string, args, v any) error {
	return patient(ctx, func() error { return s.writer.Exec(ctx, query, args, v) })
}

// ExecContext is Exec in the terms of database/sql.
func (s *split) ExecContext(ctx context.Context, query string, args ...any) (result stdsql.Result, err error) {
	err = patient(ctx, func() error {
		result, err = s.writer.ExecContext(ctx, query, args...)
		return err
	})
	return result, err
}

// Query runs a statement that returns rows: an INSERT may do so.
func (s *split) Query(ctx context.Context, query string, args, v any) error {
	if strings.HasPrefix(query, "SELECT") {
		return s.Driver.Query(ctx, query, args, v)
	}
	return patient(ctx, func() error { return s.writer.Query(ctx, query, args, v) })
}

const (
	lockPatience = 10 * time.Second       // with a lock that another process holds
	lockTry      = 200 * time.Millisecond // of it at a time: SQLite's own waiting does not end with a context
)

// patient tries to write until no other process does, within lockPatience and
// no longer than ctx goes on.
func patient(ctx context.Context, try func() error) error {
	for late := time.Now().Add(lockPatience); ; {
		err := try()
		if !sqlerr.Retryable(err) || time.Now().After(late) {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// Close closes both.
func (s *split) Close() error {
	return errors.Join(s.Driver.Close(), s.writer.Close())
}
