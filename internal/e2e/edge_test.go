package e2e_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"slotcast/internal/app/apptest"
	"slotcast/internal/credential"
	"slotcast/internal/entdb"
	"slotcast/internal/viewer"
)

// ask sends one query with a token and further headers, and returns the answer
// with its body.
func ask(t *testing.T, p *apptest.Process, token string, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.URL()+"/graphql", strings.NewReader(`{"query":"{ __typename }"}`))
	must(t, err)
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	return send(t, request, header...)
}

func send(t *testing.T, request *http.Request, header ...string) (*http.Response, string) {
	t.Helper()
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	must(t, err)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	must(t, err)
	return answer, string(body)
}

// limits wants an answer's status and what it says of the limit.
func limits(t *testing.T, answer *http.Response, status int, limit, remaining string) {
	t.Helper()
	h := answer.Header
	if answer.StatusCode != status || h.Get("X-RateLimit-Limit") != limit || h.Get("X-RateLimit-Remaining") != remaining ||
		h.Get("X-RateLimit-Reset") == "" || (h.Get("Retry-After") != "") != (status == http.StatusTooManyRequests) {
		t.Errorf("%s %v, want %d with %s of %s left", answer.Status, h, status, remaining, limit)
	}
}

// TestTokenRate: a token's requests and its operations over sockets are counted
// together. With three a minute none comes back within twenty seconds.
func TestTokenRate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		s["SLOTCAST_TOKEN_RATE"] = "3"
		p := apptest.Start(t, s)
		token := s["SLOTCAST_OWNER_TOKEN"]
		answer, _ := ask(t, p, token)
		limits(t, answer, http.StatusOK, "3", "2")

		over := func() error {
			stream, err := p.Client(token).WebSocket(t.Context(), `{ __typename }`, nil)
			must(t, err)
			defer stream.Cut()
			return stream.Next(t.Context(), nil)
		}
		for range 2 {
			must(t, over())
		}
		err := over()
		if list, ok := errors.AsType[apptest.Errors](err); !ok || !apptest.HasCode(err, "RATE_LIMITED") || list[0].Extensions.RetryAfter < 1 {
			t.Errorf("over a socket: %v", err)
		}
		answer, body := ask(t, p, token)
		limits(t, answer, http.StatusTooManyRequests, "3", "0")
		if !strings.Contains(body, `"code":"RATE_LIMITED","retryAfter":`) {
			t.Errorf("the refusal is %s", body)
		}
		answer, _ = ask(t, p, credential.New(credential.Access))
		limits(t, answer, http.StatusUnauthorized, "600", "599")
	})
}

// TestAddressRate: wrong tokens count for the address that they come from, which
// a proxy says only where it is trusted.
func TestAddressRate(t *testing.T) {
	t.Parallel()
	for name, networks := range map[string]string{"trusted": "127.0.0.0/8", "not trusted": "10.0.0.0/8"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := embedded(t)
			s["SLOTCAST_ADDRESS_RATE"], s["SLOTCAST_TRUST_PROXIES"] = "2", networks
			p := apptest.Start(t, s)
			const from = "X-Forwarded-For"
			for n, want := range []int{401, 401, 429, 429} {
				// whoever is not behind the proxy may write what he likes
				client := "203.0.113.9"
				if name == "not trusted" {
					client = fmt.Sprintf("203.0.113.%d", n)
				}
				answer, _ := ask(t, p, credential.New(credential.Access), from, "198.51.100.1, "+client)
				limits(t, answer, want, "2", fmt.Sprint(max(0, 1-n)))
			}
			elsewhere, status := 200, 429 // of a good token from this address
			if name == "not trusted" {
				elsewhere = 429
			}
			answer, _ := ask(t, p, s["SLOTCAST_OWNER_TOKEN"], from, "203.0.113.9")
			if answer.StatusCode != status {
				t.Errorf("a good token from the same address is answered %s, want %d", answer.Status, status)
			}
			answer, _ = ask(t, p, s["SLOTCAST_OWNER_TOKEN"], from, "203.0.113.77")
			if answer.StatusCode != elsewhere {
				t.Errorf("a good token from another address is answered %s, want %d", answer.Status, elsewhere)
			}
		})
	}
}

// TestSocketsAreCountedForTheirAddress: tokens cannot be tried over sockets
// instead.
func TestSocketsAreCountedForTheirAddress(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	s["SLOTCAST_ADDRESS_RATE"] = "2"
	p := apptest.Start(t, s)
	for range 2 {
		_, err := p.Client(credential.New(credential.Access)).WebSocket(t.Context(), `{ __typename }`, nil)
		if websocket.CloseStatus(err) != 4401 {
			t.Errorf("%v, want close code 4401", err)
		}
	}
	must(t, socketFrom(t, p, "", http.StatusTooManyRequests))
	answer, _ := ask(t, p, "")
	limits(t, answer, http.StatusTooManyRequests, "2", "0")
}

// TestProcessesShareLimits: two processes with one Redis count together. Where a
// busy machine's Redis did not answer in time they count by themselves, and the
// test looks again, as another client.
func TestProcessesShareLimits(t *testing.T) {
	t.Parallel()
	s, _ := production(t)
	s["SLOTCAST_ADDRESS_RATE"], s["SLOTCAST_TRUST_PROXIES"] = "3", "127.0.0.0/8"
	both := apptest.StartAll(t, s, 2)
	client := 0
	apptest.Until(t, func() error {
		client++
		for n, want := range []int{401, 401, 401, 429, 429, 429} {
			answer, _ := ask(t, both[n%2], credential.New(credential.Access), "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", client))
			if answer.StatusCode != want {
				return fmt.Errorf("request %d is answered %s, want %d", n+1, answer.Status, want)
			}
		}
		return nil
	})
}

// TestLimitsWithoutRedis: they hold in the process.
func TestLimitsWithoutRedis(t *testing.T) {
	t.Parallel()
	s, redis := production(t)
	s["SLOTCAST_TOKEN_RATE"] = "3"
	p := apptest.Start(t, s)
	redis.Stop()
	for _, want := range []int{200, 200, 200, 429} {
		if answer, _ := ask(t, p, s["SLOTCAST_OWNER_TOKEN"]); answer.StatusCode != want {
			t.Errorf("answered %s, want %d", answer.Status, want)
		}
	}
	if n := strings.Count(p.Output(), "rate_limits_shared"); n != 1 {
		t.Errorf("the log says %d times that Redis is away:\n%s", n, p.Output())
	}
}

// TestOrigins: which pages may call the API, over HTTP and over sockets.
func TestOrigins(t *testing.T) {
	t.Parallel()
	s, _ := production(t)
	s["SLOTCAST_ALLOW_ORIGINS"] = "https://app.example.org"
	p := apptest.Start(t, s)
	const page = "https://book.example.org"
	for origin, want := range map[string]bool{
		"https://app.example.org":      true,
		p.URL():                        true, // its own pages, whatever host a proxy makes of it
		page:                           false,
		"http://app.example.org":       false,
		"https://app.example.org:8443": false,
		"https://evil.example.org":     false,
		"null":                         false,
	} {
		must(t, passes(t, p, origin, want))
	}
	must(t, socketFrom(t, p, "", http.StatusSwitchingProtocols))

	db, err := entdb.Open(t.Context(), entdb.Config{URL: s["SLOTCAST_DATABASE_URL"], MaxConns: 1})
	must(t, err)
	defer db.Close()
	me := newOwner(t, p, s)
	must(t, db.Client.PublishableKey.Create().SetAppID(me.AppID).SetName("page").SetKey(credential.New(credential.Publishable)).
		SetAllowedOrigins([]string{page}).Exec(viewer.System(t.Context())))
	apptest.Until(t, func() error { return passes(t, p, page, true) })
	must(t, passes(t, p, "https://evil.example.org", false))
}

// passes says where a page is treated otherwise than wanted.
func passes(t *testing.T, p *apptest.Process, origin string, want bool) error {
	t.Helper()
	preflight, err := http.NewRequestWithContext(t.Context(), http.MethodOptions, p.URL()+"/graphql", nil)
	must(t, err)
	allowed, status := "", http.StatusForbidden
	if want {
		allowed, status = origin, http.StatusSwitchingProtocols
	}
	answer, _ := send(t, preflight, "Origin", origin,
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type")
	if got := answer.Header.Get("Access-Control-Allow-Origin"); got != allowed || answer.StatusCode != http.StatusNoContent {
		return fmt.Errorf("the preflight of %s is answered %s, %q", origin, answer.Status, got)
	}
	answer, _ = ask(t, p, "", "Origin", origin)
	if got := answer.Header.Get("Access-Control-Allow-Origin"); got != allowed {
		return fmt.Errorf("a request of %s is answered %q", origin, got)
	}
	return socketFrom(t, p, origin, status)
}

// socketFrom opens a socket as a page of an origin does; an empty one is none.
func socketFrom(t *testing.T, p *apptest.Process, origin string, status int) error {
	t.Helper()
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	conn, answer, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(p.URL(), "http")+"/graphql", &websocket.DialOptions{
		HTTPHeader: header, Subprotocols: []string{"graphql-transport-ws"},
	})
	if conn != nil {
		defer conn.CloseNow()
	}
	if answer == nil || answer.StatusCode != status {
		return fmt.Errorf("a socket of %q: %w, want status %d", origin, err, status)
	}
	return nil
}
