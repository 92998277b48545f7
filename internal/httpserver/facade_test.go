package httpserver_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"slotcast/internal/apperr"
	"slotcast/internal/auth"
	"slotcast/internal/httpserver"
	"slotcast/internal/viewer"
)

// facade says what has come through to it.
type facade struct{}

func (facade) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, known := viewer.From(r.Context())
	_, _ = fmt.Fprintf(w, "%s by a caller who is known: %v", r.URL.Path, known)
}

func (facade) Patterns() (known, everybody []string) {
	return []string{"/things", "/things/"}, []string{"POST /things/{id}/notes"}
}

func (facade) Refuse(w http.ResponseWriter, _ *http.Request, err error) {
	status := map[apperr.Code]int{apperr.Unauthenticated: 401, apperr.NotFound: 404, apperr.RateLimited: 429}[apperr.CodeOf(err)]
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, "refused: %s", apperr.CodeOf(err))
}

func TestFacade(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	for name, public := range map[string]string{"at the root": "https://example.org", "under a path": "https://example.org/api/meet"} {
		e.handler = httpserver.Handler(httpserver.Config{
			GraphQL: &e.behind, REST: facade{}, Auth: auth.New(e.who), Limits: httpserver.NewLimits(httpserver.LimitsConfig{}), PublicURL: public,
		})
		for _, tt := range []struct{ method, path, token, want string }{
			{"GET", "/things", "ana", "200 /things by a caller who is known: true"},
			{"GET", "/things/1", "ana", "200 /things/1 by a caller who is known: true"},
			{"GET", "/things/1", "", "401 refused: UNAUTHENTICATED"},
			{"GET", "/things/1", "bad", "401 refused: UNAUTHENTICATED"},
			{"POST", "/things/1/notes", "", "200 /things/1/notes by a caller who is known: false"},
			{"GET", "/things/1/notes", "", "401 refused: UNAUTHENTICATED"},
			{"GET", "//things", "ana", "404 refused: NOT_FOUND"},
			{"GET", "/things//1", "ana", "404 refused: NOT_FOUND"},
			{"GET", "/x/../things", "ana", "404 refused: NOT_FOUND"},
		} {
			if got := e.send(tt.method, tt.path, tt.token); got != tt.want {
				t.Errorf("%s: %s %s: %s, want %s", name, tt.method, tt.path, got, tt.want)
			}
			if public == "https://example.org" {
				continue
			}
			if got := e.send(tt.method, "/api/meet"+tt.path, tt.token); got != tt.want {
				t.Errorf("%s, not taken off: %s %s: %s, want %s", name, tt.method, tt.path, got, tt.want)
			}
		}
	}
}

// TestFacadeLimits: the limits are those of all callers, told in its own form.
func TestFacadeLimits(t *testing.T) {
	t.Parallel()
	for token, after := range map[string]int{"ana": tokenRate, "bad": addressRate, "": addressRate} {
		e := newEdge(t)
		e.handler = httpserver.Handler(httpserver.Config{GraphQL: &e.behind, REST: facade{}, Auth: auth.New(e.who), Limits: e.limits})
		path, method := "/things", "GET"
		if token == "" {
			path, method = "/things/1/notes", "POST"
		}
		n := 0
		for e.send(method, path, token) != "429 refused: RATE_LIMITED" {
			if n++; n > 100 {
				t.Fatalf("%q has no limit", token)
			}
		}
		if n != after {
			t.Errorf("%q is refused after %d requests, want %d", token, n, after)
		}
	}
}

// send returns the status and the body.
func (e *edge) send(method, path, token string) string {
	r := httptest.NewRequestWithContext(e.t.Context(), method, "http://example.org"+path, nil)
	r.RemoteAddr = home
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	w := httptest.NewRecorder()
	e.handler.ServeHTTP(w, r)
	return fmt.Sprint(w.Code, " ", w.Body)
}
