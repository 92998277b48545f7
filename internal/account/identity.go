package account

import (
	"context"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/internal/apperr"
	"slotcast/internal/viewer"
)

const (
	maxIdentities = 10_000
	// freshness is how long a token is believed without looking it up again, and
	// so how long it may outlive its end.
	freshness = time.Second
)

// identity is who a token belongs to, as known for now.
type identity struct {
	viewer viewer.Viewer
	until  time.Time
}

// identities remembers them by the token's hash.
type identities = lru.Cache[string, identity]

func newIdentities() *identities {
	cache, err := lru.New[string, identity](maxIdentities)
	if err != nil {
		panic(err) // only for a size below one
	}
	return cache
}

// Identify returns who a token belongs to, as a viewer. UNAUTHENTICATED where
// nobody has it.
func (s *Service) Identify(ctx context.Context, token string) (viewer.Viewer, error) {
	if err := CheckToken(token); err != nil {
		return viewer.Viewer{}, apperr.New(apperr.Unauthenticated, "%v", err)
	}
	hash := hashToken(token)
	if known, ok := s.known.Get(string(hash)); ok && time.Now().Before(known.until) {
		return known.viewer, nil
	}
	row, err := s.client.AccessToken.Query().
		Where(accesstoken.Hash(hash)).WithAgent().
		Only(viewer.System(ctx))
	if ent.IsNotFound(err) {
		return viewer.Viewer{}, apperr.New(apperr.Unauthenticated, "the token was revoked or never given out")
	}
	if err != nil {
		return viewer.Viewer{}, fmt.Errorf("looking up the token: %w", err)
	}
	a := row.Edges.Agent
	v := viewer.Viewer{AppID: a.AppID, AgentID: a.ID, Role: a.Role}
	s.known.Add(string(hash), identity{viewer: v, until: time.Now().Add(freshness)})
	return v, nil
}
