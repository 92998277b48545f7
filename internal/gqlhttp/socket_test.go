package gqlhttp_test

import (
	"net/http"
	"strconv"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"

	"slotcast/internal/gqlhttp"
)

type (
	graphqlOperation = graphql.OperationHandler
	graphqlResponses = graphql.ResponseHandler
)

func TestWebSocketOperations(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	p := f.open(t)
	for _, tt := range []struct {
		name, query string
		want        []string
	}{
		{"query", "{name}", []string{next("a\"\n", `{"data":{"name":"it"}}`), complete("a\"\n")}},
		{"mutation", "mutation{rename}", []string{next("a\"\n", `{"data":{"rename":"it"}}`), complete("a\"\n")}},
		{"field error", "{nullable}", []string{next("a\"\n", `{"errors":[{"message":"no value"}],"data":{"nullable":null}}`), complete("a\"\n")}},
		{"subscription of one event", "subscription{lastly}", []string{next("a\"\n", `{"data":{"lastly":1}}`), complete("a\"\n")}},
		{"parse error", "}", []string{
			`{"type":"error","id":"a\"\n","payload":[{"message":"Unexpected }","locations":[{"line":1,"column":1}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}`}},
		{"subscription that cannot start", "subscription{refused}", []string{`{"type":"error","id":"a\"\n","payload":[{"message":"cursor expired"}]}`}},
		{"panic", "subscription{panics}", []string{`{"type":"error","id":"a\"\n","payload":[{"message":"recovered","extensions":{"code":"INTERNAL"}}]}`}},
		{"defer", "{...@defer{name}}", []string{
			`{"type":"error","id":"a\"\n","payload":[{"message":"@defer is not supported","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := &peer{t: t, conn: p.conn}
			p.send(subscribe("a\"\n", tt.query)) // the same id each time: it is free once its operation has ended
			p.expect(tt.want...)
		})
	}
}

func TestWebSocketSubscription(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	p := f.open(t)
	p.send(subscribe("1", "subscription{ticks}"), subscribe("2", "{name}"))
	p.expect(next("2", `{"data":{"name":"it"}}`), complete("2"))
	f.ticks <- `{"ticks":1}`
	p.expect(next("1", `{"data":{"ticks":1}}`))
	f.ticks <- `{"ticks":2}`
	p.expect(next("1", `{"data":{"ticks":2}}`))
	close(f.ticks)
	p.expect(complete("1"))
	receive(t, f.released)
}

// TestWebSocketClientCompletes: nothing follows for the id, which is free.
func TestWebSocketClientCompletes(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	p := f.open(t)
	p.send(complete("unknown"), subscribe("1", "subscription{ticks}"))
	receive(t, f.started)
	p.send(complete("1"))
	receive(t, f.released)
	p.send(subscribe("1", "{name}"))
	p.expect(next("1", `{"data":{"name":"it"}}`), complete("1"))
}

func TestWebSocketPing(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	p := f.dial(t)
	p.send(`{"type":"ping"}`)
	p.expect(`{"type":"pong"}`)
	p.send(`{"type":"ping","payload":{"at":1}}`, `{"type":"pong","payload":{}}`, `{"type":"ping","payload":null}`)
	p.expect(`{"type":"pong","payload":{"at":1}}`, `{"type":"pong","payload":null}`)
}

// TestWebSocketLimit: the operation over the limit is refused, the socket
// lives, and a place is free as soon as the client can know.
func TestWebSocketLimit(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{ws: gqlhttp.WebSocketConfig{MaxSubscriptions: 2}})
	p := f.open(t)
	p.send(subscribe("1", "subscription{ticks}"), subscribe("2", "{wait}"))
	receive(t, f.started)
	receive(t, f.started)
	p.send(subscribe("3", "{name}"))
	p.expect(`{"type":"error","id":"3","payload":[{"message":"2 operations are running on this socket, and no more may: complete some, or open another","extensions":{"code":"LIMIT_EXCEEDED"}}]}`)
	close(f.ticks)
	p.expect(complete("1"))
	for range 100 {
		p.send(subscribe("1", "{name}"))
		p.expect(next("1", `{"data":{"name":"it"}}`), complete("1"))
	}
}

func TestWebSocketClientLeaves(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(*websocket.Conn) error{
		"close":      func(c *websocket.Conn) error { return c.Close(1000, "") },
		"disconnect": (*websocket.Conn).CloseNow,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := setup(t, configs{})
			p := f.open(t)
			p.send(subscribe("1", "subscription{ticks}"), subscribe("2", "{wait}"))
			receive(t, f.started)
			receive(t, f.started)
			if err := leave(p.conn); err != nil {
				t.Error(err)
			}
			receive(t, f.released)
			receive(t, f.released)
		})
	}
}

// TestWebSocketDrain: sockets are closed without a complete for what they ran,
// and no new one is let in.
func TestWebSocketDrain(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	busy, idle, fresh := f.open(t), f.open(t), f.dial(t)
	busy.send(subscribe("1", "subscription{ticks}"), subscribe("2", "{wait}"))
	receive(t, f.started)
	receive(t, f.started)

	drained := make(chan error, 1)
	go func() { drained <- f.ws.Drain(t.Context()) }()
	for _, p := range []*peer{busy, idle, fresh} {
		p.expectClose(1001, "going away")
	}
	receive(t, f.released)
	receive(t, f.released)
	if err := receive(t, drained); err != nil {
		t.Error(err)
	}
	if n := f.ws.Open(); n != 0 {
		t.Errorf("%d open", n)
	}
	_, resp, err := websocket.Dial(t.Context(), f.url, &websocket.DialOptions{HTTPClient: f.client})
	if err == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a new socket: %v", err)
	}
}

// TestWebSocketStress drains while clients subscribe, complete and disappear:
// whatever started is released, once.
func TestWebSocketStress(t *testing.T) {
	t.Parallel()
	const sockets, each = 20, 20
	f := setup(t, configs{ws: gqlhttp.WebSocketConfig{}})
	var clients sync.WaitGroup
	for n := range sockets {
		conn := f.open(t).conn
		clients.Go(func() {
			defer conn.CloseNow()
			for i := range each {
				id := strconv.Itoa(i)
				message := subscribe(id, "{wait}")
				if i%5 == 4 {
					message = complete(strconv.Itoa(i - 2))
				}
				if conn.Write(t.Context(), websocket.MessageText, []byte(message)) != nil {
					return // drained
				}
				if i == n {
					return
				}
			}
			for {
				if _, _, err := conn.Read(t.Context()); err != nil {
					return
				}
			}
		})
	}
	receive(t, f.started)
	if err := f.ws.Drain(t.Context()); err != nil {
		t.Error(err)
	}
	clients.Wait()
	for range len(f.started) + 1 {
		receive(t, f.released)
	}
	if n := len(f.released); n > 0 {
		t.Errorf("%d more released than started", n)
	}
}
