package auth_test

import (
	"context"
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
	"slotcast/internal/gqlhttp"
	"slotcast/internal/viewer"
)

// page gives out a publishable key for pages of the origins.
func page(t *testing.T, origins ...string) (*auth.Auth, string) {
	t.Helper()
	client := entdbtest.SQLite(t).Client
	rows, key := entdbtest.NewRows(t, client), credential.New(credential.Publishable)
	err := client.PublishableKey.Create().SetAppID(rows["App"]).SetName("x").SetKey(key).SetAllowedOrigins(origins).
		Exec(viewer.System(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return auth.New(account.New(account.Config{Client: client, Keys: entdbtest.Keys()})), key
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	a, key := page(t, "https://book.example.org")
	anywhere, open := page(t, "*")
	for _, tt := range []struct {
		a           *auth.Auth
		key, origin string
		ok          bool
	}{
		{a, key, "https://book.example.org", true},
		{a, key, "https://evil.example.org", false},
		{a, key, "null", false},
		{a, key, "", false},
		{anywhere, open, "https://evil.example.org", true},
		{anywhere, open, "", true},
	} {
		header := http.Header{"Authorization": {"Bearer " + tt.key}}
		if tt.origin != "" {
			header.Set("Origin", tt.origin)
		}
		answer, seen, reached := request(t, tt.a, header)
		if reached != tt.ok || reached && seen.Kind != viewer.Page {
			t.Errorf("from %q: %+v, reached: %v", tt.origin, seen, reached)
		}
		if !tt.ok {
			message := check(t, answer, http.StatusForbidden, apperr.Forbidden)
			if !strings.Contains(message, "allowedOrigins") || strings.Contains(message, "book.example") || answer.Header().Get("WWW-Authenticate") != "" {
				t.Errorf("%s, %v", message, answer.Header())
			}
		}
		ctx, err := a.Init(opened(t, tt.a, tt.origin), map[string]any{"Authorization": "Bearer " + key})
		if tt.a != a {
			continue
		}
		if tt.ok != (err == nil) || !tt.ok && (!errors.Is(err, gqlhttp.ErrForbidden) || apperr.CodeOf(err) != apperr.Forbidden) {
			t.Errorf("a socket from %q: %v", tt.origin, err)
		}
		if v, _ := viewer.From(valueOr(ctx, t)); tt.ok && v.Kind != viewer.Page {
			t.Errorf("a socket from %q: %+v", tt.origin, v)
		}
	}
}

func valueOr(ctx context.Context, t *testing.T) context.Context {
	if ctx == nil {
		return t.Context()
	}
	return ctx
}

// opened is the context of a socket that a page of the origin has opened.
func opened(t *testing.T, a *auth.Auth, origin string) context.Context {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/graphql", http.NoBody)
	r.Header = http.Header{"Upgrade": {"websocket"}}
	if origin != "" {
		r.Header.Set("Origin", origin)
	}
	var ctx context.Context
	a.HTTP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { ctx = r.Context() })).ServeHTTP(httptest.NewRecorder(), r)
	return ctx
}
