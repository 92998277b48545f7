// Package entdbtest gives tests a fresh, migrated database of their own: SQLite
// always, and PostgreSQL where the environment names a server. With
// SLOTCAST_TEST_FULL set, a missing PostgreSQL fails the test.
package entdbtest

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"slotcast/ent/migrate/migrations"

	"github.com/google/uuid"

	"slotcast/internal/entdb"
	"slotcast/internal/eventlog"
)

// Shards is how many shards the test databases have on PostgreSQL; SQLite has one.
const Shards = 64

// Each runs a test on every database that is there, as parallel subtests.
func Each(t *testing.T, test func(t *testing.T, db *entdb.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, Postgres(t))
	})
}

// Postgres returns a database on the server that the environment names, and
// skips the test where it names none.
func Postgres(t testing.TB) *entdb.DB {
	t.Helper()
	return open(t, entdb.Config{URL: PostgresURL(t)})
}

// PostgresURL makes a migrated database for the test and returns its URL.
func PostgresURL(t testing.TB) string {
	t.Helper()
	server := serverURL(t)
	from, err := template(context.WithoutCancel(t.Context()), server)
	if err != nil {
		t.Fatalf("making the template database: %v", err)
	}
	return create(t, server, from)
}

// EmptyPostgresURL is like PostgresURL, with nothing in the database.
func EmptyPostgresURL(t testing.TB) string {
	t.Helper()
	return create(t, serverURL(t), "template0")
}

func serverURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("SLOTCAST_TEST_DATABASE_URL")
	if server == "" {
		if os.Getenv("SLOTCAST_TEST_FULL") != "" {
			t.Fatal("SLOTCAST_TEST_DATABASE_URL is not set: run make test")
		}
		t.Skip("no PostgreSQL: run make test for the whole suite")
	}
	return server
}

// create copies a database for the test.
func create(t testing.TB, server, from string) string {
	t.Helper()
	name := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	if err := admin(t.Context(), server, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, from)); err != nil {
		t.Fatalf("making a database: %v", err)
	}
	t.Cleanup(func() {
		if err := admin(context.WithoutCancel(t.Context()), server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("dropping the database: %v", err)
		}
	})
	return at(server, name)
}

func open(t testing.TB, c entdb.Config) *entdb.DB {
	t.Helper()
	c.MaxConns = 24
	db, err := entdb.Open(t.Context(), c)
	if err != nil {
		t.Fatalf("opening the database: %v", err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Errorf("closing the database: %v", err)
		}
	})
	return db
}

func prepare(ctx context.Context, db *entdb.DB, shards int) error {
	if _, err := db.Migrate(ctx); err != nil {
		return err
	}
	return eventlog.Init(ctx, db.Client, shards, time.Now())
}

var templates sync.Map // server URL → func() (string, error)

// template returns a migrated database to copy. All test processes share it; it
// is named after the migrations, and made by the first that needs it.
func template(ctx context.Context, server string) (string, error) {
	once, _ := templates.LoadOrStore(server, sync.OnceValues(func() (string, error) {
		name, err := templateName()
		if err != nil {
			return "", err
		}
		db, err := sql.Open("postgres", server)
		if err != nil {
			return "", err
		}
		defer db.Close()
		db.SetMaxOpenConns(1) // the lock belongs to the connection
		if _, err := db.ExecContext(ctx, "SELECT pg_advisory_lock(7364198202)"); err != nil {
			return "", err
		}
		return name, makeTemplate(ctx, db, server, name)
	}))
	return once.(func() (string, error))()
}

func makeTemplate(ctx context.Context, db *sql.DB, server, name string) error {
	var n int
	err := db.QueryRowContext(ctx, "SELECT count(*) FROM pg_database WHERE datname = $1", name).Scan(&n)
	if err != nil || n > 0 {
		return err
	}
	unready := name + "_unready"
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + unready, "CREATE DATABASE " + unready} {
		if _, err := db.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	fresh, err := entdb.Open(ctx, entdb.Config{URL: at(server, unready)})
	if err != nil {
		return err
	}
	err = errors.Join(prepare(ctx, fresh, Shards), fresh.Close())
	if err == nil {
		_, err = db.ExecContext(ctx, "ALTER DATABASE "+unready+" RENAME TO "+name)
	}
	return err
}

func templateName() (string, error) {
	files, err := fs.Glob(migrations.Files, "postgres/*.sql")
	if err != nil {
		return "", err
	}
	hash := sha256.New()
	for _, f := range files {
		text, err := fs.ReadFile(migrations.Files, f)
		if err != nil {
			return "", err
		}
		_, _ = fmt.Fprintf(hash, "%s\n%s", f, text)
	}
	return fmt.Sprintf("template_%x_%d", hash.Sum(nil)[:8], Shards), nil
}

func admin(ctx context.Context, server, statement string) error {
	db, err := sql.Open("postgres", server)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

func at(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	u.Path = "/" + name
	return u.String()
}
