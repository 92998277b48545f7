package account

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/ent/agent"
	"slotcast/ent/app"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/credential"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// CreateOwnerToken makes a token for the first OWNER of the first app who takes
// part, and returns it; it cannot be read again. CONFLICT where there is none. It
// is for whoever was told by the server itself that he may sign in.
//
// The token has no end, so that it may do all that an owner's does. A session that
// holds it ends when it was not used for idle, and leaves it behind, without
// anybody who knows it: those that were left so are revoked here.
func (s *Service) CreateOwnerToken(ctx context.Context, name string, idle time.Duration) (string, error) {
	ctx = viewer.System(ctx)
	if err := input.Name("name", name, maxName); err != nil {
		return "", err
	}
	g := grant{name: name, purpose: domain.SessionToken, text: credential.New(credential.Access)}
	var ended []*ent.AccessToken
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		owner, err := firstOwner(ctx, tx)
		if err != nil {
			return err
		}
		if ended, err = s.endLeft(ctx, tx, owner, idle); err != nil {
			return err
		}
		g.agentID = owner.ID
		_, err = g.keep(ctx, tx, owner)
		return err
	})
	if err != nil {
		return "", err
	}
	s.forgetAll(ended)
	return g.text, nil
}

// endLeft revokes an owner's tokens whose sessions are over.
func (s *Service) endLeft(ctx context.Context, tx *ent.Tx, owner *ent.Agent, idle time.Duration) ([]*ent.AccessToken, error) {
	// A row may say that its token was last used so much earlier than it was.
	before := s.now().UTC().Add(-idle - usesKnown).Truncate(time.Microsecond)
	ended, err := endTokens(ctx, tx, owner.ID, accesstoken.PurposeEQ(domain.SessionToken), accesstoken.CreatedAtLT(before),
		accesstoken.Or(accesstoken.LastUsedAtIsNil(), accesstoken.LastUsedAtLT(before)))
	if err != nil {
		return nil, err
	}
	for _, t := range ended {
		err := audit.Record(ctx, tx, audit.Entry{
			AppID: owner.AppID, Action: domain.AuditAccessTokenRevoked, TargetID: t.ID,
			Changes: audit.Changes{}.Move("revokedAt", nil, t.RevokedAt),
		})
		if err != nil {
			return nil, err
		}
	}
	return ended, nil
}

// firstOwner locks him until the transaction ends.
func firstOwner(ctx context.Context, tx *ent.Tx) (*ent.Agent, error) {
	first, err := tx.App.Query().Order(app.ByCreatedAt(), app.ByID()).First(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.New(apperr.Conflict, "there is no app: make one with slotcast app create, and sign in with the token that it prints")
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the first app: %w", err)
	}
	owner, err := tx.Agent.Query().
		Where(agent.AppID(first.ID), agent.RoleEQ(domain.Owner), agent.StatusEQ(domain.AgentActive), lock).
		Order(agent.ByCreatedAt(), agent.ByID()).First(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.New(apperr.Conflict, "app %s has no OWNER who is active: make a token for another agent with slotcast token create, and sign in with that", first.ID)
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the owner of app %s: %w", first.ID, err)
	}
	return owner, nil
}
