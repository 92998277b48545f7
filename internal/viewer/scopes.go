package viewer

import (
	"slices"

	"slotcast/internal/domain"
)

// Scopes is a set of what a token is for. Its zero value is everything.
type Scopes uint32

// implied are what a scope brings along: who may change may look, and meetings
// cannot be read without the names of their event types and agents.
func implied(s domain.TokenScope) []domain.TokenScope {
	switch s {
	case domain.MeetingsWrite:
		return []domain.TokenScope{domain.MeetingsRead, domain.EventTypesRead, domain.AgentsRead}
	case domain.MeetingsRead:
		return []domain.TokenScope{domain.EventTypesRead, domain.AgentsRead}
	case domain.EventTypesWrite:
		return []domain.TokenScope{domain.EventTypesRead, domain.AgentsRead}
	case domain.EventTypesRead:
		return []domain.TokenScope{domain.AgentsRead}
	case domain.AgentsWrite:
		return []domain.TokenScope{domain.AgentsRead}
	case domain.WebhooksWrite:
		return []domain.TokenScope{domain.WebhooksRead}
	case domain.AccessWrite:
		return []domain.TokenScope{domain.AccessRead}
	case domain.RoutingFormsWrite:
		return []domain.TokenScope{domain.RoutingFormsRead, domain.EventTypesRead, domain.AgentsRead}
	case domain.RoutingFormsRead:
		return []domain.TokenScope{domain.EventTypesRead, domain.AgentsRead}
	case domain.AgentsRead, domain.WebhooksRead, domain.AccessRead:
	}
	return nil
}

// ScopesOf returns the set of a list, with what its members bring along. An
// empty list is everything.
func ScopesOf(list []domain.TokenScope) Scopes {
	var set Scopes
	for _, s := range list {
		set |= bit(s)
		for _, more := range implied(s) {
			set |= bit(more)
		}
	}
	return set
}

// Has reports whether the set has a scope.
func (set Scopes) Has(s domain.TokenScope) bool { return set == 0 || set&bit(s) != 0 }

// Covers reports whether the set has all that another one has.
func (set Scopes) Covers(other Scopes) bool { return set == 0 || other != 0 && set&other == other }

// List returns the members, in the order of the scopes; everything is nil.
func (set Scopes) List() []domain.TokenScope {
	var list []domain.TokenScope
	for _, word := range domain.TokenScope("").Values() {
		if s := domain.TokenScope(word); set != 0 && set.Has(s) {
			list = append(list, s)
		}
	}
	return list
}

func bit(s domain.TokenScope) Scopes {
	return 1 << (slices.Index(s.Values(), string(s)) + 1) // an unknown word has a bit that none asks for
}
