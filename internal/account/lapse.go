package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/ent/agent"
	"slotcast/ent/identityprovider"
	"slotcast/ent/publishablekey"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// Held is a viewer who stays, on a socket or an event stream.
type Held struct {
	Viewer viewer.Viewer
	Origin string    // of the page that holds it; empty: none does
	Since  time.Time // when he signed in
}

// Lapsed says of each whether he would not be let in any more, or with other
// rights: the token was revoked, the agent deactivated or given another role,
// the publishable key or identity provider deleted or changed. That a token ends
// by itself is not looked at. It makes few queries, however many are held, and
// takes note that the tokens of the others are in use.
func (s *Service) Lapsed(ctx context.Context, held []Held) ([]bool, error) {
	now, err := s.stateOf(viewer.System(ctx), held)
	if err != nil {
		return nil, err
	}
	lapsed := make([]bool, len(held))
	for i, h := range held {
		if lapsed[i] = !now.admits(h); !lapsed[i] {
			s.used(h.Viewer)
		}
	}
	return lapsed, nil
}

// state is what the database says of credentials and agents, by id.
type state struct {
	tokens    map[string]*ent.AccessToken // those that are not revoked
	agents    map[string]*ent.Agent
	keys      map[string]*ent.PublishableKey
	providers map[string]*ent.IdentityProvider
}

func (s *Service) stateOf(ctx context.Context, held []Held) (now state, err error) {
	var tokens, agents, keys, providers []string
	for _, h := range held {
		switch id := h.Viewer.CredentialID; typeid.PrefixOf(id) {
		case typeid.AccessToken:
			tokens = append(tokens, id)
		case typeid.PublishableKey:
			keys = append(keys, id)
		case typeid.IdentityProvider:
			providers = append(providers, id)
		default: // a manage token, which lasts as long as what was booked
		}
		if h.Viewer.AgentID != "" {
			agents = append(agents, h.Viewer.AgentID)
		}
	}
	now.tokens, err = byID(tokens, func(ids []string) ([]*ent.AccessToken, error) {
		return s.client.AccessToken.Query().Where(accesstoken.IDIn(ids...), accesstoken.RevokedAtIsNil()).Select(accesstoken.FieldID).All(ctx)
	}, func(t *ent.AccessToken) string { return t.ID })
	if err != nil {
		return now, fmt.Errorf("looking for revoked tokens: %w", err)
	}
	now.agents, err = byID(agents, func(ids []string) ([]*ent.Agent, error) {
		return s.client.Agent.Query().Where(agent.IDIn(ids...)).Select(agent.FieldID, agent.FieldRole, agent.FieldStatus).All(ctx)
	}, func(a *ent.Agent) string { return a.ID })
	if err != nil {
		return now, fmt.Errorf("looking for changed agents: %w", err)
	}
	now.keys, err = byID(keys, func(ids []string) ([]*ent.PublishableKey, error) {
		return s.client.PublishableKey.Query().Where(publishablekey.IDIn(ids...)).
			Select(publishablekey.FieldID, publishablekey.FieldMayPay, publishablekey.FieldAllowedOrigins).All(ctx)
	}, func(k *ent.PublishableKey) string { return k.ID })
	if err != nil {
		return now, fmt.Errorf("looking for changed publishable keys: %w", err)
	}
	now.providers, err = byID(providers, func(ids []string) ([]*ent.IdentityProvider, error) {
		return s.client.IdentityProvider.Query().Where(identityprovider.IDIn(ids...)).
			Select(identityprovider.FieldID, identityprovider.FieldUpdatedAt, identityprovider.FieldRoleClaim).All(ctx)
	}, func(p *ent.IdentityProvider) string { return p.ID })
	if err != nil {
		return now, fmt.Errorf("looking for changed identity providers: %w", err)
	}
	return now, nil
}

// byID reads rows, a bounded number at a time, each once.
func byID[T any](ids []string, read func([]string) ([]T, error), id func(T) string) (map[string]T, error) {
	found := map[string]T{}
	slices.Sort(ids)
	for part := range slices.Chunk(slices.Compact(ids), batch) {
		rows, err := read(part)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			found[id(row)] = row
		}
	}
	return found, nil
}

// admits reports whether a viewer would be let in as he is.
func (now state) admits(h Held) bool {
	v := h.Viewer
	switch v.Kind {
	case viewer.Attendee:
		return true
	case viewer.Page:
		key := now.keys[v.CredentialID]
		return key != nil && key.MayPay == v.MayPay && admits(key.AllowedOrigins, h.Origin)
	case viewer.Agent, viewer.Invited:
	}
	a := now.agents[v.AgentID]
	if a == nil || a.Status == domain.AgentDeactivated {
		return false
	}
	if typeid.PrefixOf(v.CredentialID) != typeid.IdentityProvider {
		return now.tokens[v.CredentialID] != nil && a.Role == v.Role
	}
	// the provider as it was when it let him in: that may have been remembered
	p := now.providers[v.CredentialID]
	return p != nil && !p.UpdatedAt.After(h.Since.Add(-freshness)) &&
		a.Status == domain.AgentActive && (p.RoleClaim != nil || a.Role == v.Role)
}
