package account

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/identityprovider"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// maxProviders is how many identity providers an app has at most.
const maxProviders = 10

// CreateIdentityProvider lets an identity provider sign agents in. Its errors:
// FORBIDDEN for others than OWNERs, BAD_USER_INPUT with the field, also for
// tokens that another provider stands for, LIMIT_EXCEEDED.
func (s *Service) CreateIdentityProvider(ctx context.Context, in ProviderInput) (*ent.IdentityProvider, error) {
	v, err := s.owner(ctx, "add identity providers")
	if err != nil {
		return nil, err
	}
	p, err := s.provider(in, v.AppID)
	if err != nil {
		return nil, err
	}
	id := typeid.New(typeid.IdentityProvider)
	sealed, err := s.keys.Seal(p.secret, id)
	if err != nil {
		return nil, fmt.Errorf("sealing the secret: %w", err)
	}
	var made *ent.IdentityProvider
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		if err := lockApp(ctx, tx, v.AppID); err != nil {
			return err
		}
		n, err := tx.IdentityProvider.Query().Count(ctx)
		if err != nil {
			return fmt.Errorf("counting the identity providers: %w", err)
		}
		if n >= maxProviders {
			return apperr.New(apperr.LimitExceeded, "an app has at most %d identity providers: delete some", maxProviders)
		}
		if err := distinct(ctx, tx, id, p); err != nil {
			return err
		}
		create := tx.IdentityProvider.Create().SetID(id).SetSecret(sealed)
		p.write(create.Mutation())
		if made, err = create.Save(ctx); err != nil {
			return fmt.Errorf("making the identity provider: %w", err)
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: domain.AuditIdentityProviderCreated, TargetID: id, Changes: p.changed(&provider{}).Made(),
		})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// UpdateIdentityProvider changes a provider. Its errors are those of
// CreateIdentityProvider, and NOT_FOUND.
func (s *Service) UpdateIdentityProvider(ctx context.Context, id string, c ProviderChanges) (*ent.IdentityProvider, error) {
	v, err := s.owner(ctx, "change identity providers")
	if err != nil {
		return nil, err
	}
	var changed *ent.IdentityProvider
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		row, err := lockProvider(ctx, tx, id)
		if err != nil {
			return err
		}
		was := providerOf(row)
		p, err := s.provider(c.onto(row), v.AppID)
		if err != nil {
			return err
		}
		changes := p.changed(was)
		if changed = row; len(changes) == 0 {
			return nil
		}
		if err := distinct(ctx, tx, id, p); err != nil {
			return err
		}
		update := tx.IdentityProvider.UpdateOneID(id)
		p.write(update.Mutation())
		if !p.same {
			sealed, err := s.keys.Seal(p.secret, id)
			if err != nil {
				return fmt.Errorf("sealing the secret: %w", err)
			}
			update.SetSecret(sealed)
		}
		if changed, err = update.Save(ctx); err != nil {
			return fmt.Errorf("changing identity provider %s: %w", id, err)
		}
		return audit.Record(ctx, tx, audit.Entry{Action: domain.AuditIdentityProviderUpdated, TargetID: id, Changes: changes})
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// DeleteIdentityProvider forgets a provider: its tokens sign nobody in any more.
// Its errors: FORBIDDEN and NOT_FOUND.
func (s *Service) DeleteIdentityProvider(ctx context.Context, id string) error {
	if _, err := s.owner(ctx, "delete identity providers"); err != nil {
		return err
	}
	return dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		row, err := lockProvider(ctx, tx, id)
		if err != nil {
			return err
		}
		if err := tx.IdentityProvider.DeleteOneID(id).Exec(ctx); err != nil {
			return fmt.Errorf("deleting identity provider %s: %w", id, err)
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: domain.AuditIdentityProviderDeleted, TargetID: id,
			Changes: audit.Changes{}.Move("name", row.Name, nil).Move("issuer", row.Issuer, nil).Move("audience", row.Audience, nil),
		})
	})
}

// owner is caller for what owners alone do, with tokens that are for everything:
// a provider decides who is an owner.
func (s *Service) owner(ctx context.Context, to string) (viewer.Viewer, error) {
	v, err := s.caller(ctx, domain.AccessWrite)
	if err == nil && v.Role != domain.Owner {
		err = apperr.New(apperr.Forbidden, "only an OWNER may %s: ask one of them", to)
	}
	if err == nil {
		err = lasting(v, "", "identity providers")
	}
	return v, err
}

// distinct refuses a provider whose tokens are another's as well: of those with
// the same issuer and audience, all tell their apps apart by the same claim, or
// there is one alone. The rule spans the apps of the server, so whoever asks
// makes others wait until he is done.
func distinct(ctx context.Context, tx *ent.Tx, id string, p *provider) error {
	server := viewer.System(ctx)
	if err := tx.Shard.UpdateOneID(0).AddHead(0).Exec(server); err != nil { // a row that is always there
		return fmt.Errorf("locking the identity providers: %w", err)
	}
	others, err := tx.IdentityProvider.Query().
		Where(identityprovider.Issuer(p.issuer), identityprovider.Audience(p.audience), identityprovider.IDNEQ(id)).All(server)
	if err != nil {
		return fmt.Errorf("reading the identity providers: %w", err)
	}
	for _, o := range others {
		if o.AppClaim == nil || p.appClaim == nil || *o.AppClaim != *p.appClaim || o.AppValue == p.appValue {
			return providerTaken()
		}
	}
	return nil
}

func lockProvider(ctx context.Context, tx *ent.Tx, id string) (*ent.IdentityProvider, error) {
	if err := input.Text("id", id, maxID); err != nil {
		return nil, err
	}
	row, err := tx.IdentityProvider.Query().Where(identityprovider.ID(id), lock).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("identity provider", "id", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading identity provider %s: %w", id, err)
	}
	return row, nil
}

// providerTaken does not say whose the other one is.
func providerTaken() error {
	return apperr.BadInput("issuer", "its tokens for this audience are taken: choose another audience, or an appClaim that tells the apps apart")
}
