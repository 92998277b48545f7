package audit

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/ent/agent"
	"slotcast/ent/identityprovider"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// Confirm makes sure that what the viewer came with still stands: whoever lets
// callers in believes a token for a second, and within it one that was revoked,
// or whose agent lost his role, must not give anybody anything that lasts.
// UNAUTHENTICATED where it does not.
func Confirm(ctx context.Context, c *ent.Client) error {
	v, _ := viewer.From(ctx)
	if v.Kind != viewer.Agent || v.CredentialID == "" {
		return nil
	}
	ctx = viewer.ForApp(ctx)
	a, err := c.Agent.Query().Where(agent.ID(v.AgentID), agent.StatusNEQ(domain.AgentDeactivated)).Only(ctx)
	stands := false
	switch {
	case err != nil:
	case typeid.PrefixOf(v.CredentialID) == typeid.IdentityProvider: // which may name the role itself
		stands, err = c.IdentityProvider.Query().Where(identityprovider.ID(v.CredentialID)).Exist(ctx)
	default:
		stands, err = c.AccessToken.Query().Where(accesstoken.ID(v.CredentialID), accesstoken.RevokedAtIsNil()).Exist(ctx)
		stands = stands && a.Role == v.Role
	}
	if err != nil && !ent.IsNotFound(err) {
		return fmt.Errorf("confirming the token: %w", err)
	}
	if !stands {
		return apperr.New(apperr.Unauthenticated, "the token was revoked, or has other rights now: sign in again")
	}
	return nil
}
