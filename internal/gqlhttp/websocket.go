package gqlhttp

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/fanout"
	"slotcast/internal/metrics"
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
	// 4401 and its text, if that is short, and so does the end of the returned context: a token that expires.
	// ErrForbidden, as the error or the cause of that end, makes it 4403.
	// ErrTooMany, ErrUnavailable and panics are no refusals. Nil: everybody is
	// let in.
	Authenticate func(ctx context.Context, payload map[string]any) (context.Context, error)

	// CheckOrigin says whether a page of another origin than the request's own
	// host may connect: browsers open sockets to any host without asking it
	// first. The request has an Origin header; whoever sends none is no browser
	// and is not asked about. Nil: only pages of the host itself may.
	CheckOrigin func(r *http.Request) bool

	// Subscribe is called once for each subscription, with its context, before any of
	// it is run. An error is told instead. Nil: none is refused.
	Subscribe func(ctx context.Context) *gqlerror.Error

	InitTimeout  time.Duration // to connection_init, else closed with 4408; default 3 s
	PingInterval time.Duration // between the server's pings; default 20 s
	ReadTimeout  time.Duration // of silence, pongs included, after which the socket is dropped; default 45 s
	WriteTimeout time.Duration // for what a client does not read at once, else closed with 4430; default 10 s
	CloseTimeout time.Duration // to the client's answer to a close, at most 5 s; default 5 s

	MaxMessageBytes  int64 // of a client's message, in bytes, else closed with 1009; default 64 KiB
	MaxSubscriptions int   // running at once on one socket, over it an error message; default 100

	// Compress takes and sends compressed messages (permessage-deflate) where clients
	// ask for that. It costs processor, and 64 KiB of memory for each message being
	// read; each is compressed for itself, those of a subscription once for all.
	Compress bool

	Metrics *metrics.Live // nil: nothing is measured
}

func (c WebSocketConfig) withDefaults() WebSocketConfig {
	c.InitTimeout = cmp.Or(c.InitTimeout, 3*time.Second)
	c.PingInterval = cmp.Or(c.PingInterval, 20*time.Second)
	c.ReadTimeout = cmp.Or(c.ReadTimeout, 45*time.Second)
	c.WriteTimeout = cmp.Or(c.WriteTimeout, 10*time.Second)
	c.CloseTimeout = cmp.Or(c.CloseTimeout, 5*time.Second)
	c.MaxMessageBytes = cmp.Or(c.MaxMessageBytes, 64<<10)
	c.MaxSubscriptions = cmp.Or(c.MaxSubscriptions, 100)
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
// connection_init; 1001 when the server drains, 1013 to come back later, and 4430
// for a client that does not read what it is sent.
//
// A response without data is sent as an error message and ends the operation;
// any other is a next message.
type WebSocket struct {
	cfg     WebSocketConfig
	hub     *fanout.Hub
	writers *writers
	packer  *packer
	*sessions
}

var _ graphql.Transport = (*WebSocket)(nil)

// NewWebSocket returns the transport with cfg's gaps filled by the defaults,
// or an error for time-outs that contradict each other. Subscriptions share
// executions in hub, also with those of other transports that have it.
func NewWebSocket(cfg WebSocketConfig, hub *fanout.Hub) (*WebSocket, error) {
	cfg = cfg.withDefaults()
	if err := cfg.validate(); err != nil {
		return nil, fmt.Errorf("websocket transport: %w", err)
	}
	return &WebSocket{cfg: cfg, hub: hub, writers: newWriters(cfg.PingInterval), packer: &packer{}, sessions: newSessions(metrics.WebSocket, cfg.Metrics)}, nil
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

// Do implements graphql.Transport. It returns when the socket is open: the
// request, with all that the HTTP server keeps for it, is over then, and what is
// kept for as long as the socket is open is little.
func (t *WebSocket) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if !t.mayConnect(r) {
		(&refusal{
			status: http.StatusForbidden,
			err:    coded(codeForbidden, "pages of this origin may not connect"),
		}).write(w, mediaJSON)
		return
	}
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(r.Context()))
	stop := context.AfterFunc(r.Context(), func() { cancel(errGone) })
	session := t.enter(func() { cancel(errGoingAway) })
	if session == nil {
		cancel(errGone)
		drained().write(w, mediaJSON)
		return
	}
	s := &socket{
		t: t, exec: exec, io: context.WithoutCancel(ctx), ctx: ctx, cancel: cancel,
		closed: make(chan struct{}), subs: newSubscriptions(t.cfg.MaxSubscriptions), writer: t.writers.pick(),
	}
	if !s.accept(w, r) {
		cancel(errGone)
		t.leave(session)
		return
	}
	stop()
	go func() {
		defer t.leave(session)
		s.run()
	}()
}

// accept upgrades the connection, or answers why it cannot.
func (s *socket) accept(w http.ResponseWriter, r *http.Request) bool {
	mode := websocket.CompressionDisabled
	if s.t.cfg.Compress {
		mode = websocket.CompressionNoContextTakeover
	}
	tap := &hijackTap{ResponseWriter: w, cfg: &s.t.cfg}
	conn, err := websocket.Accept(tap, r, &websocket.AcceptOptions{
		Subprotocols:       []string{subprotocol},
		InsecureSkipVerify: true, // of the origin: mayConnect has looked at it
		CompressionMode:    mode,
		OnPingReceived:     func(context.Context, []byte) bool { s.heard(); return true },
		OnPongReceived:     func(context.Context, []byte) { s.heard() },
	})
	if err != nil {
		return false
	}
	conn.SetReadLimit(s.t.cfg.MaxMessageBytes)
	s.conn, s.tcp, s.out = conn, tap.conn, tap.out
	s.out.resume, s.out.slow = s.resume, func() { s.cancel(errTooSlow) }
	if strings.Contains(w.Header().Get("Sec-WebSocket-Extensions"), "permessage-deflate") {
		s.packer = s.t.packer
	}
	return true
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

// hijackTap takes hold of the connection under a WebSocket: for its deadlines,
// since the websocket package's own time-outs cost an allocation per frame, and
// its close handshake waits without one for the rest of an oversized message; and
// for its outlet, through which everything is written. The buffers are small: a
// socket has them for as long as it is open.
type hijackTap struct {
	http.ResponseWriter
	cfg  *WebSocketConfig
	conn net.Conn
	out  *outlet
}

func (h *hijackTap) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(h.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	early := buffered.Reader.Buffered()
	reader := bufio.NewReaderSize(io.MultiReader(io.LimitReader(buffered.Reader, int64(early)), conn), max(512, early))
	_, err = reader.Peek(early)
	if err = errors.Join(err, buffered.Flush()); err != nil {
		_ = conn.Close()
		return nil, nil, err
	}
	h.conn, h.out = conn, newOutlet(conn, h.cfg.WriteTimeout, h.cfg.CloseTimeout)
	through := control{conn, h.out}
	return through, bufio.NewReadWriter(reader, bufio.NewWriterSize(through, 256)), nil
}
