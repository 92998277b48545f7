// Package entdb opens the database that holds everything: an embedded SQLite
// file, or PostgreSQL, and brings its schema up to date. It is the only package
// that knows which of the two is there; it also loads the entities' privacy
// rules, which come with the import of ent/runtime.
//
// Open hands out a DB whose owner calls Close once, after all work has ended.
package entdb

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"
	"modernc.org/sqlite"

	"slotcast/ent"
	_ "slotcast/ent/runtime" // the entities' privacy rules
)

// Config says where the database is.
type Config struct {
	URL      string // postgres://…; empty: SQLite in DataDir
	DataDir  string // holds slotcast.db; made when it is missing
	MaxConns int    // 0 means 32
	ReadOnly bool   // SQLite: the file must be there, and stays as it is
}

// File is the name of the embedded database in its data directory.
const File = "slotcast.db"

// DB is an open database: SQL for migrations and health, Client for all else.
type DB struct {
	SQL     *sql.DB
	Client  *ent.Client
	Driver  dialect.Driver // below Client, for one that also counts its statements
	Dialect string         // dialect.SQLite or dialect.Postgres
}

// Open connects, and fails with words when the database does not answer.
func Open(ctx context.Context, c Config) (*DB, error) {
	open := openPostgres
	if c.URL == "" {
		open = openSQLite
	}
	driver, pool, err := open(c)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	if err := pool.PingContext(ctx); err != nil {
		_ = driver.Close()
		hint := "check the database URL and that the server runs"
		if errors.Is(err, pq.ErrSSLNotSupported) {
			hint = "add ?sslmode=disable to the database URL if that is what you want"
		}
		return nil, fmt.Errorf("connecting to the database: %w; %s", err, hint)
	}
	return &DB{SQL: pool, Client: ent.NewClient(ent.Driver(driver)), Driver: driver, Dialect: driver.Dialect()}, nil
}

func openPostgres(c Config) (dialect.Driver, *sql.DB, error) {
	connector, err := pq.NewConnector(postgresDSN(c.URL))
	if err != nil {
		return nil, nil, err
	}
	db := limit(sql.OpenDB(preparing{connector}), cmp.Or(c.MaxConns, 32))
	return entsql.OpenDB(dialect.Postgres, db), db, nil
}

func openSQLite(c Config) (dialect.Driver, *sql.DB, error) {
	if !c.ReadOnly {
		if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
			return nil, nil, fmt.Errorf("making the data directory: %w", err)
		}
	}
	file := filepath.Join(c.DataDir, File)
	reader, err := sqlite.NewConnector(sqliteDSN(file, c.ReadOnly, lockPatience))
	if err != nil {
		return nil, nil, err
	}
	writer, err := sqlite.NewConnector(sqliteDSN(file, c.ReadOnly, lockTry))
	if err != nil {
		return nil, nil, err
	}
	reads := limit(sql.OpenDB(preparing{reader}), cmp.Or(c.MaxConns, 32))
	writes := limit(sql.OpenDB(preparing{writer}), 1)
	return &split{
		Driver: entsql.OpenDB(dialect.SQLite, reads),
		writer: entsql.OpenDB(dialect.SQLite, writes),
	}, reads, nil
}

func limit(db *sql.DB, conns int) *sql.DB {
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db
}

// Close closes the connections.
func (db *DB) Close() error { return db.Client.Close() }

// postgresDSN makes times come back in UTC, whatever the server's own zone.
func postgresDSN(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw // the driver says what is wrong with it
	}
	q := u.Query()
	q.Set("timezone", "UTC")
	u.RawQuery = q.Encode()
	return u.String()
}

// sqliteDSN makes every transaction take the write lock when it begins: one
// that reads first and writes later would fail against another one. Times are
// written in UTC, so that they compare as text.
func sqliteDSN(file string, readOnly bool, busy time.Duration) string {
	q := url.Values{"_pragma": {fmt.Sprintf("busy_timeout(%d)", busy.Milliseconds())}}
	for _, pragma := range []string{"synchronous(NORMAL)", "foreign_keys(1)", "temp_store(MEMORY)"} {
		q.Add("_pragma", pragma)
	}
	if readOnly {
		q.Set("mode", "ro")
	} else {
		q.Add("_pragma", "journal_mode(WAL)")
	}
	q.Set("_txlock", "immediate")
	q.Set("_time_format", "sqlite")
	q.Set("_timezone", "UTC")
	name := (&url.URL{Path: file}).EscapedPath() // SQLite decodes it
	return (&url.URL{Scheme: "file", Opaque: name, RawQuery: q.Encode()}).String()
}

// Now returns the database's clock: what processes compare each other's leases
// by, since their own clocks may differ.
func (db *DB) Now(ctx context.Context) (time.Time, error) {
	query := `SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)`
	if db.Dialect == dialect.SQLite {
		query = `SELECT CAST(unixepoch('subsec') * 1000 AS integer)`
	}
	var ms int64
	if err := db.SQL.QueryRowContext(ctx, query).Scan(&ms); err != nil {
		return time.Time{}, fmt.Errorf("reading the database's clock: %w", err)
	}
	return time.UnixMilli(ms).UTC(), nil
}
