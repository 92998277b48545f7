package account

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/publishablekey"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/credential"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
)

// maxKeys is how many publishable keys an app has at most.
const maxKeys = 100

// KeyInput describes a new publishable key; see the GraphQL input
// CreatePublishableKeyInput.
type KeyInput struct {
	Name           string
	AllowedOrigins []string
	MayPay         bool
}

// KeyChanges describes what to change; nil leaves as it is.
type KeyChanges struct {
	Name           *string
	AllowedOrigins []string
	MayPay         *bool
}

// CreatePublishableKey makes a key for booking pages. Its errors: FORBIDDEN for
// a MEMBER, BAD_USER_INPUT with the field, LIMIT_EXCEEDED.
func (s *Service) CreatePublishableKey(ctx context.Context, in KeyInput) (*ent.PublishableKey, error) {
	v, err := s.leader(ctx, domain.AccessWrite, "make publishable keys")
	if err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	var made *ent.PublishableKey
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		if err := lockApp(ctx, tx, v.AppID); err != nil {
			return err
		}
		n, err := tx.PublishableKey.Query().Count(ctx)
		if err != nil {
			return fmt.Errorf("counting the publishable keys: %w", err)
		}
		if n >= maxKeys {
			return apperr.New(apperr.LimitExceeded, "an app has at most %d publishable keys: delete some", maxKeys)
		}
		made, err = tx.PublishableKey.Create().SetName(in.Name).SetKey(credential.New(credential.Publishable)).
			SetAllowedOrigins(in.AllowedOrigins).SetMayPay(in.MayPay).Save(ctx)
		if err != nil {
			return fmt.Errorf("making the publishable key: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: domain.AuditPublishableKeyCreated, TargetID: made.ID,
			Changes: audit.Changes{}.Set("name", in.Name).Set("allowedOrigins", in.AllowedOrigins).Set("mayPay", in.MayPay),
		})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// UpdatePublishableKey changes a key. Its errors are those of
// CreatePublishableKey, and NOT_FOUND.
func (s *Service) UpdatePublishableKey(ctx context.Context, id string, c KeyChanges) (*ent.PublishableKey, error) {
	if _, err := s.leader(ctx, domain.AccessWrite, "change publishable keys"); err != nil {
		return nil, err
	}
	var changed *ent.PublishableKey
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) (err error) {
		was, err := lockKey(ctx, tx, id)
		if err != nil {
			return err
		}
		in := c.onto(was)
		if err := in.check(); err != nil {
			return err
		}
		changes := audit.Changes{}.Diff("name", was.Name, in.Name).
			Diff("allowedOrigins", was.AllowedOrigins, in.AllowedOrigins).Diff("mayPay", was.MayPay, in.MayPay)
		if changed = was; len(changes) == 0 {
			return nil
		}
		changed, err = tx.PublishableKey.UpdateOneID(id).
			SetName(in.Name).SetAllowedOrigins(in.AllowedOrigins).SetMayPay(in.MayPay).Save(ctx)
		if err != nil {
			return fmt.Errorf("changing publishable key %s: %w", id, err)
		}
		return audit.Record(ctx, tx, audit.Entry{Action: domain.AuditPublishableKeyUpdated, TargetID: id, Changes: changes})
	})
	if err != nil {
		return nil, err
	}
	s.forget(credential.Hash(changed.Key))
	return changed, nil
}

// DeletePublishableKey ends a key. Its errors: FORBIDDEN and NOT_FOUND.
func (s *Service) DeletePublishableKey(ctx context.Context, id string) error {
	if _, err := s.leader(ctx, domain.AccessWrite, "delete publishable keys"); err != nil {
		return err
	}
	var gone *ent.PublishableKey
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) (err error) {
		if gone, err = lockKey(ctx, tx, id); err != nil {
			return err
		}
		if err := tx.PublishableKey.DeleteOneID(id).Exec(ctx); err != nil {
			return fmt.Errorf("deleting publishable key %s: %w", id, err)
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: domain.AuditPublishableKeyDeleted, TargetID: id,
			Changes: audit.Changes{}.Move("name", gone.Name, nil).Move("allowedOrigins", gone.AllowedOrigins, nil),
		})
	})
	if err != nil {
		return err
	}
	s.forget(credential.Hash(gone.Key))
	return nil
}

func lockKey(ctx context.Context, tx *ent.Tx, id string) (*ent.PublishableKey, error) {
	if err := input.Text("id", id, maxID); err != nil {
		return nil, err
	}
	k, err := tx.PublishableKey.Query().Where(publishablekey.ID(id), lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("publishable key", "id", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading publishable key %s: %w", id, err)
	}
	return k, nil
}

// check also puts the origins into the form that browsers send.
func (in *KeyInput) check() (err error) {
	if err := input.Name("name", in.Name, maxName); err != nil {
		return err
	}
	in.AllowedOrigins, err = origins("allowedOrigins", in.AllowedOrigins)
	return err
}

func (c KeyChanges) onto(k *ent.PublishableKey) *KeyInput {
	in := &KeyInput{Name: k.Name, AllowedOrigins: k.AllowedOrigins, MayPay: k.MayPay}
	if c.Name != nil {
		in.Name = *c.Name
	}
	if c.AllowedOrigins != nil {
		in.AllowedOrigins = c.AllowedOrigins
	}
	if c.MayPay != nil {
		in.MayPay = *c.MayPay
	}
	return in
}
