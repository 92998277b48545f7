package entdb

import (
	"context"
	stdsql "database/sql"
	"errors"
	"strings"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
)

// split sends all writing to one connection of SQLite and reading to the others.
// SQLite has one writer at a time; many connections would wait for each other by
// sleeping and trying again, while one makes them queue.
type split struct {
	*sql.Driver // reads
	writer      *sql.Driver
}

// Tx begins a transaction, which on SQLite is one that writes.
func (s *split) Tx(ctx context.Context) (dialect.Tx, error) { return s.writer.Tx(ctx) }

// BeginTx is Tx with options.
func (s *split) BeginTx(ctx context.Context, opts *stdsql.TxOptions) (dialect.Tx, error) {
	return s.writer.BeginTx(ctx, opts)
}

// Exec runs a statement that returns no rows.
func (s *split) Exec(ctx context.Context, query string, args, v any) error {
	return s.writer.Exec(ctx, query, args, v)
}

// ExecContext is Exec in the terms of database/sql.
func (s *split) ExecContext(ctx context.Context, query string, args ...any) (stdsql.Result, error) {
	return s.writer.ExecContext(ctx, query, args...)
}

// Query runs a statement that returns rows: an INSERT may do so.
func (s *split) Query(ctx context.Context, query string, args, v any) error {
	if strings.HasPrefix(query, "SELECT") {
		return s.Driver.Query(ctx, query, args, v)
	}
	return s.writer.Query(ctx, query, args, v)
}

// Close closes both.
func (s *split) Close() error {
	return errors.Join(s.Driver.Close(), s.writer.Close())
}
