// Package dbtx runs changes of the database as a whole or not at all.
package dbtx

import (
	"context"
	"fmt"

	"slotcast/ent"
)

// Run begins a transaction, and commits what do did in it, or rolls it back
// when do fails or panics. Its error is do's, as it is, or the database's.
func Run(ctx context.Context, client *ent.Client, do func(tx *ent.Tx) error) error {
	tx, err := client.Tx(ctx)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing behind a commit; a broken connection rolls back by itself
	if err := do(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}
