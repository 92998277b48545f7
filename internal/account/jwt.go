package account

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/identityprovider"
	"slotcast/ent/predicate"
	"slotcast/internal/domain"
	"slotcast/internal/idtoken"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// maxNamesakes bounds the agents whose e-mail addresses differ in case only.
const maxNamesakes = 10

// lookUpJWT finds the agent that an identity provider's token is about. What the
// token says is used to find the provider before it is believed, and then only
// if that one provider has signed it: no other is tried.
func (s *Service) lookUpJWT(ctx context.Context, text string) (identity, error) {
	says, err := idtoken.Peek(text)
	if err != nil {
		return identity{}, err
	}
	p, err := s.issuer(ctx, says)
	if err != nil {
		return identity{}, err
	}
	secret, err := s.keys.Open(p.Secret, p.ID)
	if err != nil {
		return identity{}, fmt.Errorf("opening the secret of identity provider %s: %w", p.ID, err)
	}
	from := idtoken.Provider{Issuer: p.Issuer, Audience: p.Audience, Secret: []byte(secret)}
	if p.JwksURL != nil {
		from.KeysURL = *p.JwksURL
	}
	claims, err := s.jwts.Verify(ctx, text, from)
	if err != nil {
		return identity{}, err
	}
	v, err := s.member(ctx, p, claims)
	return identity{viewer: v}, err
}

// issuer chooses among those with the token's issuer and audience: one that a
// claim of the token names the app of, else one for all its tokens.
func (s *Service) issuer(ctx context.Context, says idtoken.Claims) (*ent.IdentityProvider, error) {
	unknown := unauthenticated("no identity provider is known for the issuer and audience of this JSON Web Token")
	if s.keys == nil {
		return nil, unknown
	}
	ours := identityprovider.And(identityprovider.Issuer(says.Issuer), identityprovider.AudienceIn(says.Audience...))
	named, err := s.client.IdentityProvider.Query().
		Where(ours, identityprovider.AppClaimNotNil(), identityprovider.AppValueIn(says.Texts()...)).
		Order(identityprovider.ByID()).All(ctx) // one for each value at most: they are unique
	if err != nil {
		return nil, fmt.Errorf("looking up the identity provider: %w", err)
	}
	for _, row := range named {
		if value, ok := says.Text(*row.AppClaim); ok && value == row.AppValue {
			return row, nil
		}
	}
	general, err := s.client.IdentityProvider.Query().
		Where(ours, identityprovider.AppClaimIsNil()).Order(identityprovider.ByID()).First(ctx)
	if ent.IsNotFound(err) {
		return nil, unknown
	}
	if err != nil {
		return nil, fmt.Errorf("looking up the identity provider: %w", err)
	}
	return general, nil
}

// member returns the viewer whom a token that is believed is about.
func (s *Service) member(ctx context.Context, p *ent.IdentityProvider, c idtoken.Claims) (viewer.Viewer, error) {
	name, ok := c.Text(p.AgentClaim)
	if !ok {
		return viewer.Viewer{}, unauthenticated("the JSON Web Token does not say whose it is: the claim %s is needed, as a text", p.AgentClaim)
	}
	a, err := s.agentNamed(ctx, p.AppID, name, !c.Denies("email_verified"))
	if err != nil {
		return viewer.Viewer{}, err
	}
	switch {
	case a == nil:
		return viewer.Viewer{}, unauthenticated("no agent of the app has the id, external id or verified e-mail address that the claim %s names", p.AgentClaim)
	case a.Status == domain.AgentInvited:
		return viewer.Viewer{}, unauthenticated("the agent has not joined yet: accept the invitation first")
	case a.Status != domain.AgentActive:
		return viewer.Viewer{}, deactivated()
	}
	v := viewer.Viewer{AppID: a.AppID, AgentID: a.ID, Role: a.Role, CredentialID: p.ID, Until: c.Expires}
	if p.RoleClaim != nil {
		said, _ := c.Text(*p.RoleClaim)
		v.Role = domain.Role(strings.ToUpper(said))
		if !slices.Contains(v.Role.Values(), string(v.Role)) {
			return viewer.Viewer{}, unauthenticated("the claim %s of the JSON Web Token has to be OWNER, ADMIN or MEMBER", *p.RoleClaim)
		}
	}
	return v, nil
}

// agentNamed finds an agent of an app by id, external id or, if it may be
// believed, e-mail address; nil where there is none.
func (s *Service) agentNamed(ctx context.Context, appID, name string, verified bool) (*ent.Agent, error) {
	if strings.HasPrefix(name, string(typeid.Agent)+"_") {
		return s.agentWhere(ctx, appID, agent.ID(name))
	}
	a, err := s.agentWhere(ctx, appID, agent.ExternalID(name))
	if a != nil || err != nil || !verified || !strings.Contains(name, "@") {
		return a, err
	}
	if a, err = s.agentWhere(ctx, appID, agent.Email(name)); a != nil || err != nil {
		return a, err
	}
	return s.agentWhere(ctx, appID, agent.EmailEqualFold(name), func(a *ent.Agent) bool { return strings.EqualFold(a.Email, name) })
}

// agentWhere returns the one agent that it is; nil where there is none, or where
// several are it.
func (s *Service) agentWhere(ctx context.Context, appID string, is predicate.Agent, also ...func(*ent.Agent) bool) (*ent.Agent, error) {
	rows, err := s.client.Agent.Query().Where(agent.AppID(appID), is).Limit(maxNamesakes).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking up the agent of a JSON Web Token: %w", err)
	}
	for _, test := range also {
		rows = slices.DeleteFunc(rows, func(a *ent.Agent) bool { return !test(a) })
	}
	if len(rows) != 1 {
		return nil, nil
	}
	return rows[0], nil
}
