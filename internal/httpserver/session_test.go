package httpserver_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"slotcast/internal/auth"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/httpserver"
	"slotcast/internal/viewer"
)

// owners are of one token, ana's, and note what is revoked, and from where.
type owners struct{ revoked []string }

func (*owners) CreateOwnerToken(context.Context, string, time.Duration) (string, error) {
	return "ana", nil
}

func (o *owners) RevokeAccessToken(ctx context.Context, id string) error {
	o.revoked = append(o.revoked, id+" from "+viewer.OriginOf(ctx).Address)
	return nil
}

// newConsole is an edge where agents can sign in, under a public URL.
func newConsole(t *testing.T, public string) *edge {
	t.Helper()
	e := newEdge(t)
	who := auth.New(e.who)
	cookies, err := auth.NewCookies(auth.CookiesConfig{
		Auth: who, Keys: entdbtest.Keys(), Owners: &e.owners, PublicURL: public, Now: func() time.Time { return e.now },
	})
	if err != nil {
		t.Fatal(err)
	}
	e.link = cookies.Link
	e.behind.then = func(w http.ResponseWriter, r *http.Request) {
		v, _ := viewer.From(r.Context())
		_, _ = w.Write([]byte(v.AgentID))
	}
	e.handler = httpserver.Handler(httpserver.Config{
		GraphQL: &e.behind, REST: facade{}, Auth: who, Cookies: cookies, Limits: e.limits, PublicURL: public,
	})
	return e
}

// page sends a request of the console's own pages.
func (e *edge) page(method, path, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(e.t.Context(), method, "http://example.org"+path, strings.NewReader(body))
	r.RemoteAddr = home
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	e.handler.ServeHTTP(w, r)
	return w
}

// cookieOf is what a browser sends back.
func cookieOf(w *httptest.ResponseRecorder) string {
	cookie, _, _ := strings.Cut(w.Header().Get("Set-Cookie"), ";")
	return cookie
}

// TestSession is a session from its begin to its end, at the root and under a path
// that a proxy takes off or leaves.
func TestSession(t *testing.T) {
	t.Parallel()
	for public, prefix := range map[string]string{
		"https://meet.example.org": "", "https://example.org/meet": "", "https://example.org/meet ": "/meet",
	} {
		e := newConsole(t, strings.TrimSpace(public))
		if w := e.page("GET", prefix+"/session", ""); w.Code != 200 || w.Body.String() != `{"signedIn":false}`+"\n" || w.Header().Get("Set-Cookie") != "" {
			t.Errorf("%s: before: %d %s, %v", public, w.Code, w.Body, w.Header())
		}
		in := e.page("POST", prefix+"/session", `{"token":"ana"}`)
		cookie := cookieOf(in)
		if in.Code != 204 || cookie == "" || in.Body.Len() != 0 {
			t.Fatalf("%s: signing in: %d %s, %v", public, in.Code, in.Body, in.Header())
		}
		for _, tt := range []struct{ method, path, want string }{
			{"GET", "/session", `200 {"signedIn":true}` + "\n"},
			{"POST", "/graphql", "200 agt_ana"},
			{"GET", "/graphql?query={x}", "200 agt_ana"},
			{"GET", "/things", "401 refused: UNAUTHENTICATED"},
		} {
			w := e.page(tt.method, prefix+tt.path, "", "Cookie", cookie)
			if got := strings.Join([]string{w.Result().Status[:3], w.Body.String()}, " "); got != tt.want {
				t.Errorf("%s: %s %s: %s, want %s", public, tt.method, tt.path, got, tt.want)
			}
		}
		if w := e.page("POST", prefix+"/graphql", "", "Cookie", cookie, "Sec-Fetch-Site", "same-site"); w.Code != 401 {
			t.Errorf("%s: another page: %d", public, w.Code)
		}
		out := e.page("DELETE", prefix+"/session", "", "Cookie", cookie)
		if gone := out.Result().Cookies(); out.Code != 204 || len(gone) != 1 || gone[0].MaxAge >= 0 || gone[0].Value != "" ||
			gone[0].Name != in.Result().Cookies()[0].Name || gone[0].Path != in.Result().Cookies()[0].Path {
			t.Errorf("%s: signing out: %d %v", public, out.Code, out.Header())
		}
		for _, tt := range []struct {
			method, site string
			status       int
		}{
			{"PUT", "same-origin", 405}, {"PATCH", "same-origin", 405}, {"POST", "same-site", 403}, {"DELETE", "cross-site", 403},
		} {
			w := e.page(tt.method, prefix+"/session", `{"token":"ana"}`, "Sec-Fetch-Site", tt.site)
			if w.Code != tt.status || w.Header().Get("Set-Cookie") != "" {
				t.Errorf("%s: %s of %s: %d %v", public, tt.method, tt.site, w.Code, w.Header())
			}
		}
	}
}

// TestSessionHeaders: what answers carry that are for one caller, and not for
// other pages.
func TestSessionHeaders(t *testing.T) {
	t.Parallel()
	e := newConsole(t, "https://meet.example.org")
	for _, tt := range []struct{ method, body, site string }{
		{"POST", `{"token":"ana"}`, "same-origin"}, {"POST", `{"token":"bad"}`, "same-origin"}, {"POST", "", "cross-site"},
		{"GET", "", "same-origin"}, {"GET", "", "cross-site"}, {"DELETE", "", "same-origin"},
	} {
		h := e.page(tt.method, "/session", tt.body, "Sec-Fetch-Site", tt.site, "Origin", "https://meet.example.org").Header()
		for name, want := range map[string]string{
			"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Access-Control-Allow-Credentials": "",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s %s of %s: %s %q, want %q", tt.method, tt.body, tt.site, name, got, want)
			}
		}
	}
}

// TestSessionLimits: guessing counts for the address, as it does anywhere, and
// asking counts for nobody. Other pages cannot use the limit up.
func TestSessionLimits(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"a token": `{"token":"bad"}`, "a key": `{"token":"page"}`, "a code": `{"code":"x"}`,
	} {
		e := newConsole(t, "https://meet.example.org")
		for range 3 * addressRate {
			if w := e.page("GET", "/session", ""); w.Code != 200 {
				t.Fatalf("asking: %d", w.Code)
			}
			if w := e.page("GET", "/session", "", "Cookie", "slotcast_session=x"); w.Code != 200 {
				t.Fatalf("asking with a bad cookie: %d", w.Code)
			}
			if w := e.page("POST", "/session", body, "Sec-Fetch-Site", "cross-site"); w.Code != 403 {
				t.Fatalf("another page: %d", w.Code)
			}
			if w := e.page("POST", "/session", "", "Content-Type", "text/plain"); w.Code != 415 {
				t.Fatalf("a form: %d", w.Code)
			}
		}
		for range addressRate {
			if w := e.page("POST", "/session", body); w.Code != 401 && w.Code != 403 {
				t.Errorf("%s: %d %s", name, w.Code, w.Body)
			}
		}
		for _, one := range []string{body, `{"token":"ana"}`} {
			w := e.page("POST", "/session", one)
			if w.Code != 429 || !strings.Contains(w.Body.String(), `"RATE_LIMITED"`) || w.Header().Get("Retry-After") == "" || w.Header().Get("Set-Cookie") != "" {
				t.Errorf("%s, after too many: %d %s, %v", name, w.Code, w.Body, w.Header())
			}
		}
		if got := e.ask(home, "ana").Code; got != 429 {
			t.Errorf("%s: the API is answered %d", name, got)
		}
		if w := e.page("DELETE", "/session", ""); w.Code != 204 {
			t.Errorf("%s: signing out is answered %d", name, w.Code)
		}
		if got := e.ask(office, "ana").Code; got != 200 {
			t.Errorf("%s: another address is answered %d", name, got)
		}
	}
}

// TestSessionsCountForTheirToken, wherever its requests come from.
func TestSessionsCountForTheirToken(t *testing.T) {
	t.Parallel()
	e := newConsole(t, "https://meet.example.org")
	cookie := cookieOf(e.page("POST", "/session", `{"token":"ana"}`))
	for n := 1; n < tokenRate; n++ {
		if w := e.page("POST", "/graphql", "", "Cookie", cookie); w.Code != 200 {
			t.Fatalf("request %d: %d", n, w.Code)
		}
	}
	for path, method := range map[string]string{"/graphql": "POST", "/session": "GET"} {
		if w := e.page(method, path, "", "Cookie", cookie); w.Code != 429 {
			t.Errorf("%s after too many: %d", path, w.Code)
		}
	}
	if got := e.ask(home, "ana").Code; got != 429 {
		t.Errorf("with the token itself: %d", got)
	}
	if got := e.ask(home, "ana2").Code; got != 200 {
		t.Errorf("another token: %d", got)
	}
}

// TestSignOutOfALink revokes its token, also when there were too many requests, and
// never for another page.
func TestSignOutOfALink(t *testing.T) {
	t.Parallel()
	e := newConsole(t, "https://meet.example.org")
	_, code, _ := strings.Cut(e.link(), "#code=")
	cookie := cookieOf(e.page("POST", "/session", `{"code":"`+code+`"}`))
	own := cookieOf(e.page("POST", "/session", `{"token":"ana"}`))
	for range tokenRate {
		e.page("POST", "/graphql", "", "Cookie", cookie)
	}
	if w := e.page("GET", "/session", "", "Cookie", cookie); w.Code != 429 {
		t.Fatalf("after too many: %d", w.Code)
	}
	if w := e.page("DELETE", "/session", "", "Cookie", cookie, "Sec-Fetch-Site", "same-site"); w.Code != 403 || len(e.owners.revoked) != 0 {
		t.Errorf("another page: %d, revoked %v", w.Code, e.owners.revoked)
	}
	for _, one := range []string{own, "", cookie} {
		if w := e.page("DELETE", "/session", "", "Cookie", one); w.Code != 204 || w.Header().Get("Set-Cookie") == "" {
			t.Errorf("signing out: %d, %v", w.Code, w.Header())
		}
		if want := map[bool]string{true: "[tok_1 from 203.0.113.9]", false: "[]"}[one == cookie]; fmt.Sprint(e.owners.revoked) != want {
			t.Errorf("revoked %v, want %s", e.owners.revoked, want)
		}
	}
}
