package gqlhttp_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"slotcast/internal/fanout"
	"slotcast/internal/gqlhttp"
)

// TestWebSocketCloses is the protocol's table of close codes.
func TestWebSocketCloses(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	long := strings.Repeat("x", 200)
	payload := func(p string) string { return `{"type":"subscribe","id":"1","payload":` + p + `}` }
	const malformed = "The payload of subscribe is malformed: "
	for _, tt := range []struct {
		name   string
		send   []string
		code   websocket.StatusCode
		reason string
	}{
		{"no JSON", []string{"secret"}, 4400, "Invalid message received"},
		{"no object", []string{`[]`}, 4400, "Invalid message received"},
		{"two objects", []string{`{"type":"ping"}{"type":"ping"}`}, 4400, "Invalid message received"},
		{"not UTF-8", []string{"{\"type\":\"\xff\"}"}, 4400, "Invalid message received"},
		{"no type", []string{`{}`}, 4400, "Unknown message type"},
		{"type is no string", []string{`{"type":1}`}, 4400, "Invalid message received"},
		{"unknown type", []string{`{"type":"start"}`}, 4400, "Unknown message type"},
		{"server's type", []string{connAck}, 4400, "Unknown message type"},
		{"payload of connection_init", []string{`{"type":"connection_init","payload":"x"}`}, 4400, "The payload of connection_init must be an object"},
		{"payload of ping", []string{`{"type":"ping","payload":[1]}`}, 4400, "The payload of ping must be an object"},
		{"payload of pong", []string{`{"type":"pong","payload":1}`}, 4400, "The payload of pong must be an object"},
		{"complete without id", []string{connInit, `{"type":"complete"}`}, 4400, "complete needs an id"},
		{"subscribe without id", []string{connInit, `{"type":"subscribe","payload":{"query":"{name}"}}`}, 4400, "subscribe needs an id"},
		{"id is no string", []string{connInit, `{"type":"subscribe","id":1,"payload":{"query":"{name}"}}`}, 4400, "Invalid message received"},
		{"no payload", []string{connInit, `{"type":"subscribe","id":"1"}`}, 4400, malformed + "the request is not one JSON object in UTF-8"},
		{"payload is no object", []string{connInit, payload(`"{name}"`)}, 4400, malformed + "the request is not one JSON object in UTF-8"},
		{"payload is null", []string{connInit, payload(`null`)}, 4400, malformed + "query must be a string"},
		{"query is no string", []string{connInit, payload(`{"query":1}`)}, 4400, malformed + "query must be a string"},
		{"variables", []string{connInit, payload(`{"query":"{name}","variables":[]}`)}, 4400, malformed + "variables must be a JSON object"},
		{"extensions", []string{connInit, payload(`{"query":"{name}","extensions":1}`)}, 4400, malformed + "extensions must be a JSON object"},
		{"operationName", []string{connInit, payload(`{"query":"{name}","operationName":1}`)}, 4400, malformed + "operationName must be a string"},
		{"subscribe before connection_ack", []string{subscribe("1", "{name}")}, 4401, "Unauthorized"},
		{"id in use", []string{connInit, subscribe("1", "{wait}"), subscribe("1", "{name}")}, 4409, "Subscriber for 1 already exists"},
		{"long id in use", []string{connInit, subscribe(long, "{wait}"), subscribe(long, "{name}")}, 4409, "Subscriber already exists"},
		{"second connection_init", []string{connInit, connInit}, 4429, "Too many initialisation requests"},
		{"oversized message", []string{strings.Repeat(" ", 64<<10) + connInit}, 1009, "read limited at 65537 bytes"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := f.dial(t)
			p.send(tt.send...)
			if tt.send[0] == connInit {
				p.expect(connAck)
			}
			p.expectClose(tt.code, tt.reason)
		})
	}
	t.Run("binary", func(t *testing.T) {
		t.Parallel()
		p := f.dial(t)
		if err := p.conn.Write(t.Context(), websocket.MessageBinary, []byte(connInit)); err != nil {
			t.Fatal(err)
		}
		p.expectClose(4400, "Invalid message received")
	})
	for name, protocols := range map[string][]string{"no subprotocol": nil, "another subprotocol": {"graphql-ws"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f.dialWith(t, &websocket.DialOptions{Subprotocols: protocols}).expectClose(4406, "Subprotocol not acceptable")
		})
	}
}

func TestWebSocketAuthenticates(t *testing.T) {
	t.Parallel()
	type key struct{}
	f := setup(t, configs{ws: gqlhttp.WebSocketConfig{
		Authenticate: func(ctx context.Context, payload map[string]any) (context.Context, error) {
			switch payload["Authorization"] {
			case "Bearer good":
				return context.WithValue(ctx, key{}, "viewer"), nil
			case "down":
				return nil, fmt.Errorf("look up token: %w", gqlhttp.ErrUnavailable)
			case "panic":
				panic("boom")
			}
			return nil, errors.New("no token")
		},
	}})
	seen := make(chan any, 1)
	f.AroundOperations(func(ctx context.Context, next graphqlOperation) graphqlResponses {
		seen <- ctx.Value(key{})
		return next(ctx)
	})
	for _, tt := range []struct {
		name, init string
		code       websocket.StatusCode
		reason     string
	}{
		{"no payload", connInit, 4401, "no token"},
		{"null", `{"type":"connection_init","payload":null}`, 4401, "no token"},
		{"bad token", `{"type":"connection_init","payload":{"Authorization":"Bearer bad"}}`, 4401, "no token"},
		{"undecided", `{"type":"connection_init","payload":{"Authorization":"down"}}`, 1013, "Try again later"},
		{"panic", `{"type":"connection_init","payload":{"Authorization":"panic"}}`, 1011, "Internal error"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := f.dial(t)
			p.send(tt.init)
			p.expectClose(tt.code, tt.reason)
		})
	}
	t.Run("good token", func(t *testing.T) {
		p := f.dial(t)
		p.send(`{"type":"connection_init","payload":{"Authorization":"Bearer good"}}`, subscribe("1", "{name}"))
		p.expect(connAck, next("1", `{"data":{"name":"it"}}`), complete("1"))
		if got := receive(t, seen); got != "viewer" {
			t.Errorf("operation ran for %v", got)
		}
	})
}

// TestWebSocketAuthenticationEnds: a revoked token ends its sockets.
func TestWebSocketAuthenticationEnds(t *testing.T) {
	t.Parallel()
	revoke := make(chan context.CancelFunc, 1)
	f := setup(t, configs{ws: gqlhttp.WebSocketConfig{
		Authenticate: func(ctx context.Context, _ map[string]any) (context.Context, error) {
			ctx, cancel := context.WithCancel(ctx)
			revoke <- cancel
			return ctx, nil
		},
	}})
	p := f.open(t)
	p.send(subscribe("1", "{wait}"))
	receive(t, f.started)
	receive(t, revoke)()
	p.expectClose(4401, "Unauthorized")
	receive(t, f.released)
}

// TestWebSocketOrigin: a browser lets any page open a socket, so the server looks
// whose page it is.
func TestWebSocketOrigin(t *testing.T) {
	t.Parallel()
	open := setup(t, configs{ws: gqlhttp.WebSocketConfig{
		CheckOrigin: func(r *http.Request) bool { return r.Header.Get("Origin") == "https://app.example.com" },
	}})
	closed := setup(t, configs{})
	const allowed, refused = http.StatusSwitchingProtocols, http.StatusForbidden
	for _, tt := range []struct {
		origin       string // empty: none, as from a program that is no browser
		open, closed int
	}{
		{"", allowed, allowed},
		{"the server's own", allowed, allowed},
		{"https://app.example.com", allowed, refused},
		{"http://app.example.com", refused, refused},
		{"https://app.example.com.evil.io", refused, refused},
		{"https://example.com", refused, refused},
		{"null", refused, refused},
		{"://", refused, refused},
	} {
		for f, want := range map[*fixture]int{open: tt.open, closed: tt.closed} {
			header := http.Header{}
			if tt.origin != "" {
				header.Set("Origin", strings.Replace(tt.origin, "the server's own", f.url, 1))
			}
			conn, resp, err := websocket.Dial(t.Context(), f.url, &websocket.DialOptions{HTTPClient: f.client, HTTPHeader: header})
			if resp == nil || resp.StatusCode != want {
				t.Errorf("%q: %v, want status %d", tt.origin, err, want)
				continue
			}
			if want == refused {
				check(t, resp, refused, jsonType, `{"errors":[{"message":"pages of this origin may not connect","extensions":{"code":"FORBIDDEN"}}]}`)
			}
			if conn != nil {
				conn.CloseNow()
			}
		}
	}
}

func TestWebSocketConfig(t *testing.T) {
	t.Parallel()
	if _, err := gqlhttp.NewWebSocket(gqlhttp.WebSocketConfig{ReadTimeout: 1, PingInterval: 1}, fanout.NewHub(fanout.Config{})); err == nil {
		t.Error("no error for a read time-out that is no longer than the ping interval")
	}
}
