package gqlhttp

import (
	"context"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
)

// Close codes of graphql-transport-ws.
const (
	closeBadRequest      websocket.StatusCode = 4400
	closeUnauthorized    websocket.StatusCode = 4401
	closeForbidden       websocket.StatusCode = 4403
	closeNotAcceptable   websocket.StatusCode = 4406
	closeInitTimeout     websocket.StatusCode = 4408
	closeSubscriberInUse websocket.StatusCode = 4409
	closeTooManyInits    websocket.StatusCode = 4429
	closeTooSlow         websocket.StatusCode = 4430 // not the protocol's
)

// maxCloseReason is what a close frame holds next to its code, in bytes.
const maxCloseReason = 123

// closure is why the server closes a socket: the cause of its context's end.
type closure struct {
	code   websocket.StatusCode
	reason string
}

func (c *closure) Error() string { return c.reason }

var (
	errGoingAway    = &closure{websocket.StatusGoingAway, "going away"}
	errUnauthorized = &closure{closeUnauthorized, "Unauthorized"}
	errForbidden    = &closure{closeForbidden, "Forbidden"}
	errTooSlow      = &closure{closeTooSlow, "Too slow"}

	// errGone: the client closed the socket, or does not react any more.
	errGone = errors.New("the client is gone")
)

// socket is one client's WebSocket. It has one goroutine, which reads; what is
// written goes through the outlet, whoever has it. Subscriptions that share an
// execution have no goroutine: the socket's writer serves them. All that ends
// with ctx, whose cause is what the socket is closed with.
type socket struct {
	t      *WebSocket
	exec   graphql.GraphExecutor
	conn   *websocket.Conn
	tcp    net.Conn        // under conn, for its deadlines
	io     context.Context // of reads; never ends: a read it ended would drop conn unclosed
	out    *outlet
	writer *writer
	packer *packer // nil: the client does not take compressed messages

	ctx    context.Context
	cancel context.CancelCauseFunc
	closed chan struct{}

	initialised bool            // connection_init came; the reader's
	authed      context.Context // of operations, nil before connection_ack; the reader's
	acked       atomic.Bool
	subs        *subscriptions
	ended       websocket.StatusCode // what the client has closed it with; the reader's, until ctx ends
	pinged      time.Time            // the writer's
}

func (s *socket) run() {
	context.AfterFunc(s.ctx, s.close)
	s.writer.add(s)
	defer s.writer.remove(s)
	if s.conn.Subprotocol() == "" {
		s.cancel(&closure{closeNotAcceptable, "Subprotocol not acceptable"})
	}
	s.read()
	s.cancel(errGone)
	s.subs.wait()
	<-s.closed
	s.out.shut()
}

// apart handles a message in a goroutine of its own, so that the one which waits
// for the next message never needs more than a small stack.
func (s *socket) apart(kind websocket.MessageType, data []byte) error {
	handled := make(chan error)
	go func() {
		var err error
		defer func() { handled <- err }()
		defer func() {
			if cause := recover(); cause != nil { // a fault is kept from the other sockets
				panicked(s.ctx, s.exec, cause)
				err = &closure{websocket.StatusInternalError, "Internal error"}
			}
		}()
		err = s.handle(kind, data)
	}()
	return <-handled
}

// read handles the client's messages in order, until it has to close.
func (s *socket) read() {
	_ = s.tcp.SetReadDeadline(time.Now().Add(s.t.cfg.InitTimeout))
	for {
		kind, data, err := s.conn.Read(s.io)
		if s.ctx.Err() != nil {
			return
		}
		if err == nil {
			s.heard()
			err = s.apart(kind, data)
		} else {
			err = s.lost(err)
		}
		if err != nil {
			s.cancel(err)
			return
		}
	}
}

// heard gives the client another time-out's worth of silence. Before the
// acknowledgement nothing extends the time to connection_init.
func (s *socket) heard() {
	if s.acked.Load() && s.ctx.Err() == nil {
		_ = s.tcp.SetReadDeadline(time.Now().Add(s.t.cfg.ReadTimeout))
	}
}

// lost says what a failed read means.
func (s *socket) lost(err error) error {
	switch {
	case errors.Is(err, websocket.ErrMessageTooBig):
		return &closure{websocket.StatusMessageTooBig, "message too big"}
	case errors.Is(err, os.ErrDeadlineExceeded) && !s.initialised:
		return &closure{closeInitTimeout, "Connection initialisation timeout"}
	}
	s.ended = websocket.CloseStatus(err)
	return errGone
}

// send writes a message, and waits while too much is left of earlier ones. It
// reports false when ctx ended first.
func (s *socket) send(ctx context.Context, message []byte) bool {
	return s.out.write(ctx, textFrame(message), nil)
}

// ping asks the client whether it is there, unless it has enough to read.
func (s *socket) ping() {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	if !s.out.draining {
		s.out.put(textFrame(pingMessage()))
	}
}

// close tells the client why its context ended, behind all that it has been sent,
// and waits for its answer: all that within the close time-out.
func (s *socket) close() {
	defer close(s.closed)
	cause := context.Cause(s.ctx)
	if errors.Is(cause, errGone) {
		_ = s.conn.CloseNow()
		if s.ended < 0 {
			s.ended = websocket.StatusAbnormalClosure
		}
		s.t.cfg.Metrics.Closed(int(s.ended))
		return
	}
	why, ok := errors.AsType[*closure](cause)
	if !ok {
		why = errGoingAway
	}
	s.t.cfg.Metrics.Closed(int(why.code))
	until := time.Now().Add(s.t.cfg.CloseTimeout)
	s.out.hurry(until)
	_ = s.tcp.SetReadDeadline(until)
	_ = s.conn.Close(why.code, why.reason)
}
