package gqlhttp

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"sync"
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

	// errGone: the client closed the socket, or does not react any more.
	errGone = errors.New("the client is gone")
)

// frame is a message to write. ends is the subscription that it is the last
// message of, if any.
type frame struct {
	data []byte
	ends *subscription
}

// socket is one client's WebSocket. Three kinds of goroutine share it: the
// request's own reads, one other writes, pings and closes, and each operation
// has one, which a full queue blocks. They stop when ctx ends; its cause is
// what the writer closes the socket with.
type socket struct {
	cfg    *WebSocketConfig
	exec   graphql.GraphExecutor
	header http.Header
	conn   *websocket.Conn
	tcp    net.Conn        // under conn, for its deadlines
	io     context.Context // of reads and writes; never ends: a read it ended would drop conn unclosed

	ctx    context.Context
	cancel context.CancelCauseFunc
	quit   <-chan struct{}
	out    chan frame

	initialised bool            // connection_init came; the reader's
	authed      context.Context // of operations, nil before connection_ack; the reader's
	acked       atomic.Bool
	subs        *subscriptions
}

func (s *socket) run() {
	if s.conn.Subprotocol() == "" {
		s.cancel(&closure{closeNotAcceptable, "Subprotocol not acceptable"})
		s.close()
		return
	}
	var writer sync.WaitGroup
	writer.Go(s.write)
	defer writer.Wait()
	defer s.subs.wait()
	defer s.cancel(errGone)
	s.read()
}

// read handles the client's messages in order, until it has to close.
func (s *socket) read() {
	_ = s.tcp.SetReadDeadline(time.Now().Add(s.cfg.InitTimeout))
	for {
		kind, data, err := s.conn.Read(s.io)
		if s.ctx.Err() != nil {
			return
		}
		if err == nil {
			s.heard()
			err = s.handle(kind, data)
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
		_ = s.tcp.SetReadDeadline(time.Now().Add(s.cfg.ReadTimeout))
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
	return errGone
}

// write is the only goroutine that writes messages. It ends by closing.
func (s *socket) write() {
	defer s.close()
	ping := time.NewTicker(s.cfg.PingInterval)
	defer ping.Stop()
	for s.ctx.Err() == nil {
		select {
		case <-s.ctx.Done():
		case <-s.quit:
			s.cancel(errGoingAway)
		case f := <-s.out:
			if f.ends != nil {
				s.subs.retire(f.ends)
			}
			s.send(f.data)
		case <-ping.C:
			s.send(pingMessage())
		}
	}
}

func (s *socket) send(data []byte) {
	_ = s.tcp.SetWriteDeadline(time.Now().Add(s.cfg.WriteTimeout))
	if err := s.conn.Write(s.io, websocket.MessageText, data); err != nil {
		s.cancel(errGone)
		return
	}
	// The reader answers the client's own pings, under no deadline of ours.
	_ = s.tcp.SetWriteDeadline(time.Time{})
}

// enqueue hands a message to the writer, and waits while the queue is full. It
// reports false when ctx ended first.
func (s *socket) enqueue(ctx context.Context, f frame) bool {
	select {
	case s.out <- f:
		return true
	case <-ctx.Done():
		return false
	}
}

// close sends what is queued, tells the client why its context ended, and
// waits for its answer: all that within the close time-out.
func (s *socket) close() {
	_ = s.tcp.SetDeadline(time.Now().Add(s.cfg.CloseTimeout))
	cause := context.Cause(s.ctx)
	if errors.Is(cause, errGone) {
		_ = s.conn.CloseNow()
		return
	}
	why, ok := errors.AsType[*closure](cause)
	if !ok { // the server's own context ended
		why = errGoingAway
	}
	s.flush()
	_ = s.conn.Close(why.code, why.reason)
}

// flush writes what is in the queue, as far as the deadline lets it.
func (s *socket) flush() {
	for {
		select {
		case f := <-s.out:
			if err := s.conn.Write(s.io, websocket.MessageText, f.data); err != nil {
				return
			}
		default:
			return
		}
	}
}
