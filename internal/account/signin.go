package account

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/app"
	"slotcast/internal/apperr"
	"slotcast/internal/credential"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// CreateOwnerToken makes a token for the first OWNER of the first app who takes
// part, and returns it; it cannot be read again. CONFLICT where there is none. It
// is for whoever was told by the server itself that he may sign in.
func (s *Service) CreateOwnerToken(ctx context.Context, name string, until time.Time) (string, error) {
	ctx = viewer.System(ctx)
	if err := input.Name("name", name, maxName); err != nil {
		return "", err
	}
	until = until.UTC().Truncate(time.Microsecond)
	g := grant{name: name, purpose: domain.PersonalToken, text: credential.New(credential.Access), expiresAt: &until}
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		owner, err := firstOwner(ctx, tx)
		if err != nil {
			return err
		}
		g.agentID = owner.ID
		_, err = g.keep(ctx, tx, owner)
		return err
	})
	if err != nil {
		return "", err
	}
	return g.text, nil
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
