package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/ent/predicate"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// grant is a token to be made.
type grant struct {
	name, agentID string
	purpose       domain.TokenPurpose
	text          string
	scopes        []domain.TokenScope
	expiresAt     *time.Time
}

// keep makes the token's row, with its agent in its edges. It runs on behalf of
// the app or of the server. The audit log tells of all but invitations: theirs
// is part of inviting.
func (g grant) keep(ctx context.Context, tx *ent.Tx, a *ent.Agent) (*ent.AccessToken, error) {
	create := tx.AccessToken.Create().
		SetAppID(a.AppID).SetAgentID(a.ID).SetName(g.name).SetPurpose(g.purpose).SetNillableExpiresAt(g.expiresAt).
		SetPrefix(credential.Prefix(g.text)).SetHash(credential.Hash(g.text))
	if len(g.scopes) > 0 {
		create.SetScopes(g.scopes)
	}
	t, err := create.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keeping the token: %w", err)
	}
	t.Edges.Agent = a
	if g.purpose == domain.InvitationToken {
		return t, nil
	}
	return t, audit.Record(ctx, tx, audit.Entry{
		AppID: a.AppID, Action: domain.AuditAccessTokenCreated, TargetID: t.ID,
		Changes: audit.Changes{}.Set("name", t.Name).Set("agentId", t.AgentID).Set("scopes", append([]domain.TokenScope{}, t.Scopes...)).
			Set("expiresAt", t.ExpiresAt),
	})
}

// grantedScopes are those asked for, or those of the viewer's own token. Nobody
// gives away what he has not.
func grantedScopes(v viewer.Viewer, asked []domain.TokenScope) ([]domain.TokenScope, error) {
	if asked == nil {
		return v.Scopes.List(), nil
	}
	if len(asked) == 0 {
		return nil, apperr.BadInput("scopes", "an empty list is a token for nothing: name scopes, or leave it out for all that yours is for")
	}
	var scopes []domain.TokenScope
	for i, scope := range asked {
		if err := input.Member(input.At("scopes", i), scope); err != nil {
			return nil, err
		}
		if !v.Scopes.Has(scope) {
			return nil, forbidden(input.At("scopes", i), "your own token lacks the scope %s: leave it out, or use another token", scope)
		}
		if !slices.Contains(scopes, scope) {
			scopes = append(scopes, scope)
		}
	}
	if !v.Scopes.Covers(viewer.ScopesOf(scopes)) {
		return nil, forbidden("scopes", "your own token lacks some of the scopes: leave them out, or use another token")
	}
	return scopes, nil
}

// grantedUntil is when a token ends: as asked for, but where the viewer came
// with an access token that ends, not after it. A session at an identity
// provider is short by nature; whoever has one may make tokens that last.
func grantedUntil(v viewer.Viewer, asked *time.Time, now time.Time) (*time.Time, error) {
	bounded := !v.Until.IsZero() && typeid.PrefixOf(v.CredentialID) == typeid.AccessToken
	if asked == nil {
		if bounded {
			return &v.Until, nil
		}
		return nil, nil
	}
	until, err := input.Instant("expiresAt", *asked)
	switch {
	case err != nil:
		return nil, err
	case !until.After(now):
		return nil, apperr.BadInput("expiresAt", "a time to come is needed")
	case until.After(now.AddDate(maxLifetime, 0, 0)):
		return nil, apperr.BadInput("expiresAt", "at most %d years from now, or none: never", maxLifetime)
	case bounded && until.After(v.Until):
		return nil, apperr.BadInput("expiresAt", "your own token ends at %s: a token that it makes cannot last longer", v.Until.UTC().Format(time.RFC3339))
	}
	return &until, nil
}

// live are tokens that have not ended.
func live(at time.Time) predicate.AccessToken {
	return accesstoken.And(accesstoken.RevokedAtIsNil(), accesstoken.Or(accesstoken.ExpiresAtIsNil(), accesstoken.ExpiresAtGT(at)))
}

// liveTokens reads an agent's tokens that have not ended, whoever asks.
func liveTokens(ctx context.Context, tx *ent.Tx, agentID string) ([]*ent.AccessToken, error) {
	all, err := tx.AccessToken.Query().Where(accesstoken.AgentID(agentID), live(now())).All(viewer.ForApp(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading the agent's tokens: %w", err)
	}
	return all, nil
}

// endTokens revokes an agent's tokens that match, and returns them. It runs on
// behalf of the app.
func endTokens(ctx context.Context, tx *ent.Tx, agentID string, which ...predicate.AccessToken) ([]*ent.AccessToken, error) {
	all, err := tx.AccessToken.Query().Where(accesstoken.AgentID(agentID), accesstoken.RevokedAtIsNil(), lock).
		Where(which...).Order(accesstoken.ByID()).All(ctx)
	at := now()
	if err == nil && len(all) > 0 {
		err = tx.AccessToken.Update().Where(accesstoken.IDIn(ids(all)...)).SetRevokedAt(at).Exec(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("ending the tokens of agent %s: %w", agentID, err)
	}
	for _, t := range all {
		t.RevokedAt = &at
	}
	return all, nil
}

func ids(tokens []*ent.AccessToken) []string {
	out := make([]string, len(tokens))
	for i, t := range tokens {
		out[i] = t.ID
	}
	return out
}
