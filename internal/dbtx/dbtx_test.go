package dbtx_test

import (
	"context"
	"errors"
	"testing"

	"slotcast/ent"
	"slotcast/internal/dbtx"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

func TestRun(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		ctx := viewer.System(t.Context())
		refused := errors.New("refused")
		run := func(after func() error) error {
			return dbtx.Run(ctx, db.Client, func(tx *ent.Tx) error {
				if err := tx.App.Create().SetName("Acme").Exec(ctx); err != nil {
					return err
				}
				return after()
			})
		}
		if err := run(func() error { return refused }); !errors.Is(err, refused) {
			t.Errorf("a change that fails: %v", err)
		}
		func() {
			defer func() { _ = recover() }()
			_ = run(func() error { panic("broken") })
		}()
		ended, end := context.WithCancel(ctx)
		end()
		if err := dbtx.Run(ended, db.Client, func(*ent.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("without time: %v", err)
		}
		if n := db.Client.App.Query().CountX(ctx); n != 0 {
			t.Fatalf("%d apps are left of changes that failed", n)
		}
		if err := run(func() error { return nil }); err != nil {
			t.Fatal(err)
		}
		if n := db.Client.App.Query().CountX(ctx); n != 1 {
			t.Errorf("%d apps, want 1", n)
		}
	})
}
