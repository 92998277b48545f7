package entdb_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	atlas "ariga.io/atlas/sql/migrate"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"

	"slotcast/ent/migrate"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/retention"
)

const written = "../../ent/migrate/migrations/"

// The migrations lead to the entities: another diff finds nothing to do.
func TestMigrationsAndEntitiesAgree(t *testing.T) {
	t.Parallel()
	empty(t, func(t *testing.T, c entdb.Config) {
		db := open(t, c)
		copied := t.TempDir()
		if err := os.CopyFS(copied, os.DirFS(written+folder(db))); err != nil {
			t.Fatal(err)
		}
		dir, err := atlas.NewLocalDir(copied)
		if err != nil {
			t.Fatal(err)
		}
		m, err := schema.NewMigrate(entsql.OpenDB(db.Dialect, db.SQL),
			schema.WithDir(dir), schema.WithMigrationMode(schema.ModeReplay), schema.WithDialect(db.Dialect),
			schema.WithDropColumn(true), schema.WithDropIndex(true), schema.WithErrNoPlan(true),
			schema.WithFormatter(atlas.DefaultFormatter), schema.WithDiffHook(migrate.KeepByHand))
		if err != nil {
			t.Fatal(err)
		}
		before := files(t, copied)
		err = m.NamedDiff(t.Context(), "drift", migrate.Tables...)
		if errors.Is(err, atlas.ErrNoPlan) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		for name, text := range files(t, copied) {
			if _, old := before[name]; !old {
				t.Errorf("the entities have changed without a migration; run ent/migrate/diff.go for:\n%s", text)
			}
		}
	})
}

// Partitions that were made make no difference between tables and entities. (What
// PostgreSQL writes in another way than the entities does, with or without them.)
func TestPartitionsAreNoDrift(t *testing.T) {
	t.Parallel()
	db := open(t, entdb.Config{URL: entdbtest.PostgresURL(t)})
	before := difference(t, db)
	done, err := retention.New(retention.Config{DB: db, Days: 30}).RunOnce(t.Context())
	if err != nil || len(done.Made) == 0 {
		t.Fatalf("made %v, %v", done.Made, err)
	}
	if after := difference(t, db); after != before {
		t.Errorf("with partitions:\n%s\nwithout:\n%s", after, before)
	}
}

// difference is what would have to be done to the tables.
func difference(t *testing.T, db *entdb.DB) string {
	t.Helper()
	dir, err := atlas.NewLocalDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	m, err := schema.NewMigrate(entsql.OpenDB(db.Dialect, db.SQL),
		schema.WithDir(dir), schema.WithMigrationMode(schema.ModeInspect), schema.WithDialect(db.Dialect),
		schema.WithDropColumn(true), schema.WithDropIndex(true),
		schema.WithFormatter(atlas.DefaultFormatter), schema.WithDiffHook(migrate.KeepByHand))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.NamedDiff(t.Context(), "drift", migrate.Tables...); err != nil {
		t.Fatal(err)
	}
	var all []string
	for name, text := range files(t, dir.Path()) {
		if name != atlas.HashFileName {
			all = append(all, text)
		}
	}
	return strings.Join(all, "\n")
}

func TestChecksumsMatch(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"postgres", "sqlite"} {
		dir, err := atlas.NewLocalDir(written + name)
		if err != nil {
			t.Fatal(err)
		}
		if err := atlas.Validate(dir); err != nil {
			t.Errorf("%s: %v: a released migration must not change; an edit of a new one needs ent/migrate/diff.go -hash", name, err)
		}
	}
}

func folder(db *entdb.DB) string {
	if db.Dialect == dialect.SQLite {
		return "sqlite"
	}
	return "postgres"
}

func files(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(dir + "/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(text)
	}
	return out
}

// empty runs a test on every kind of database with nothing in it.
func empty(t *testing.T, test func(t *testing.T, c entdb.Config)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, entdb.Config{DataDir: t.TempDir()})
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, entdb.Config{URL: entdbtest.EmptyPostgresURL(t)})
	})
}

func open(t *testing.T, c entdb.Config) *entdb.DB {
	t.Helper()
	db, err := entdb.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}
