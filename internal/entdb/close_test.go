package entdb_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

// A closed database is one file, and none of its files are open any more, though
// statements were kept prepared.
func TestCloseLeavesOneFile(t *testing.T) {
	t.Parallel()
	dir := entdbtest.SQLiteDir(t)
	db := open(t, entdb.Config{DataDir: dir})
	ctx := viewer.System(t.Context())
	app := db.Client.App.Create().SetName("App").SaveX(ctx)
	db.Client.App.GetX(ctx, app.ID)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	links, _ := filepath.Glob("/proc/self/fd/*") // none where there is no such thing
	for _, l := range links {
		if to, err := os.Readlink(l); err == nil && strings.HasPrefix(to, dir) {
			t.Errorf("%s is still open", to)
		}
	}
}
