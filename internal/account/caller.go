package account

import (
	"context"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/caller"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// caller is who may give commands of a scope.
func (s *Service) caller(ctx context.Context, scope domain.TokenScope) (viewer.Viewer, error) {
	return caller.Agent(ctx, s.client, scope)
}

// leader is caller for what owners and admins do; to says it: "add agents".
func (s *Service) leader(ctx context.Context, scope domain.TokenScope, to string) (viewer.Viewer, error) {
	v, err := s.caller(ctx, scope)
	if err == nil && !v.Leads() {
		err = apperr.New(apperr.Forbidden, "only an OWNER or ADMIN may %s: ask one of them", to)
	}
	return v, err
}

// rank orders the roles by what they allow.
func rank(r domain.Role) int {
	switch r {
	case domain.Owner:
		return 3
	case domain.Admin:
		return 2
	case domain.Member:
		return 1
	}
	return 0
}

// lasting refuses a token that is narrowed or ends: what it makes would be more
// than it is, and outlive it. to says what: "identity providers".
func lasting(v viewer.Viewer, field, to string) error {
	if v.Scopes == 0 && (v.Until.IsZero() || typeid.PrefixOf(v.CredentialID) == typeid.IdentityProvider) {
		return nil
	}
	return forbidden(field, "a token that has scopes or an end makes no %s: use one without", to)
}

// mayGive refuses a role above the viewer's own, and one that leads where his
// token is narrowed or ends.
func mayGive(v viewer.Viewer, r domain.Role) error {
	if r != domain.Member {
		if err := lasting(v, "role", "owners and admins"); err != nil {
			return err
		}
	}
	if rank(r) > rank(v.Role) {
		return forbidden("role", "only an OWNER may make an OWNER: choose another role, or ask one of them")
	}
	return nil
}

// mayChange refuses an agent whose role is above the viewer's. It holds for what
// looks harmless, too: by an e-mail address or an external id an identity
// provider signs people in. That it can be himself is no mistake: his identity
// provider may have given him less than he has here.
func mayChange(v viewer.Viewer, a *ent.Agent, field string) error {
	if rank(a.Role) > rank(v.Role) {
		return forbidden(field, "the agent is an %s, and you act as %s: ask an %s", a.Role, v.Role, a.Role)
	}
	return nil
}

func forbidden(field, format string, args ...any) error {
	e := apperr.New(apperr.Forbidden, format, args...)
	e.Field = field
	return e
}
