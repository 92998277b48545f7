package entdb_test

import (
	"testing"

	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

func TestOpenAndMigrate(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		applied, pending, err := db.Status(t.Context())
		if err != nil || len(applied) == 0 || len(pending) != 0 {
			t.Fatalf("Status = %d applied, %d pending, %v", len(applied), len(pending), err)
		}
		again, err := db.Migrate(t.Context())
		if err != nil || len(again) != 0 {
			t.Fatalf("Migrate again = %v, %v", again, err)
		}
		if n, err := db.Client.Shard.Query().Count(viewer.System(t.Context())); err != nil || n == 0 {
			t.Fatalf("shards = %d, %v", n, err)
		}
	})
}
