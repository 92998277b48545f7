package webhook

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/internal/dbtx"
)

const (
	// soon is how long it takes until all servers know that a webhook takes nothing
	// any more: before that they would still send to it.
	soon = 2 * time.Second
	// maxHastened bounds the rows of one change; the others come when their time does.
	maxHastened = 5_000
	hastened    = 1_000 // rows of a statement
)

// hasten makes what is to be tried again later due soon, of a webhook that is
// deleted in the same transaction: who delivers then cancels it, and it does not
// stay PENDING until its next attempt would have been. What is in anybody's hands
// just now is left to him.
func (s *Service) hasten(ctx context.Context, tx *ent.Tx, w *ent.Webhook) error {
	webhookID, at := w.ID, s.now().UTC().Add(soon)
	for range maxHastened / hastened {
		rows, err := tx.Delivery.Query().Where(pendingOnly, delivery.WebhookID(webhookID), delivery.NextAttemptAtGT(at), unlocked).Limit(hastened).
			Select(delivery.FieldID, delivery.FieldCreatedAt).All(ctx)
		if err != nil {
			return fmt.Errorf("reading what webhook %s is still owed: %w", webhookID, err)
		}
		if len(rows) == 0 {
			return nil
		}
		ids, from, to := make([]string, len(rows)), rows[0].CreatedAt, rows[0].CreatedAt
		for i, d := range rows {
			ids[i] = d.ID
			if d.CreatedAt.Before(from) {
				from = d.CreatedAt
			}
			if d.CreatedAt.After(to) {
				to = d.CreatedAt
			}
		}
		err = tx.Delivery.Update().Where(delivery.IDIn(ids...), delivery.CreatedAtGTE(from), delivery.CreatedAtLTE(to)).
			SetNextAttemptAt(at).Exec(ctx)
		if err != nil {
			return fmt.Errorf("making due what webhook %s is still owed: %w", webhookID, err)
		}
		dbtx.After(tx, func() { s.tell(w.AppID, ids...) })
	}
	return nil
}

// pendingOnly is written out, as a parameter would keep the partial index from
// being used.
func pendingOnly(s *sql.Selector) {
	s.Where(sql.ExprP("status = 'PENDING' AND shard >= 0"))
}

// unlocked passes over what others are changing, so that nobody waits for another
// in a circle.
func unlocked(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.ForUpdate(sql.WithLockAction(sql.SkipLocked))
	}
}
