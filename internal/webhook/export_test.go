package webhook

import (
	"context"
	"time"

	"slotcast/ent"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/sealing"
	"slotcast/internal/viewer"
)

// Matches is what Owed goes by.
func Matches(w *ent.Webhook, d *eventlog.Draft) bool { return matches(w, d) }

// Keys are those that the service seals with.
func (s *Service) Keys() *sealing.Ring { return s.keys }

// At makes the service's clock stand still.
func (s *Service) At(now time.Time) { s.now = func() time.Time { return now } }

// Enter moves a webhook from a state, whatever state it is in.
func (s *Service) Enter(ctx context.Context, id string, from, to domain.WebhookState) error {
	return dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		v, _ := viewer.From(ctx)
		update := tx.Webhook.UpdateOneID(id)
		if err := s.enter(ctx, tx, update, v, &ent.Webhook{ID: id, State: from}, to); err != nil {
			return err
		}
		_, err := save(ctx, update, id)
		return err
	})
}

// MaxTold is how many deliveries are told of at once, at most.
const MaxTold = maxTold
