// Package idtokentest is an identity provider for tests: it signs JSON Web Tokens
// and publishes its keys on a server that can change them and break.
package idtokentest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"

	"github.com/go-jose/go-jose/v4"

	"slotcast/internal/safehttp"
)

// Client may reach the servers of this machine. The test's end closes it.
func Client(t testing.TB) *safehttp.Client {
	t.Helper()
	c := safehttp.New(safehttp.Config{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(c.Close)
	return c
}

// Key signs tokens.
type Key struct {
	ID        string // empty: tokens and the key set name none
	Algorithm jose.SignatureAlgorithm
	Private   any // a crypto.Signer, or the []byte of a secret
}

// NewKey returns an ES256 key.
func NewKey(t testing.TB, id string) Key {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return Key{ID: id, Algorithm: jose.ES256, Private: private}
}

// NewRSA returns an RSA key of a size in bits.
func NewRSA(t testing.TB, id string, algorithm jose.SignatureAlgorithm, bits int) Key {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		t.Fatal(err)
	}
	return Key{ID: id, Algorithm: algorithm, Private: private}
}

// Secret returns an HS256 key.
func Secret(secret string) Key {
	return Key{Algorithm: jose.HS256, Private: []byte(secret)}
}

// Public is the key as it is published.
func (k Key) Public() jose.JSONWebKey {
	public := k.Private
	if signer, ok := k.Private.(crypto.Signer); ok {
		public = signer.Public()
	}
	return jose.JSONWebKey{Key: public, KeyID: k.ID, Algorithm: string(k.Algorithm), Use: "sig"}
}

// Sign returns a token with claims.
func (k Key) Sign(t testing.TB, claims map[string]any) string {
	t.Helper()
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return k.SignText(t, text)
}

// SignText returns a token with claims as they are.
func (k Key) SignText(t testing.TB, claims []byte) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT")
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: k.Algorithm, Key: jose.JSONWebKey{Key: k.Private, KeyID: k.ID}}, options)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(claims)
	if err != nil {
		t.Fatal(err)
	}
	token, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Server publishes keys.
type Server struct {
	URL string // of the key set

	mu     sync.Mutex
	body   []byte
	status int
	hold   chan struct{}
	asked  int
}

// Serve starts a Server with keys. The test's end stops it.
func Serve(t testing.TB, keys ...Key) *Server {
	t.Helper()
	s := &Server{}
	s.Publish(t, keys...)
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	s.URL = server.URL + "/keys"
	return s
}

// Publish replaces the keys.
func (s *Server) Publish(t testing.TB, keys ...Key) {
	t.Helper()
	set := jose.JSONWebKeySet{}
	for _, k := range keys {
		set.Keys = append(set.Keys, k.Public())
	}
	text, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	s.Answer(http.StatusOK, text)
}

// Answer sets what the server answers from now on.
func (s *Server) Answer(status int, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.status, s.body = status, body
}

// Hold makes requests wait until the returned function is called.
func (s *Server) Hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hold := make(chan struct{})
	s.hold = hold
	return sync.OnceFunc(func() { close(hold) })
}

// Asked returns how many requests came.
func (s *Server) Asked() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked
}

// ServeHTTP implements http.Handler.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.asked++
	status, body, hold := s.status, s.body, s.hold
	s.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-r.Context().Done():
		}
	}
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
