package gqlhttp_test

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.uber.org/goleak"

	"slotcast/internal/fanout"
	"slotcast/internal/gqlhttp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience bounds waits for something that should happen at once.
const patience = 20 * time.Second

// fixture is a server with the three transports over a schema whose root
// fields each behave in one way. The test feeds `ticks`.
type fixture struct {
	*handler.Server
	http *gqlhttp.HTTP
	sse  *gqlhttp.SSE
	ws   *gqlhttp.WebSocket

	ticks    chan string // data of the next response of ticks; closing it completes them
	started  chan string // root fields that wait for something
	released chan string // root fields whose context was cancelled

	newsroom // of news

	url    string
	client *http.Client
	reach  func(ctx context.Context) (net.Conn, error) // a connection to the server
}

type configs struct {
	http gqlhttp.HTTPConfig
	sse  gqlhttp.SSEConfig
	ws   gqlhttp.WebSocketConfig
	hub  fanout.Config

	sends int // bytes that the kernel takes for a TCP connection, about; 0: as it likes

	timeout time.Duration // of setupPipe's server, for reading and writing a request
}

func newFixture(t *testing.T, c configs) *fixture {
	t.Helper()
	hub := fanout.NewHub(c.hub)
	ws, err := gqlhttp.NewWebSocket(c.ws, hub)
	if err != nil {
		t.Fatal(err)
	}
	f := &fixture{
		http:     gqlhttp.NewHTTP(c.http),
		sse:      gqlhttp.NewSSE(c.sse, hub),
		ws:       ws,
		ticks:    make(chan string),
		started:  make(chan string, 1000),
		released: make(chan string, 1000),
		newsroom: newsroom{hub: hub, journals: map[string]*journal{}},
	}
	f.Server = handler.New(f)
	f.AddTransport(f.ws)
	f.AddTransport(f.sse)
	f.AddTransport(f.http)
	f.SetRecoverFunc(func(_ context.Context, cause any) error {
		return &gqlerror.Error{Message: "recovered", Extensions: map[string]any{"code": "INTERNAL"}}
	})
	return f
}

// setup serves the fixture over TCP.
func setup(t *testing.T, c configs) *fixture {
	t.Helper()
	return setupWith(context.WithoutCancel(t.Context()), t, c)
}

// setupWith serves the fixture with a base context for its requests.
func setupWith(ctx context.Context, t *testing.T, c configs) *fixture {
	t.Helper()
	f := newFixture(t, c)
	server := httptest.NewUnstartedServer(f)
	server.Config.BaseContext = func(net.Listener) context.Context { return ctx }
	if c.sends > 0 {
		server.Config.ConnState = func(conn net.Conn, state http.ConnState) {
			if tcp, ok := conn.(*net.TCPConn); ok && state == http.StateNew {
				_ = tcp.SetWriteBuffer(c.sends)
			}
		}
	}
	server.Start()
	t.Cleanup(server.Close)
	f.url, f.client = server.URL, server.Client()
	f.reach = func(ctx context.Context) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "tcp", server.Listener.Addr().String())
	}
	return f
}

// setupPipe serves the fixture over pipes in memory, for tests in a synctest
// bubble. A pipe has no buffer: a client that does not read stalls the server.
func setupPipe(t *testing.T, c configs) *fixture {
	f := newFixture(t, c)
	l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	transport := &http.Transport{DialContext: l.dial}
	server := &http.Server{Handler: f, ReadTimeout: c.timeout, WriteTimeout: c.timeout}
	served := make(chan struct{})
	go func() { defer close(served); _ = server.Serve(l) }()
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = server.Close()
		<-served
	})
	f.url, f.client = "http://pipe", &http.Client{Transport: transport}
	f.reach = func(ctx context.Context) (net.Conn, error) { return l.dial(ctx, "", "") }
	return f
}

type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	p.conns <- server
	return client, nil
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe"} }

// receive waits for a value that must come.
func receive[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func withCancel(t *testing.T) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	return ctx, cancel
}

// request is one HTTP request; headers are "Name: value".
type request struct {
	method  string
	path    string
	headers []string
	body    string
}

func (f *fixture) do(t *testing.T, r request) *http.Response {
	t.Helper()
	var body io.Reader
	if r.body != "" {
		body = bytes.NewReader([]byte(r.body))
	}
	req, err := http.NewRequestWithContext(t.Context(), r.method, f.url+r.path, body)
	if err != nil {
		t.Fatal(err)
	}
	for _, h := range r.headers {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	resp, err := f.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	return resp
}

func readAll(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
