package gqlhttp

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
)

// subprotocol is the only one served; its predecessor "graphql-ws" is not.
const subprotocol = "graphql-transport-ws"

// ErrUnavailable is for an Authenticate that could not decide, because what it
// asks is down: the socket is closed with 1013, on which clients come back,
// and not with 4401, on which they give up.
var ErrUnavailable = errors.New("authentication is unavailable")

// ErrForbidden is for an Authenticate that knows the client and lets it in no
// more, and as the cause of the end of a context that Authenticate returned: the
// socket is closed with 4403, on which clients come back, maybe with other rights.
var ErrForbidden = errors.New("the client is not let in")

// ErrTooMany is for a hook that counts connections and has counted too many: a
// socket is closed with 1013, an event stream refused with 429.
var ErrTooMany = errors.New("too many connections")

// WebSocketConfig bounds sockets. Its zero value lets every client in and has
// the defaults named below.
type WebSocketConfig struct {
	// Authenticate is called once per socket with the payload of its
	// connection_init, nil when there was none. ctx derives from the request's
	// and ends with the socket; the context returned must derive from ctx, and
	// is what the socket's operations run in. An error closes the socket with
	// 4401, and so does the end of the returned context: a token that expires.
	// ErrForbidden, as the error or the cause of that end, makes it 4403.
	// ErrTooMany, ErrUnavailable and panics are no refusals. Nil: everybody is
	// let in.
	Authenticate func(ctx context.Context, payload map[string]any) (context.Context, error)

	// CheckOrigin says whether a page of another origin than the request's own
	// host may connect: browsers open sockets to any host without asking it
	// first. The request has an Origin header; whoever sends none is no browser
	// and is not asked about. Nil: only pages of the host itself may.
	CheckOrigin func(r *http.Request) bool

	InitTimeout  time.Duration // to connection_init, else closed with 4408; default 3 s
	PingInterval time.Duration // between the server's pings; default 20 s
	ReadTimeout  time.Duration // of silence, pongs included, after which the socket is dropped; default 45 s
	WriteTimeout time.Duration // for one message; a client that reads slower is dropped; default 10 s
	CloseTimeout time.Duration // to the client's answer to a close, at most 5 s; default 5 s

	MaxMessageBytes  int64 // of a client's message, in bytes, else closed with 1009; default 64 KiB
	MaxSubscriptions int   // running at once on one socket, over it an error message; default 100
	QueueLength      int   // messages waiting to be written; full, it holds up the operations; default 16
}

func (c WebSocketConfig) withDefaults() WebSocketConfig {
	c.InitTimeout = cmp.Or(c.InitTimeout, 3*time.Second)
	c.PingInterval = cmp.Or(c.PingInterval, 20*time.Second)
	c.ReadTimeout = cmp.Or(c.ReadTimeout, 45*time.Second)
	c.WriteTimeout = cmp.Or(c.WriteTimeout, 10*time.Second)
	c.CloseTimeout = cmp.Or(c.CloseTimeout, 5*time.Second)
	c.MaxMessageBytes = cmp.Or(c.MaxMessageBytes, 64<<10)
	c.MaxSubscriptions = cmp.Or(c.MaxSubscriptions, 100)
	c.QueueLength = cmp.Or(c.QueueLength, 16)
	return c
}

func (c WebSocketConfig) validate() error {
	if c.ReadTimeout <= c.PingInterval {
		return fmt.Errorf("read time-out %v must be longer than the ping interval %v", c.ReadTimeout, c.PingInterval)
	}
	return nil
}

// WebSocket serves any operation by the graphql-transport-ws protocol
// (graphql-ws PROTOCOL.md), with its close codes: 4400 for a malformed
// message, 4401 unauthorized, 4403 forbidden, 4406 without the subprotocol, 4408
// without connection_init in time, 4409 for an id in use, 4429 for a second
// connection_init; 1001 when the server drains, 1013 to come back later.
//
// A response without data is sent as an error message and ends the operation;
// any other is a next message.
type WebSocket struct {
	cfg WebSocketConfig
	*sessions
}

var _ graphql.Transport = (*WebSocket)(nil)

// NewWebSocket returns the transport with cfg's gaps filled by the defaults,
// or an error for time-outs that contradict each other.
func NewWebSocket(cfg WebSocketConfig) (*WebSocket, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("websocket transport: %w", err)
	}
	return &WebSocket{cfg: cfg, sessions: newSessions()}, nil
}

// Supports implements graphql.Transport.
func (t *WebSocket) Supports(r *http.Request) bool { return wantsWebSocket(r) }

// wantsWebSocket tells WebSockets from other upgrades, such as the h2c that
// some HTTP clients offer with every request.
func wantsWebSocket(r *http.Request) bool {
	for _, value := range r.Header.Values("Upgrade") {
		for protocol := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(protocol), "websocket") {
				return true
			}
		}
	}
	return false
}

// Do implements graphql.Transport. It returns when the socket is closed and
// all that it ran has ended.
func (t *WebSocket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if !t.mayConnect(r) {
		(&refusal{
			status: http.StatusForbidden,
			err:    coded(codeForbidden, "pages of this origin may not connect"),
		}).write(w, mediaJSON)
		return
	}
	if !t.enter() {
		drained().write(w, mediaJSON)
		return
	}
	defer t.leave()

	ctx, cancel := context.WithCancelCause(r.Context())
	s := &socket{
		cfg:    &t.cfg,
		exec:   exec,
		header: r.Header,
		io:     context.WithoutCancel(ctx),
		ctx:    ctx,
		cancel: cancel,
		quit:   t.quit,
		out:    make(chan frame, t.cfg.QueueLength),
		subs:   newSubscriptions(t.cfg.MaxSubscriptions),
	}
	tap := &hijackTap{ResponseWriter: w}
	conn, err := websocket.Accept(tap, r, &websocket.AcceptOptions{
		Subprotocols:       []string{subprotocol},
		InsecureSkipVerify: true, // of the origin: mayConnect has looked at it
		OnPingReceived:     func(context.Context, []byte) bool { s.heard(); return true },
		OnPongReceived:     func(context.Context, []byte) { s.heard() },
	})
	if err != nil { // Accept has answered the request
		cancel(err)
		return
	}
	conn.SetReadLimit(t.cfg.MaxMessageBytes)
	s.conn, s.tcp = conn, tap.conn
	s.run()
}

// mayConnect looks at where the page comes from that opens a socket, if it is a
// page.
func (t *WebSocket) mayConnect(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host) {
		return true
	}
	return t.cfg.CheckOrigin != nil && t.cfg.CheckOrigin(r)
}

// hijackTap keeps hold of the connection under a WebSocket, for its deadlines:
// the websocket package's own time-outs cost an allocation per frame, and its
// close handshake waits without one for the rest of an oversized message.
type hijackTap struct {
	http.ResponseWriter
	conn net.Conn
}

func (h *hijackTap) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	h.conn = conn
	return conn, buffered, err
}
