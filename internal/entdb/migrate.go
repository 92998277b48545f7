package entdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"time"

	"entgo.io/ent/dialect"

	"slotcast/ent/migrate/migrations"
)

// Migration is one versioned change of the schema.
type Migration struct {
	Version string // sorts by age: the file's name without .sql
	SQL     string
}

// ErrNewer says that the database was migrated by a newer slotcast.
var ErrNewer = errors.New("the database is newer than this slotcast: start the newer version")

// Status says which migrations the database has and which it still needs.
// Unknown ones, of a newer version, come as ErrNewer.
func (db *DB) Status(ctx context.Context) (applied, pending []Migration, err error) {
	all, err := load(db.Dialect)
	if err != nil {
		return nil, nil, err
	}
	conn, err := db.SQL.Conn(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("connecting to the database: %w", err)
	}
	defer conn.Close()
	have, err := versions(ctx, conn, db.steps().exists)
	if err != nil {
		return nil, nil, err
	}
	return compare(all, have)
}

// Migrate applies all pending migrations in one transaction, under a lock that
// lets one process do it while others wait, and returns those it applied.
func (db *DB) Migrate(ctx context.Context) ([]Migration, error) {
	all, err := load(db.Dialect)
	if err != nil {
		return nil, err
	}
	return db.migrate(ctx, all)
}

func (db *DB) migrate(ctx context.Context, all []Migration) ([]Migration, error) {
	conn, err := db.SQL.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("connecting to the database: %w", err)
	}
	defer conn.Close()
	s := db.steps()
	done, err := s.run(ctx, conn, all)
	// also when it failed early: the connection goes back to the pool
	if _, e := conn.ExecContext(context.WithoutCancel(ctx), s.after); e != nil {
		err = errors.Join(err, fmt.Errorf("ending the migration (%s): %w", s.after, e))
	}
	if err != nil {
		return nil, err
	}
	return done, nil
}

// steps are what surrounds the migrations on one database. SQLite's foreign
// keys must be off before the transaction begins: a table that is rebuilt would
// otherwise take its children with it.
type steps struct {
	before []string // the last one begins the transaction
	after  string
	exists string // counts the table of migrations
	check  string // rows of its answer are broken references
}

// run does what comes before, applies the migrations and ends the transaction.
func (s steps) run(ctx context.Context, conn *sql.Conn, all []Migration) ([]Migration, error) {
	for _, stmt := range s.before {
		if _, err := conn.ExecContext(ctx, stmt); err != nil {
			return nil, fmt.Errorf("preparing the migration (%s): %w", stmt, err)
		}
	}
	done, err := apply(ctx, conn, all, s)
	end := "COMMIT"
	if err != nil {
		end = "ROLLBACK"
	}
	if _, e := conn.ExecContext(context.WithoutCancel(ctx), end); e != nil {
		err = errors.Join(err, fmt.Errorf("ending the migration (%s): %w", end, e))
	}
	return done, err
}

func (db *DB) steps() steps {
	if db.Dialect == dialect.SQLite {
		return onSQLite
	}
	return onPostgres
}

var (
	onPostgres = steps{
		before: []string{"SELECT pg_advisory_lock(7364198201)", "BEGIN"},
		after:  "SELECT pg_advisory_unlock(7364198201)",
		exists: `SELECT count(*) FROM information_schema.tables
			WHERE table_schema = current_schema() AND table_name = 'schema_migrations'`,
	}
	onSQLite = steps{
		before: []string{"PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"},
		after:  "PRAGMA foreign_keys = ON",
		exists: "SELECT count(*) FROM sqlite_master WHERE name = 'schema_migrations'",
		check:  "PRAGMA foreign_key_check",
	}
)

func apply(ctx context.Context, conn *sql.Conn, all []Migration, s steps) ([]Migration, error) {
	const table = `CREATE TABLE IF NOT EXISTS schema_migrations (version varchar(200) PRIMARY KEY, applied_at varchar(40) NOT NULL)`
	if _, err := conn.ExecContext(ctx, table); err != nil {
		return nil, fmt.Errorf("making the table of migrations: %w", err)
	}
	have, err := versions(ctx, conn, s.exists)
	if err != nil {
		return nil, err
	}
	_, pending, err := compare(all, have)
	if err != nil {
		return nil, err
	}
	for _, m := range pending {
		if _, err := conn.ExecContext(ctx, m.SQL); err != nil {
			return nil, fmt.Errorf("migration %s: %w", m.Version, err)
		}
		if _, err := conn.ExecContext(ctx, `INSERT INTO schema_migrations (version, applied_at) VALUES ($1, $2)`,
			m.Version, time.Now().UTC().Format(time.RFC3339)); err != nil {
			return nil, fmt.Errorf("recording migration %s: %w", m.Version, err)
		}
	}
	if s.check == "" {
		return pending, nil
	}
	rows, err := conn.QueryContext(ctx, s.check)
	if err != nil {
		return nil, fmt.Errorf("checking the references: %w", err)
	}
	defer rows.Close()
	if rows.Next() {
		return nil, errors.New("the migrations would break references between rows; nothing was changed")
	}
	return pending, rows.Err()
}

// versions lists what the database has; none where it is empty.
func versions(ctx context.Context, conn *sql.Conn, exists string) (map[string]bool, error) {
	var n int
	if err := conn.QueryRowContext(ctx, exists).Scan(&n); err != nil {
		return nil, fmt.Errorf("looking for the table of migrations: %w", err)
	}
	have := map[string]bool{}
	if n == 0 {
		return have, nil
	}
	rows, err := conn.QueryContext(ctx, `SELECT version FROM schema_migrations`)
	if err != nil {
		return nil, fmt.Errorf("reading the applied migrations: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var v string
		if err := rows.Scan(&v); err != nil {
			return nil, fmt.Errorf("reading the applied migrations: %w", err)
		}
		have[v] = true
	}
	return have, rows.Err()
}

func compare(all []Migration, have map[string]bool) (applied, pending []Migration, err error) {
	for _, m := range all {
		if have[m.Version] {
			applied = append(applied, m)
			delete(have, m.Version)
		} else {
			pending = append(pending, m)
		}
	}
	if len(have) > 0 {
		return nil, nil, ErrNewer
	}
	return applied, pending, nil
}

func load(name string) ([]Migration, error) {
	folder := map[string]string{dialect.SQLite: "sqlite", dialect.Postgres: "postgres"}[name]
	files, err := fs.Glob(migrations.Files, path.Join(folder, "*.sql"))
	if err != nil {
		return nil, err
	}
	out := make([]Migration, 0, len(files))
	for _, f := range files {
		text, err := fs.ReadFile(migrations.Files, f)
		if err != nil {
			return nil, err
		}
		out = append(out, Migration{Version: strings.TrimSuffix(path.Base(f), ".sql"), SQL: string(text)})
	}
	return out, nil
}
