package graph_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"slotcast/graph"
	"slotcast/internal/app/apptest"
	"slotcast/internal/apperr"
	"slotcast/internal/viewer"
)

// limited serves the API without anything behind it, to one viewer whom it
// bounds to two operations over a socket, and to pages of one other origin.
func limited(t *testing.T) (url string, asked *atomic.Int64) {
	t.Helper()
	asked = &atomic.Int64{}
	as := func(ctx context.Context) context.Context { return viewer.With(ctx, viewer.Viewer{AppID: "app_x"}) }
	handler, err := graph.NewHandler(graph.Config{
		Resolver: graph.NewResolver(nil, graph.Services{}), Logger: slog.New(slog.DiscardHandler),
		Authenticate: func(ctx context.Context, payload map[string]any) (context.Context, error) {
			switch payload["Authorization"] {
			case "Bearer often":
				return nil, apperr.New(apperr.RateLimited, "too many requests")
			case "Bearer bad":
				return nil, apperr.New(apperr.Unauthenticated, "bad token")
			}
			return as(ctx), nil
		},
		CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "https://app.example.org" },
		Limit: func(ctx context.Context) error {
			if v, ok := viewer.From(ctx); !ok || v.AppID != "app_x" {
				return errors.New("nobody is known")
			}
			if asked.Add(1) <= 2 {
				return nil
			}
			return &apperr.Error{Code: apperr.RateLimited, Message: "too many requests", RetryAfter: 1500 * time.Millisecond}
		},
	})
	must(t, err)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") == "" {
			r = r.WithContext(as(r.Context()))
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		must(t, handler.Drain(context.WithoutCancel(t.Context())))
		srv.Close()
	})
	return srv.URL, asked
}

// TestLimitOverSockets: each operation counts, also one that does not parse; a
// request is counted by whoever serves HTTP.
func TestLimitOverSockets(t *testing.T) {
	t.Parallel()
	url, asked := limited(t)
	client := apptest.NewClient(url, "good")
	for range 5 {
		client.Do(t, `{ __typename }`, nil, nil)
	}
	over := func(query string) error {
		stream, err := client.WebSocket(t.Context(), query, nil)
		must(t, err)
		defer stream.Cut()
		return stream.Next(t.Context(), nil)
	}
	must(t, over(`{ __typename }`))
	if err := over(`{`); !apptest.HasCode(err, "GRAPHQL_PARSE_FAILED") {
		t.Errorf("what does not parse: %v", err)
	}
	for range 2 {
		err := over(`{ __typename }`)
		list, ok := errors.AsType[apptest.Errors](err)
		if !ok || !apptest.HasCode(err, "RATE_LIMITED") || list[0].Extensions.RetryAfter != 2 || list[0].Message != "too many requests" {
			t.Errorf("one too many: %v", err)
		}
	}
	if n := asked.Load(); n != 4 {
		t.Errorf("%d operations were counted, want those of sockets, 4", n)
	}
}

// TestSocketsLetIn: who has tried too many tokens may come back later, and a page
// has to be of an origin that is allowed.
func TestSocketsLetIn(t *testing.T) {
	t.Parallel()
	url, _ := limited(t)
	for token, code := range map[string]websocket.StatusCode{"often": 1013, "bad": 4401} {
		_, err := apptest.NewClient(url, token).WebSocket(t.Context(), `{ __typename }`, nil)
		if websocket.CloseStatus(err) != code {
			t.Errorf("%s: %v, want close code %d", token, err, code)
		}
	}
	for origin, status := range map[string]int{"https://app.example.org": 101, "https://evil.example.org": 403} {
		conn, answer, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(url, "http"), &websocket.DialOptions{
			HTTPHeader: http.Header{"Origin": {origin}}, Subprotocols: []string{"graphql-transport-ws"},
		})
		if answer == nil || answer.StatusCode != status {
			t.Errorf("%s: %v, want status %d", origin, err, status)
		}
		if conn != nil {
			conn.CloseNow()
		}
	}
}
