package idtoken

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"slices"
	"time"

	"github.com/go-jose/go-jose/v4"
	lru "github.com/hashicorp/golang-lru/v2"

	"slotcast/internal/safehttp"
)

// Leeway is how far the clocks of a provider and ours may differ, for the
// claims nbf and iat. A token ends when it says.
const Leeway = 30 * time.Second

// minRSA and maxRSA bound the size of an RSA key, in bits: smaller ones can be
// broken, and larger ones cost too much for a stranger's asking.
const (
	minRSA = 2048
	maxRSA = 8192
)

// Provider is whose tokens are believed: by a secret or, without one, by the
// public keys at a URL.
type Provider struct {
	Issuer, Audience string
	Secret           []byte
	KeysURL          string
}

// Config is what a Verifier is made of.
type Config struct {
	HTTP *safehttp.Client // nil: no keys are fetched
	Now  func() time.Time // nil means time.Now
	URLs int              // whose keys are kept; 0 means 1000
}

// Verifier checks tokens.
type Verifier struct {
	http *safehttp.Client
	now  func() time.Time
	sets *lru.Cache[string, *keySet]
	work *work
}

// New returns a Verifier.
func New(c Config) *Verifier {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.URLs <= 0 {
		c.URLs = 1000
	}
	sets, err := lru.New[string, *keySet](c.URLs)
	if err != nil {
		panic(err) // only for a size below one
	}
	return &Verifier{http: c.HTTP, now: c.Now, sets: sets, work: &work{}}
}

// Close lets no fetch begin any more and waits for those that run.
func (v *Verifier) Close() { v.work.close() }

// Verify returns the claims of a token that the provider has signed, that is
// meant for its audience, and for now.
func (v *Verifier) Verify(ctx context.Context, text string, p Provider) (Claims, error) {
	if len(text) > MaxSize {
		return Claims{}, refused("the JSON Web Token has more than %d bytes", MaxSize)
	}
	payload, err := v.open(ctx, text, p)
	if err != nil {
		return Claims{}, err
	}
	c, err := parse(payload)
	if err != nil {
		return Claims{}, err
	}
	return c, v.check(c, p)
}

// check judges what the token says of itself.
func (v *Verifier) check(c Claims, p Provider) error {
	now := v.now()
	switch {
	case c.Issuer != p.Issuer:
		return refused("the JSON Web Token is of another issuer")
	case !slices.Contains(c.Audience, p.Audience):
		return refused("the JSON Web Token is for another audience")
	case !now.Before(c.Expires):
		return refused("the JSON Web Token expired at %s: get a new one from your identity provider", c.Expires.Format(time.RFC3339))
	case now.Add(Leeway).Before(c.notBefore):
		return refused("the JSON Web Token is not valid before %s", c.notBefore.Format(time.RFC3339))
	case now.Add(Leeway).Before(c.issued):
		return refused("the JSON Web Token says that it will be issued at %s: the provider's clock is ahead", c.issued.Format(time.RFC3339))
	}
	return nil
}

// open checks the signature and returns what was signed.
func (v *Verifier) open(ctx context.Context, text string, p Provider) ([]byte, error) {
	if len(p.Secret) > 0 {
		signed, err := parseSigned(text, jose.HS256)
		if err != nil {
			return nil, err
		}
		return verify(signed, p.Secret)
	}
	signed, err := parseSigned(text, jose.RS256, jose.RS384, jose.PS256, jose.ES256, jose.ES384, jose.EdDSA)
	if err != nil {
		return nil, err
	}
	head := signed.Signatures[0].Header
	keys, err := v.keys(ctx, p.KeysURL, wanted{id: head.KeyID, algorithm: jose.SignatureAlgorithm(head.Algorithm)})
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		if payload, err := verify(signed, key); err == nil {
			return payload, nil
		}
	}
	return nil, errForged
}

var errForged = refused("the signature of the JSON Web Token does not fit: it is not of this identity provider, or was altered")

// parseSigned takes the compact form alone, signed with one of the algorithms.
// Extensions that have to be understood (crit) are not.
func parseSigned(text string, algorithms ...jose.SignatureAlgorithm) (*jose.JSONWebSignature, error) {
	signed, err := jose.ParseSignedCompact(text, algorithms)
	if unexpected := (*jose.ErrUnexpectedSignatureAlgorithm)(nil); errors.As(err, &unexpected) {
		return nil, refused("the JSON Web Token is signed with an algorithm that its identity provider's keys are not for: %v are", algorithms)
	}
	if err != nil || len(signed.Signatures) != 1 {
		return nil, refused("the JSON Web Token is malformed")
	}
	if _, critical := signed.Signatures[0].Header.ExtraHeaders["crit"]; critical {
		return nil, refused("the JSON Web Token needs extensions that are not supported")
	}
	return signed, nil
}

func verify(signed *jose.JSONWebSignature, key any) ([]byte, error) {
	payload, err := signed.Verify(key)
	if err != nil {
		return nil, errForged
	}
	return payload, nil
}

// fits reports whether a public key is for an algorithm.
func fits(key any, algorithm jose.SignatureAlgorithm) bool {
	switch k := key.(type) {
	case *rsa.PublicKey:
		size := k.N.BitLen()
		return size >= minRSA && size <= maxRSA && slices.Contains([]jose.SignatureAlgorithm{jose.RS256, jose.RS384, jose.PS256}, algorithm)
	case *ecdsa.PublicKey:
		return k.Curve == elliptic.P256() && algorithm == jose.ES256 || k.Curve == elliptic.P384() && algorithm == jose.ES384
	case ed25519.PublicKey:
		return algorithm == jose.EdDSA
	}
	return false
}
