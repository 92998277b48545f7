package gqlhttp_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"
)

const (
	connInit = `{"type":"connection_init"}`
	connAck  = `{"type":"connection_ack"}`
)

// peer is the client's end of a socket.
type peer struct {
	t    *testing.T
	conn *websocket.Conn
}

func (f *fixture) dial(t *testing.T) *peer {
	t.Helper()
	return f.dialWith(t, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
}

func (f *fixture) dialWith(t *testing.T, opts *websocket.DialOptions) *peer {
	t.Helper()
	opts.HTTPClient = f.client
	conn, _, err := websocket.Dial(t.Context(), f.url, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	conn.SetReadLimit(1 << 20)
	return &peer{t: t, conn: conn}
}

// open dials and goes through the handshake.
func (f *fixture) open(t *testing.T) *peer {
	t.Helper()
	p := f.dial(t)
	p.send(connInit)
	p.expect(connAck)
	return p
}

func (p *peer) send(messages ...string) {
	p.t.Helper()
	for _, m := range messages {
		if err := p.conn.Write(p.t.Context(), websocket.MessageText, []byte(m)); err != nil {
			p.t.Fatal(err)
		}
	}
}

func (p *peer) expect(messages ...string) {
	p.t.Helper()
	for _, want := range messages {
		_, got, err := p.conn.Read(p.t.Context())
		if err != nil {
			p.t.Fatalf("waiting for %s: %v", want, err)
		}
		if diff := cmp.Diff(want, string(got)); diff != "" {
			p.t.Fatal(diff)
		}
	}
}

func (p *peer) expectClose(code websocket.StatusCode, reason string) {
	p.t.Helper()
	_, got, err := p.conn.Read(p.t.Context())
	closed, ok := errors.AsType[websocket.CloseError](err)
	if !ok {
		p.t.Fatalf("want close %d, got %s, %v", code, got, err)
	}
	if closed.Code != code || closed.Reason != reason {
		p.t.Fatalf("closed with %d %q, want %d %q", closed.Code, closed.Reason, code, reason)
	}
}

func subscribe(id, query string) string {
	return fmt.Sprintf(`{"type":"subscribe","id":%q,"payload":{"query":%q}}`, id, query)
}

func next(id, payload string) string {
	return fmt.Sprintf(`{"type":"next","id":%q,"payload":%s}`, id, payload)
}

func complete(id string) string { return fmt.Sprintf(`{"type":"complete","id":%q}`, id) }
