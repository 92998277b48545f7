package gqlhttp_test

import (
	"context"
	"math/rand/v2"
	"net"
	"net/http"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// openOver is open over a connection that the test looks into.
func (f *fixture) openOver(t *testing.T, wrap func(net.Conn) net.Conn) *peer {
	t.Helper()
	return f.openWith(t, &websocket.DialOptions{}, wrap)
}

func (f *fixture) openWith(t *testing.T, opts *websocket.DialOptions, wrap func(net.Conn) net.Conn) *peer {
	t.Helper()
	opts.Subprotocols = []string{"graphql-transport-ws"}
	opts.HTTPClient = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			c, err := f.reach(ctx)
			if err != nil {
				return nil, err
			}
			return wrap(c), nil
		},
	}}
	conn, _, err := websocket.Dial(t.Context(), f.url, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.CloseNow() })
	conn.SetReadLimit(-1)
	p := &peer{t: t, conn: conn}
	p.send(connInit)
	p.expect(connAck)
	return p
}

// small makes the kernel keep little for a connection.
func small(c net.Conn) net.Conn {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetReadBuffer(64 << 10)
	}
	return c
}

// nibbling reads little at a time, and each time another number of bytes.
type nibbling struct {
	net.Conn
	rnd *rand.Rand
}

func (n *nibbling) Read(b []byte) (int, error) {
	return n.Conn.Read(b[:min(len(b), 1+n.rnd.IntN(700))])
}

// steady reads 1 KiB in 8 ms: 128 KiB in a second, of a bubble.
type steady struct{ net.Conn }

func (s steady) Read(b []byte) (int, error) {
	<-time.After(8 * time.Millisecond)
	return s.Conn.Read(b[:min(len(b), 1<<10)])
}
