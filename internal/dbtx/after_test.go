package dbtx_test

import (
	"errors"
	"testing"

	"slotcast/ent"
	"slotcast/internal/dbtx"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

func TestAfter(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		ctx := viewer.System(t.Context())
		for _, refused := range []error{nil, errors.New("refused")} {
			ran := false
			err := dbtx.Run(ctx, db.Client, func(tx *ent.Tx) error {
				dbtx.After(tx, func() {
					if ran = true; db.Client.App.Query().CountX(ctx) != 1 {
						t.Error("it runs before the commit")
					}
				})
				if err := tx.App.Create().SetName("Acme").Exec(ctx); err != nil {
					return err
				}
				return refused
			})
			if !errors.Is(err, refused) || ran != (refused == nil) {
				t.Errorf("of %v: %v, and ran is %v", refused, err, ran)
			}
		}
	})
}
