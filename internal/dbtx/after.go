package dbtx

import (
	"context"

	"slotcast/ent"
)

// After runs do once the transaction is committed, and not where it is rolled back.
func After(tx *ent.Tx, do func()) {
	tx.OnCommit(func(next ent.Committer) ent.Committer {
		return ent.CommitFunc(func(ctx context.Context, tx *ent.Tx) error {
			err := next.Commit(ctx, tx)
			if err == nil {
				do()
			}
			return err
		})
	})
}
