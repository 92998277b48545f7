package webhook

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/caller"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/signing"
)

const (
	defaultOverlap = 24 * 60     // minutes
	maxOverlap     = 7 * 24 * 60 // minutes
)

// Rotation describes another secret.
type Rotation struct {
	Secret         *string // nil: one is made
	OverlapMinutes *int    // how long the old one stays valid; nil: a day
}

// Rotate gives a webhook another secret and returns it, which is never given out
// again. The old one stays valid beside it for a while; the one before that, of a
// rotation that still runs, ends. One that cannot be opened is replaced at once.
// Its errors are those of Update.
func (s *Service) Rotate(ctx context.Context, id string, r Rotation) (w *ent.Webhook, secret string, err error) {
	if _, err := caller.Agent(ctx, s.client, domain.WebhooksWrite); err != nil {
		return nil, "", err
	}
	secret, overlap, err := r.check()
	if err != nil {
		return nil, "", err
	}
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		old, err := get(ctx, tx, id)
		if err != nil {
			return err
		}
		w, err = s.rotate(ctx, tx, old, secret, overlap)
		return err
	})
	if err != nil {
		return nil, "", err
	}
	return w, secret, nil
}

// check returns the secret, and how long the old one stays.
func (r Rotation) check() (secret string, overlap time.Duration, err error) {
	minutes := defaultOverlap
	if r.OverlapMinutes != nil {
		minutes = *r.OverlapMinutes
	}
	if minutes < 0 || minutes > maxOverlap {
		return "", 0, apperr.BadInput("overlapMinutes", "between 0 and %d minutes are taken, which are a week", maxOverlap)
	}
	if r.Secret == nil {
		return signing.NewSecret(), time.Duration(minutes) * time.Minute, nil
	}
	if *r.Secret == "" {
		return "", 0, apperr.BadInput("secret", "a rotation gives another secret: leave it out to have one made")
	}
	return *r.Secret, time.Duration(minutes) * time.Minute, checkSecret(*r.Secret)
}

func (s *Service) rotate(ctx context.Context, tx *ent.Tx, old *ent.Webhook, secret string, overlap time.Duration) (*ent.Webhook, error) {
	was, unopened := s.keys.Open(old.Secret, old.ID)
	if unopened == nil && was == secret {
		return nil, apperr.BadInput("secret", "it is the webhook's secret already: take another one")
	}
	update := tx.Webhook.UpdateOneID(old.ID)
	now := s.time()
	if err := s.resign(update, old.ID, secret, now); err != nil {
		return nil, err
	}
	changes := audit.Changes{}.Move("secret", hidden(old.Secret), audit.Hidden)
	if old.Secret != "" && unopened == nil && overlap > 0 {
		until := now.Add(overlap)
		update.SetPreviousSecret(old.Secret).SetPreviousSecretUntil(until)
		changes.Set("previousSecretUntil", until)
	} else {
		update.ClearPreviousSecret().ClearPreviousSecretUntil()
	}
	w, err := save(ctx, update, old.ID)
	if err != nil {
		return nil, err
	}
	return w, audit.Record(ctx, tx, audit.Entry{Action: domain.AuditWebhookSecretRotated, TargetID: old.ID, Changes: changes})
}

// resign gives a webhook another secret, or none, from now on.
func (s *Service) resign(update *ent.WebhookUpdateOne, id, secret string, now time.Time) error {
	sealed, err := s.keys.Seal(secret, id)
	if err != nil {
		return fmt.Errorf("sealing the webhook's secret: %w", err)
	}
	update.SetSecret(sealed).SetSecretSince(now)
	return nil
}
