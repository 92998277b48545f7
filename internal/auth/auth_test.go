package auth_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/auth"
	"slotcast/internal/credential"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

var errDown = errors.New("dial tcp 10.1.2.3: connection refused")

// down is what is left of the accounts when the database does not answer.
type down struct{}

func (down) Identify(context.Context, string) (viewer.Viewer, error) { return viewer.Viewer{}, errDown }

func (down) Admits(context.Context, string, string) error { return errDown }

// setup returns an Auth over real accounts, the owner and his token.
func setup(t *testing.T) (a *auth.Auth, owner viewer.Viewer, token string) {
	t.Helper()
	accounts := account.New(account.Config{Client: entdbtest.SQLite(t).Client, Keys: entdbtest.Keys()})
	first, err := accounts.FirstStart(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	owner, err = accounts.Identify(t.Context(), first.Token)
	if err != nil || owner.AgentID != first.AgentID {
		t.Fatalf("the owner is %+v, %v", owner, err)
	}
	return auth.New(accounts), owner, first.Token
}

// request passes through the middleware; seen is the viewer behind it, reached
// whether anything got there.
func request(t *testing.T, a *auth.Auth, header http.Header) (answer *httptest.ResponseRecorder, seen viewer.Viewer, reached bool) {
	t.Helper()
	answer = httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql", http.NoBody)
	r.Header = header
	a.HTTP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen, _ = viewer.From(r.Context())
		reached = true
	})).ServeHTTP(answer, r)
	return answer, seen, reached
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	a, owner, token := setup(t)
	bearer := func(s string) http.Header { return http.Header{"Authorization": {s}} }
	socket := func(s string) http.Header { return http.Header{"Authorization": {s}, "Upgrade": {"WebSocket"}} }
	tests := []struct {
		name    string
		header  http.Header
		reached bool
		viewer  viewer.Viewer
	}{
		{"good", bearer("Bearer " + token), true, owner},
		{"any case and spaces", bearer("bEARER   " + token + " "), true, owner},
		{"missing", http.Header{}, false, viewer.Viewer{}},
		{"empty", bearer(""), false, viewer.Viewer{}},
		{"no scheme", bearer(token), false, viewer.Viewer{}},
		{"other scheme", bearer("Basic " + token), false, viewer.Viewer{}},
		{"no token", bearer("Bearer "), false, viewer.Viewer{}},
		{"typing error", bearer("Bearer " + token + "x"), false, viewer.Viewer{}},
		{"two tokens", bearer("Bearer " + token + " " + token), false, viewer.Viewer{}},
		{"unknown", bearer("Bearer " + credential.New(credential.Access)), false, viewer.Viewer{}},
		{"socket without", http.Header{"Upgrade": {"websocket"}}, true, viewer.Viewer{}},
		{"socket with", socket("Bearer " + token), true, owner},
		{"socket with a bad one", socket("Bearer x"), false, viewer.Viewer{}},
		{"other upgrade", http.Header{"Upgrade": {"h2c"}}, false, viewer.Viewer{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			answer, seen, reached := request(t, a, tt.header)
			if seen != tt.viewer || reached != tt.reached {
				t.Errorf("viewer %+v, reached: %v", seen, reached)
			}
			if tt.reached {
				return
			}
			if message := check(t, answer, http.StatusUnauthorized, apperr.Unauthenticated); strings.Contains(message, token) {
				t.Errorf("the token is in the message: %s", message)
			}
			if answer.Header().Get("WWW-Authenticate") == "" {
				t.Error("no WWW-Authenticate")
			}
		})
	}
}

// check reads an answer in the shape of GraphQL's errors.
func check(t *testing.T, answer *httptest.ResponseRecorder, status int, code apperr.Code) (message string) {
	t.Helper()
	var body struct {
		Errors []struct {
			Message    string
			Extensions struct {
				Code    apperr.Code
				ErrorID string
			}
		}
	}
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || len(body.Errors) != 1 {
		t.Fatalf("body %s, %v", answer.Body, err)
	}
	e := body.Errors[0]
	if answer.Code != status || e.Extensions.Code != code || answer.Header().Get("Content-Type") != "application/json" {
		t.Errorf("status %d, header %v, body %s", answer.Code, answer.Header(), answer.Body)
	}
	if (e.Extensions.ErrorID != "") != (code == apperr.Internal) {
		t.Errorf("errorId %q with %s", e.Extensions.ErrorID, code)
	}
	return e.Message
}

// Nobody is told that his token is bad because the database is gone.
func TestHTTPWithoutDatabase(t *testing.T) {
	t.Parallel()
	answer, _, reached := request(t, auth.New(down{}), http.Header{"Authorization": {"Bearer " + credential.New(credential.Access)}})
	message := check(t, answer, http.StatusInternalServerError, apperr.Internal)
	if reached || strings.Contains(message, "10.1.2.3") || answer.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("reached: %v, %q, %v", reached, message, answer.Header())
	}
}

func TestInit(t *testing.T) {
	t.Parallel()
	a, owner, token := setup(t)
	tests := []struct {
		name    string
		payload map[string]any
		ok      bool
	}{
		{"good", map[string]any{"Authorization": "Bearer " + token}, true},
		{"lower case", map[string]any{"authorization": "bearer " + token, "more": 1}, true},
		{"none", nil, false},
		{"empty", map[string]any{}, false},
		{"no text", map[string]any{"Authorization": 1}, false},
		{"null", map[string]any{"Authorization": nil}, false},
		{"a list", map[string]any{"Authorization": []any{"Bearer " + token}}, false},
		{"no scheme", map[string]any{"Authorization": token}, false},
		{"unknown", map[string]any{"Authorization": "Bearer " + credential.New(credential.Access)}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			ctx, err := a.Init(t.Context(), tt.payload)
			if !tt.ok {
				if apperr.CodeOf(err) != apperr.Unauthenticated {
					t.Errorf("error %v", err)
				}
				return
			}
			if v, _ := viewer.From(ctx); err != nil || v != owner {
				t.Errorf("viewer %+v, %v", v, err)
			}
		})
	}
}

// The token of the opening request counts.
func TestInitAfterHTTP(t *testing.T) {
	t.Parallel()
	before := viewer.Viewer{AppID: "app_1", AgentID: "agt_1"}
	ctx, err := auth.New(down{}).Init(viewer.With(t.Context(), before), nil)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := viewer.From(ctx); v != before {
		t.Errorf("viewer %+v", v)
	}
}

func TestInitWithoutDatabase(t *testing.T) {
	t.Parallel()
	_, err := auth.New(down{}).Init(t.Context(), map[string]any{"Authorization": "Bearer " + credential.New(credential.Access)})
	if !errors.Is(err, errDown) || apperr.CodeOf(err) != apperr.Internal {
		t.Errorf("error %v", err)
	}
}
