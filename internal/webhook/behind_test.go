package webhook_test

import (
	"testing"

	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

// Behind is what lies between a webhook and the end of its shard.
func TestBehind(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s, mine, _ := setup(t, db)
		w, _, err := s.Create(mine.ctx, input())
		if err != nil {
			t.Fatal(err)
		}
		system := viewer.System(t.Context())
		behind := func(want int) {
			t.Helper()
			if got, err := s.Behind(mine.ctx, w); got != want || err != nil {
				t.Errorf("it is %d behind, want %d, %v", got, want, err)
			}
		}
		behind(0) // no row: it keeps up
		head := db.Client.Shard.UpdateOneID(0).AddHead(7).SaveX(system).Head
		db.Client.Backlog.Create().SetID(w.ID).SetShard(0).SetNumber(head - 7).ExecX(system)
		behind(7)
		db.Client.Backlog.UpdateOneID(w.ID).SetNumber(head + 1).ExecX(system)
		behind(0)
	})
}
