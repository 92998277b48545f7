package account

import (
	"context"
	"crypto/subtle"
	"fmt"
	"slices"
	"strings"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"slotcast/ent"
	"slotcast/ent/accesstoken"
	"slotcast/ent/attendee"
	"slotcast/ent/publishablekey"
	"slotcast/internal/apperr"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

const (
	maxIdentities = 10_000
	// freshness is how long a token is believed without looking it up again, and
	// so how long it may outlive its revocation.
	freshness = time.Second
	// patience bounds looking a token up: no request waits longer to be let in.
	patience = 15 * time.Second
)

// anyOrigin among the origins of a publishable key admits every page.
const anyOrigin = "*"

// identity is who a token belongs to, as known for now.
type identity struct {
	viewer  viewer.Viewer
	origins []string // of a publishable key: the pages that may use it
	until   time.Time
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

// Identify returns who a token belongs to, as a viewer: an access token, an
// invitation, a publishable key, a manage token, or a JSON Web Token of an app's
// identity provider. UNAUTHENTICATED where it is of nobody, or of nobody any
// more. Whether a page may use its publishable key, Admits tells.
func (s *Service) Identify(ctx context.Context, text string) (viewer.Viewer, error) {
	found, err := s.identify(ctx, text)
	return found.viewer, err
}

// Admits reports whether a page of the origin, empty where the caller is none,
// may use a token: FORBIDDEN where it is a publishable key for other pages. Its
// other errors are those of Identify.
func (s *Service) Admits(ctx context.Context, text, origin string) error {
	found, err := s.identify(ctx, text)
	if err != nil {
		return err
	}
	if found.viewer.Kind == viewer.Page && !admits(found.origins, origin) {
		return apperr.New(apperr.Forbidden, "this publishable key is not for pages of this origin: add the origin to the key's allowedOrigins")
	}
	return nil
}

func admits(origins []string, origin string) bool {
	return slices.Contains(origins, anyOrigin) || origin != "" && slices.Contains(origins, origin)
}

func (s *Service) identify(ctx context.Context, text string) (identity, error) {
	hash, now := credential.Hash(text), s.now()
	if known, ok := s.known.Get(string(hash)); ok && now.Before(known.until) {
		return known, nil
	}
	lookUp, cancel := context.WithTimeout(viewer.System(ctx), patience)
	defer cancel()
	found, err := s.lookUp(lookUp, text, hash)
	if err != nil {
		return identity{}, err
	}
	found.until = now.Add(freshness)
	if end := found.viewer.Until; !end.IsZero() && end.Before(found.until) {
		found.until = end
	}
	s.known.Add(string(hash), found)
	s.used(found.viewer)
	return found, nil
}

func (s *Service) lookUp(ctx context.Context, text string, hash []byte) (identity, error) {
	if strings.Count(text, ".") == 2 {
		return s.lookUpJWT(ctx, text)
	}
	kind, err := credential.Parse(text)
	if err != nil {
		return identity{}, unauthenticated("%v", err)
	}
	switch kind {
	case credential.Access:
		return s.lookUpToken(ctx, hash, viewer.Agent, domain.PersonalToken, domain.SessionToken)
	case credential.Invitation:
		return s.lookUpToken(ctx, hash, viewer.Invited, domain.InvitationToken)
	case credential.Publishable:
		return s.lookUpKey(ctx, text)
	case credential.Manage:
		return s.lookUpSeat(ctx, hash)
	}
	return identity{}, unauthenticated("tokens of the kind %s sign nobody in", kind)
}

// lookUpToken finds an access token or an invitation: they are kept alike.
func (s *Service) lookUpToken(ctx context.Context, hash []byte, kind viewer.Kind, purposes ...domain.TokenPurpose) (identity, error) {
	row, err := s.client.AccessToken.Query().
		Where(accesstoken.Hash(hash), accesstoken.PurposeIn(purposes...)).WithAgent().Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return identity{}, fmt.Errorf("looking up the token: %w", err)
	}
	if err != nil || subtle.ConstantTimeCompare(row.Hash, hash) != 1 {
		return identity{}, neverGiven()
	}
	a := row.Edges.Agent
	v := viewer.Viewer{AppID: a.AppID, AgentID: a.ID, Role: a.Role, Kind: kind, CredentialID: row.ID}
	if kind == viewer.Agent {
		v.Scopes = viewer.ScopesOf(row.Scopes)
	}
	if row.ExpiresAt != nil {
		v.Until = *row.ExpiresAt
	}
	return identity{viewer: v}, s.usable(row, a)
}

// usable says in words why a token signs nobody in any more.
func (s *Service) usable(row *ent.AccessToken, a *ent.Agent) error {
	invitation := row.Purpose == domain.InvitationToken
	switch {
	case row.RevokedAt != nil && invitation:
		return unauthenticated("the invitation was accepted or withdrawn")
	case row.RevokedAt != nil:
		return unauthenticated("the token was revoked")
	case row.ExpiresAt != nil && !s.now().Before(*row.ExpiresAt) && invitation:
		return unauthenticated("the invitation expired at %s: ask for a new one", row.ExpiresAt.Format(time.RFC3339))
	case row.ExpiresAt != nil && !s.now().Before(*row.ExpiresAt):
		return unauthenticated("the token expired at %s: make a new one", row.ExpiresAt.Format(time.RFC3339))
	case a.Status == domain.AgentDeactivated:
		return deactivated()
	}
	return nil
}

func (s *Service) lookUpKey(ctx context.Context, text string) (identity, error) {
	row, err := s.client.PublishableKey.Query().Where(publishablekey.Key(text)).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return identity{}, fmt.Errorf("looking up the publishable key: %w", err)
	}
	if err != nil || row.Key != text {
		return identity{}, unauthenticated("the publishable key was deleted, or never given out")
	}
	v := viewer.Viewer{AppID: row.AppID, Kind: viewer.Page, CredentialID: row.ID, MayPay: row.MayPay}
	return identity{viewer: v, origins: row.AllowedOrigins}, nil
}

// lookUpSeat finds those who were booked together: they share a manage token.
func (s *Service) lookUpSeat(ctx context.Context, hash []byte) (identity, error) {
	row, err := s.client.Attendee.Query().Where(attendee.ManageHash(hash)).Order(attendee.ByID()).First(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return identity{}, fmt.Errorf("looking up the manage token: %w", err)
	}
	if err != nil || subtle.ConstantTimeCompare(row.ManageHash, hash) != 1 {
		return identity{}, neverGiven()
	}
	return identity{viewer: viewer.Viewer{AppID: row.AppID, Kind: viewer.Attendee, ManageHash: string(hash)}}, nil
}

func neverGiven() error {
	return unauthenticated("the token is of nobody: it was never given out, or went with what it was for")
}

func deactivated() error {
	return unauthenticated("the agent was deactivated: ask an OWNER or ADMIN")
}

func unauthenticated(format string, args ...any) error {
	return apperr.New(apperr.Unauthenticated, format, args...)
}
