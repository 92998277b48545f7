package entdbtest

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"slotcast/internal/entdb"
)

// file is the database in a data directory.
const file = "slotcast.db"

// SQLite returns a database in the test's folder.
func SQLite(t testing.TB) *entdb.DB {
	t.Helper()
	return open(t, entdb.Config{DataDir: SQLiteDir(t)})
}

// SQLiteDir makes a data directory with a migrated database of one shard in it.
// It is a copy: under the race detector the migrations take a third of a second
// of computing, more than most tests do.
func SQLiteDir(t testing.TB) string {
	t.Helper()
	image, err := migrated()
	if err != nil {
		t.Fatalf("making the database to copy: %v", err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, file), image, 0o600); err != nil {
		t.Fatalf("copying the database: %v", err)
	}
	return dir
}

// migrated returns the file of a migrated database, which each test process makes
// once.
var migrated = sync.OnceValues(func() (image []byte, err error) {
	dir, err := os.MkdirTemp("", "slotcast-template-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	ctx := context.Background() //nolint:forbidigo // of no one test: the first makes it for all
	db, err := entdb.Open(ctx, entdb.Config{DataDir: dir})
	if err != nil {
		return nil, err
	}
	err = prepare(ctx, db, 1)
	if err == nil { // all of it into the one file
		_, err = db.SQL.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, file)) //nolint:gosec // made above
})
