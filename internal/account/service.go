// Package account holds apps, their agents and what lets callers in: access
// tokens, invitations, publishable keys, manage tokens and the JSON Web Tokens
// of identity providers.
//
// A service decides first who may do what, and says so in words; the privacy
// rules below it are the second line. Each change is one transaction with its
// entry in the audit log; what changes nothing writes nothing.
//
// Locks are taken in this order, each until the transaction ends: the app where
// an address is given out or something is counted, agents in the order of their
// ids, then what belongs to them.
//
// Identify says whose a token is, and remembers it for a second. Lapsed says of
// those who stay connected whether they still may. When a token was last used is
// kept aside and written by Run, so that no request waits for it; Run also waits
// for the fetches of identity providers' keys. Without Run all else works.
package account

import (
	"cmp"
	"log/slog"
	"time"

	"slotcast/ent"
	"slotcast/internal/idtoken"
	"slotcast/internal/safehttp"
	"slotcast/internal/sealing"
)

// Service keeps apps, agents and tokens. It is safe for concurrent use; whoever
// calls Run stops it after the last call of Identify.
type Service struct {
	client *ent.Client
	keys   *sealing.Ring
	http   *safehttp.Client
	jwts   *idtoken.Verifier
	known  *identities
	uses   *uses
	now    func() time.Time
	logger *slog.Logger
	tell   func(appID string, ids ...string)
}

// Config is what a Service is made of. Without HTTP and Keys it makes apps,
// agents and tokens, and knows no identity providers.
type Config struct {
	Client *ent.Client
	Keys   *sealing.Ring    // for the secrets of identity providers
	HTTP   *safehttp.Client // for their keys
	Now    func() time.Time // nil means time.Now
	Logger *slog.Logger
	// Tell is told which deliveries have ended with the webhooks of who is
	// deactivated, once that is committed; nil: nobody asks. It must not block.
	Tell func(appID string, ids ...string)
}

// New returns a Service.
func New(c Config) *Service {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Tell == nil {
		c.Tell = func(string, ...string) {}
	}
	return &Service{
		client: c.Client, keys: c.Keys, http: c.HTTP, jwts: idtoken.New(idtoken.Config{HTTP: c.HTTP, Now: c.Now}),
		known: newIdentities(), uses: newUses(), now: c.Now, logger: cmp.Or(c.Logger, slog.Default()), tell: c.Tell,
	}
}
