// Package caller lets agents through to the commands that give something lasting:
// agents and their rights, tokens and keys, webhooks, event types. Who owns the
// app or leads it, and what a member may, the services say themselves.
package caller

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

// Agent returns the context's viewer where he is an agent whose token is for a
// scope, and still stands. Its errors: UNAUTHENTICATED, FORBIDDEN.
func Agent(ctx context.Context, c *ent.Client, scope domain.TokenScope) (viewer.Viewer, error) {
	v, ok := viewer.From(ctx)
	switch {
	case !ok:
		return v, apperr.New(apperr.Unauthenticated, "a token is needed")
	case v.Kind != viewer.Agent:
		return v, apperr.New(apperr.Forbidden, "this takes an agent's access token: other tokens and keys do not allow it")
	case !v.Has(scope):
		return v, apperr.New(apperr.Forbidden, "the token lacks the scope %s: use one that has it", scope)
	}
	return v, confirm(ctx, c, v)
}

// confirm makes sure that what the viewer came with still stands: whoever lets
// callers in believes a token for a second, and within it one that was revoked,
// or whose agent lost his role, must not give anybody anything that lasts.
func confirm(ctx context.Context, c *ent.Client, v viewer.Viewer) error {
	if v.CredentialID == "" { // no credential let it in: the server itself made it
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
