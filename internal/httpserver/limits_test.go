package httpserver_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/auth"
	"slotcast/internal/httpserver"
	"slotcast/internal/ratelimit/locallimit"
	"slotcast/internal/viewer"
)

// people are the owners of tokens.
type people map[string]viewer.Viewer

func (p people) Identify(_ context.Context, token string) (viewer.Viewer, error) {
	if token == "down" {
		return viewer.Viewer{}, errors.New("the database is away")
	}
	if v, ok := p[token]; ok {
		return v, nil
	}
	return viewer.Viewer{}, apperr.New(apperr.Unauthenticated, "bad token")
}

func (people) Admits(_ context.Context, key, _ string) error {
	if key == "elsewhere" {
		return apperr.New(apperr.Forbidden, "the key is not for pages of this origin")
	}
	return nil
}

// edge is a server with limits and a clock that the test turns.
type edge struct {
	t       *testing.T
	handler http.Handler
	limits  *httpserver.Limits
	behind  recorder
	who     people
	now     time.Time
	owners  owners        // of a console
	link    func() string // that signs in to it
}

const tokenRate, addressRate = 6, 3 // a minute

func newEdge(t *testing.T, change ...func(*httpserver.LimitsConfig)) *edge {
	t.Helper()
	e := &edge{t: t, now: time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC), who: people{
		"ana":       {AppID: "app_x", AgentID: "agt_ana", CredentialID: "tok_1"},
		"ana2":      {AppID: "app_x", AgentID: "agt_ana", CredentialID: "tok_2"},
		"idp-jo":    {AppID: "app_x", AgentID: "agt_jo", CredentialID: "idp_1"},
		"idp-mo":    {AppID: "app_x", AgentID: "agt_mo", CredentialID: "idp_1"},
		"page":      {AppID: "app_x", CredentialID: "pub_1", Kind: viewer.Page},
		"page2":     {AppID: "app_x", CredentialID: "pub_2", Kind: viewer.Page},
		"elsewhere": {AppID: "app_x", CredentialID: "pub_3", Kind: viewer.Page},
		"guest":     {AppID: "app_x", CredentialID: "hash", Kind: viewer.Attendee},
		"new":       {AppID: "app_x", CredentialID: "inv_1", Kind: viewer.Invited},
	}}
	clock := func() time.Time { return e.now }
	c := httpserver.LimitsConfig{
		Limiter: locallimit.New(locallimit.Config{Now: clock}), TokenRate: tokenRate, AddressRate: addressRate, Now: clock,
	}
	for _, edit := range change {
		edit(&c)
	}
	e.limits = httpserver.NewLimits(c)
	e.handler = httpserver.Handler(httpserver.Config{GraphQL: &e.behind, Auth: auth.New(e.who), Limits: e.limits})
	return e
}

// ask sends one request from an address; an empty token is none.
func (e *edge) ask(address, token string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(e.t.Context(), http.MethodPost, "/graphql", nil)
	r.RemoteAddr = address
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	e.handler.ServeHTTP(w, r)
	return w
}

// drain asks until it is refused and returns how often it was not.
func (e *edge) drain(address, token string) (n int) {
	e.t.Helper()
	for e.ask(address, token).Code != http.StatusTooManyRequests {
		if n++; n > 100 {
			e.t.Fatalf("%s at %s has no limit", token, address)
		}
	}
	return n
}

const (
	home, office = "203.0.113.9:1", "198.51.100.7:2"
	flat, flat2  = "[2001:db8:1:2::9]:1", "[2001:db8:1:2:ffff::1]:1" // of one /64
	street       = "[2001:db8:1:3::9]:1"
)

// TestWhatCounts: who has used up a limit, and who is not touched by that.
func TestWhatCounts(t *testing.T) {
	t.Parallel()
	type caller struct{ address, token string }
	for name, tt := range map[string]struct {
		drains  caller
		after   int
		refused []caller
		open    []caller
	}{
		"an access token": {
			caller{home, "ana"}, tokenRate,
			[]caller{{office, "ana"}},
			[]caller{{home, "ana2"}, {home, "page"}, {home, "guest"}, {home, "bad"}},
		},
		"one agent of an identity provider": {
			caller{home, "idp-jo"}, tokenRate,
			[]caller{{office, "idp-jo"}}, []caller{{home, "idp-mo"}},
		},
		"a booking page": {
			caller{home, "page"}, addressRate,
			nil, []caller{{office, "page"}, {home, "page2"}, {home, "ana"}, {home, "guest"}, {home, "bad"}},
		},
		"an attendee": {
			caller{home, "guest"}, addressRate,
			[]caller{{home, "new"}}, []caller{{office, "guest"}, {home, "ana"}, {home, "page"}},
		},
		"a wrong token": {
			caller{home, "bad"}, addressRate,
			[]caller{{home, "worse"}, {home, ""}, {home, "ana"}, {home, "page"}, {home, "guest"}},
			[]caller{{office, "bad"}, {office, "ana"}},
		},
		"a key of another page": {
			caller{home, "elsewhere"}, addressRate,
			[]caller{{home, "elsewhere"}, {home, "ana"}, {home, ""}}, []caller{{office, "elsewhere"}, {office, "ana"}},
		},
		"no token": {
			caller{home, ""}, addressRate,
			[]caller{{home, "bad"}, {home, "ana"}}, []caller{{office, ""}},
		},
		"a network of IPv6": {
			caller{flat, ""}, addressRate,
			[]caller{{flat2, ""}, {flat2, "ana"}}, []caller{{street, ""}},
		},
	} {
		e := newEdge(t)
		if n := e.drain(tt.drains.address, tt.drains.token); n != tt.after {
			t.Errorf("%s: refused after %d requests, want %d", name, n, tt.after)
		}
		for _, c := range tt.refused {
			if got := e.ask(c.address, c.token).Code; got != http.StatusTooManyRequests {
				t.Errorf("%s: %v is answered %d, want 429", name, c, got)
			}
		}
		for _, c := range tt.open {
			if got := e.ask(c.address, c.token).Code; got == http.StatusTooManyRequests {
				t.Errorf("%s: %v is refused, too", name, c)
			}
		}
	}
}

// TestLimitHeaders are on every answer of /graphql and on no other.
func TestLimitHeaders(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		token            string
		header           []string
		status           int
		limit, left, due string
	}{
		"an agent":               {"ana", nil, 200, "6", "5", "10"},
		"a page":                 {"page", nil, 200, "3", "2", "20"},
		"a wrong token":          {"bad", nil, 401, "3", "2", "20"},
		"no token":               {"", nil, 401, "3", "2", "20"},
		"a socket":               {"ana", []string{"Upgrade", "websocket"}, 200, "6", "5", "10"},
		"a socket without token": {"", []string{"Upgrade", "websocket"}, 200, "3", "3", "0"},
	} {
		e := newEdge(t)
		w := e.ask(home, tt.token, tt.header...)
		h := w.Header()
		if w.Code != tt.status || h.Get("X-RateLimit-Limit") != tt.limit || h.Get("X-RateLimit-Remaining") != tt.left ||
			h.Get("X-RateLimit-Reset") != tt.due || h.Get("Retry-After") != "" {
			t.Errorf("%s: %d %v", name, w.Code, h)
		}
	}
	e := newEdge(t)
	if h := e.ask(home, "down").Header(); h.Get("X-RateLimit-Limit") != "" {
		t.Errorf("a token that could not be checked counts: %v", h)
	}
}

// TestRefusal is the answer to one request too many.
func TestRefusal(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]struct{ limit, due, retry string }{
		"ana": {"6", "60", "10"}, "page": {"3", "60", "20"}, "bad": {"3", "60", "20"}, "": {"3", "60", "20"},
	} {
		e := newEdge(t)
		e.drain(home, token)
		calls := e.behind.calls.Load()
		for range 2 { // the one by the limiter, the other from memory
			w := e.ask(home, token)
			h := w.Header()
			if w.Code != 429 || h.Get("X-RateLimit-Limit") != want.limit || h.Get("X-RateLimit-Remaining") != "0" ||
				h.Get("X-RateLimit-Reset") != want.due || h.Get("Retry-After") != want.retry ||
				h.Get("Content-Type") != "application/json; charset=utf-8" || h.Get("WWW-Authenticate") != "" ||
				h.Get("Cache-Control") != "no-store" {
				t.Errorf("%q: %d %v", token, w.Code, h)
			}
			golden := `{"errors":[{"extensions":{"code":"RATE_LIMITED","retryAfter":` + want.retry +
				`},"message":"too many requests: try again in ` + want.retry + ` s"}]}` + "\n"
			if w.Body.String() != golden {
				t.Errorf("%q: %s", token, w.Body)
			}
			if !json.Valid(w.Body.Bytes()) || e.behind.calls.Load() != calls {
				t.Errorf("%q reached the handler", token)
			}
		}
	}
}

// TestLimitsEnd: after the time that a refusal names there is one more request.
func TestLimitsEnd(t *testing.T) {
	t.Parallel()
	for token, wait := range map[string]time.Duration{"ana": 10 * time.Second, "guest": 20 * time.Second, "bad": 20 * time.Second} {
		e := newEdge(t)
		e.drain(home, token)
		e.now = e.now.Add(wait - time.Millisecond)
		if got := e.ask(home, token).Code; got != 429 {
			t.Errorf("%s: %d before the time", token, got)
		}
		e.now = e.now.Add(time.Millisecond)
		if n := e.drain(home, token); n != 1 {
			t.Errorf("%s: %d requests after the time, want 1", token, n)
		}
		e.now = e.now.Add(time.Hour)
		if n := e.drain(home, token); n != addressRate && n != tokenRate {
			t.Errorf("%s: %d requests after an hour", token, n)
		}
	}
}

// TestNoLimits: a rate of 0 has neither refusals nor headers.
func TestNoLimits(t *testing.T) {
	t.Parallel()
	e := newEdge(t, func(c *httpserver.LimitsConfig) { c.TokenRate, c.AddressRate = 0, 0 })
	for _, token := range []string{"ana", "page", "guest", "bad", ""} {
		for range 20 {
			w := e.ask(home, token)
			if w.Code == 429 || w.Header().Get("X-RateLimit-Limit") != "" {
				t.Fatalf("%q: %d %v", token, w.Code, w.Header())
			}
		}
	}
}

// TestSocketLimits: a socket's token is tried and its operations are sent inside
// of one request.
func TestSocketLimits(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	init := e.limits.Init(auth.New(e.who).Init)
	from := func(address string) context.Context {
		return viewer.WithOrigin(t.Context(), viewer.Origin{Address: address})
	}
	hello := func(address, token string) (context.Context, error) {
		return init(from(address), map[string]any{"Authorization": "Bearer " + token})
	}
	for range 3 * addressRate {
		if _, err := hello("203.0.113.1", "ana"); err != nil {
			t.Fatalf("a good token: %v", err)
		}
		if _, err := hello("203.0.113.1", "down"); err == nil || apperr.From(err) != nil {
			t.Fatalf("a token that could not be checked: %v", err)
		}
	}
	for range addressRate {
		if _, err := hello("203.0.113.1", "bad"); apperr.CodeOf(err) != apperr.Unauthenticated {
			t.Errorf("a bad token: %v", err)
		}
	}
	for _, token := range []string{"bad", "ana"} {
		_, err := hello("203.0.113.1", token)
		if apperr.CodeOf(err) != apperr.RateLimited || apperr.From(err).RetryAfter.Round(time.Second) != 20*time.Second {
			t.Errorf("%s after too many: %v", token, err)
		}
	}
	if got := e.ask("203.0.113.1:9", "ana").Code; got != 429 {
		t.Errorf("the same address over HTTP is answered %d", got)
	}

	ctx, err := hello("203.0.113.2", "ana")
	if err != nil {
		t.Fatal(err)
	}
	for range tokenRate {
		if err := e.limits.Operation(ctx); err != nil {
			t.Error(err)
		}
	}
	if err := e.limits.Operation(ctx); apperr.CodeOf(err) != apperr.RateLimited {
		t.Errorf("one operation too many: %v", err)
	}
	if got := e.ask(home, "ana").Code; got != 429 {
		t.Errorf("the same token over HTTP is answered %d", got)
	}
}
