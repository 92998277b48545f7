package secrets

import (
	"context"
	"errors"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/sealingkey"
	"slotcast/internal/dbtx"
	"slotcast/internal/sealing"
	"slotcast/internal/viewer"
)

// The proof that a key is the one that a row names: this text, sealed for this
// row.
const (
	proof    = "slotcast"
	proofRow = "proof"
)

// Register makes the ring's current key known to the database, so that no server
// with other keys starts on it. It fails, with what to do, where the ring lacks a
// key that is known there. Of several servers that start at once with different
// keys one succeeds.
func Register(ctx context.Context, client *ent.Client, ring *sealing.Ring) error {
	ctx = viewer.System(ctx)
	return dbtx.Run(ctx, client, func(tx *ent.Tx) error {
		known, err := locked(ctx, tx)
		if err != nil {
			return err
		}
		missing := true
		for _, k := range known {
			if err := check(ring, k); err != nil {
				return err
			}
			missing = missing && k.ID != ring.Current()
		}
		if !missing {
			return nil
		}
		text, err := ring.Seal(proof, proofRow)
		if err != nil {
			return fmt.Errorf("proving key %s: %w", ring.Current(), err)
		}
		if err := tx.SealingKey.Create().SetID(sealing.KeyOf(text)).SetProof(text).Exec(ctx); err != nil {
			return fmt.Errorf("registering key %s: %w", ring.Current(), err)
		}
		return nil
	})
}

// locked returns the keys that are known. Others wait until the transaction ends.
func locked(ctx context.Context, tx *ent.Tx) ([]*ent.SealingKey, error) {
	// the one row that is always there
	if err := tx.Shard.UpdateOneID(0).AddHead(0).Exec(ctx); err != nil {
		return nil, fmt.Errorf("locking the sealing keys: %w", err)
	}
	return list(ctx, tx.Client())
}

func list(ctx context.Context, client *ent.Client) ([]*ent.SealingKey, error) {
	known, err := client.SealingKey.Query().Order(ent.Asc(sealingkey.FieldCreatedAt, sealingkey.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the sealing keys: %w", err)
	}
	return known, nil
}

func check(ring *sealing.Ring, k *ent.SealingKey) error {
	if !ring.Has(k.ID) {
		return fmt.Errorf("secrets in the database are sealed with key %s, which this server does not have: "+
			"add that key to SLOTCAST_SECRET_KEYS, or copy the file secret.keys from the data directory of the server that has it", k.ID)
	}
	text, err := ring.Open(k.Proof, proofRow)
	if err == nil && (text != proof || sealing.KeyOf(k.Proof) != k.ID) {
		err = errors.New("it proves something else")
	}
	if err != nil {
		return fmt.Errorf("the proof of key %s in the table sealing_keys does not open: %w; the row was changed: put it back from a backup", k.ID, err)
	}
	return nil
}

// Known names the keys that are registered.
func Known(ctx context.Context, client *ent.Client) ([]string, error) {
	known, err := list(viewer.System(ctx), client)
	names := make([]string, len(known))
	for i, k := range known {
		names[i] = k.ID
	}
	return names, err
}

// forget takes keys out of the register, but for those that texts are sealed
// with. It returns those that nothing needs any more, registered or not.
func forget(ctx context.Context, client *ent.Client, ids []string) (gone []string, err error) {
	counts, err := used(ctx, client)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if counts[id] == 0 {
			gone = append(gone, id)
		}
	}
	_, err = client.SealingKey.Delete().Where(sealingkey.IDIn(gone...)).Exec(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("forgetting keys: %w", err)
	}
	return gone, nil
}
