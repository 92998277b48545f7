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
	"slotcast/internal/sqlerr"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// maxProviders is how many identity providers an app has at most.
const maxProviders = 10

// CreateIdentityProvider lets an identity provider sign agents in. Its errors:
// FORBIDDEN for others than OWNERs, BAD_USER_INPUT with the field, also for
// tokens that another provider stands for, LIMIT_EXCEEDED.
func (s *Service) CreateIdentityProvider(ctx context.Context, in ProviderInput) (*ent.IdentityProvider, error) {
	v, err := owner(ctx, "add identity providers")
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
		create := tx.IdentityProvider.Create().SetID(id).SetSecret(sealed)
		p.write(create.Mutation())
		if made, err = create.Save(ctx); err != nil {
			return providerTaken(err, "making the identity provider")
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
	v, err := owner(ctx, "change identity providers")
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
			return providerTaken(err, "changing identity provider "+id)
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
	if _, err := owner(ctx, "delete identity providers"); err != nil {
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

// owner is caller for what owners alone do: a provider decides who is one.
func owner(ctx context.Context, to string) (viewer.Viewer, error) {
	v, err := caller(ctx, domain.AccessWrite)
	if err == nil && v.Role != domain.Owner {
		err = apperr.New(apperr.Forbidden, "only an OWNER may %s: ask one of them", to)
	}
	return v, err
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

// providerTaken does not say whose the other one is: the index spans all apps of
// the server, since a token must lead to one of them.
func providerTaken(err error, attempted string) error {
	if sqlerr.Violates(err, sqlerr.Constraint{
		Name: "identityprovider_issuer_audience_app_value", Columns: "identity_providers.issuer",
	}) {
		return apperr.BadInput("issuer", "its tokens for this audience are taken: choose another audience, or an appClaim that tells the apps apart")
	}
	return fmt.Errorf("%s: %w", attempted, err)
}
