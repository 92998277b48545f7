package gqlhttp

import (
	"context"
	"errors"
	"net"
	"os"
	"sync"
	"syscall"
	"time"
)

const (
	maxLeft  = 128 << 10 // bytes that may wait for a connection
	maxWrite = 64 << 10  // bytes that are joined into one write
	inKernel = 256 << 10 // bytes that the system may keep for a connection; by itself it takes megabytes
	minTaken = 8 << 10   // bytes of what is left that a client takes within the time-out
)

var errShut = errors.New("the connection is being closed")

// outlet writes to a connection without waiting for it. What the connection does
// not take at once is kept, some maxLeft bytes, and a goroutine waits with it,
// for as long as that lasts. Bytes go out in the order of put, and what one put
// has is never torn apart by another.
type outlet struct {
	conn    net.Conn
	raw     syscall.RawConn       // nil: cannot be tried, so a goroutine always waits
	attempt func(fd uintptr) bool // of raw, made once
	timeout time.Duration         // for all that is left, or as much of it as shows that the client reads
	grace   time.Duration         // beyond it, for the close
	slow    func()                // is called when the time-out was not enough
	resume  func()                // is called when nothing is left any more

	drains sync.WaitGroup

	mu       sync.Mutex
	draining bool
	left     []byte
	controls int           // bytes of control frames that have come since there is something left
	room     chan struct{} // closed when nothing is left; nil: nobody waits for that
	until    time.Time     // the end of it all, once it is known
	err      error         // nothing is written any more

	buf  []byte // of attempt
	n    int
	fail error
}

func newOutlet(conn net.Conn, timeout, grace time.Duration) *outlet {
	o := &outlet{conn: conn, timeout: timeout, grace: grace}
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetWriteBuffer(inKernel)
	}
	if c, ok := conn.(syscall.Conn); ok {
		o.raw, _ = c.SyscallConn()
	}
	o.attempt = o.once
	return o
}

// put writes b, or keeps what of it cannot be written now. Its caller holds mu.
func (o *outlet) put(b []byte) {
	switch {
	case o.err != nil:
	case o.draining:
		o.left = append(o.left, b...)
	default:
		n := o.try(b)
		if n == len(b) || o.err != nil {
			return
		}
		o.left = append([]byte(nil), b[n:]...)
		o.draining = true
		o.drains.Go(o.drain)
	}
}

// try writes what the connection takes at once.
func (o *outlet) try(b []byte) int {
	if o.raw == nil {
		return 0
	}
	o.buf, o.n, o.fail = b, 0, nil
	err := o.raw.Write(o.attempt)
	o.buf = nil
	if err = errors.Join(err, o.fail); err != nil {
		o.err = err
	}
	return o.n
}

// drain waits until nothing is left. When that takes too long the owner is told,
// whose close then is the last thing to be left.
func (o *outlet) drain() {
	late := false
	deadline := time.Now().Add(o.timeout)
	o.mu.Lock()
	for len(o.left) > 0 && o.err == nil {
		b, until := o.left, o.until
		o.mu.Unlock()
		if until.IsZero() || deadline.Before(until) {
			until = deadline
		}
		_ = o.conn.SetWriteDeadline(until)
		n, err := o.conn.Write(b)
		switch {
		case err == nil && !late:
			deadline = time.Now().Add(o.timeout)
		case !errors.Is(err, os.ErrDeadlineExceeded) || late:
		case n >= minTaken:
			deadline, err = time.Now().Add(o.timeout), nil
		default:
			late, err = true, nil
			deadline = time.Now().Add(o.grace)
			o.slow()
		}
		o.mu.Lock()
		o.left = o.left[n:]
		if err != nil && o.err == nil {
			o.err = err
		}
	}
	o.draining, o.left, o.controls = false, nil, 0
	if o.room != nil {
		close(o.room)
		o.room = nil
	}
	if o.until.IsZero() {
		_ = o.conn.SetWriteDeadline(time.Time{})
	}
	broken := o.err != nil
	o.mu.Unlock()
	if broken {
		o.slow()
		return
	}
	o.resume()
}

// hurry bounds the time of everything that is written from now on.
func (o *outlet) hurry(until time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.until = until
	_ = o.conn.SetWriteDeadline(until)
}

// write is put for what has to wait while too much is left. It reports false
// when ctx ended first, or nothing is written any more. before is called just
// before b is put; it may be nil.
func (o *outlet) write(ctx context.Context, b []byte, before func()) bool {
	for ctx.Err() == nil {
		o.mu.Lock()
		if o.err != nil || ctx.Err() != nil { // nothing follows what has ended it
			o.mu.Unlock()
			return false
		}
		if !o.draining || len(o.left)+len(b) <= maxLeft {
			if before != nil {
				before()
			}
			o.put(b)
			o.mu.Unlock()
			return true
		}
		if o.room == nil {
			o.room = make(chan struct{})
		}
		room := o.room
		o.mu.Unlock()
		select {
		case <-room:
		case <-ctx.Done():
		}
	}
	return false
}

// shut lets nothing more be written, and waits for what is left to be given up.
func (o *outlet) shut() {
	o.mu.Lock()
	if o.err == nil {
		o.err = errShut
	}
	o.mu.Unlock()
	o.drains.Wait()
}

// control is the connection as the websocket package sees it: what it writes by
// itself, pongs and closes, goes out between messages.
type control struct {
	net.Conn
	out *outlet
}

// Write implements net.Conn.
func (c control) Write(b []byte) (int, error) {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	if c.out.draining && c.out.controls+len(b) > maxControl {
		return 0, errTooSlow
	}
	c.out.put(b)
	if c.out.draining {
		c.out.controls += len(b)
	}
	if c.out.err != nil {
		return 0, c.out.err
	}
	return len(b), nil
}

// maxControl is how many bytes of control frames wait beside messages. How much of
// those is left does not matter: a close is told behind it.
const maxControl = 4 << 10
