package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/rpc"
	"os"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// Watcher is the part that subscribes, with as many sockets as it is told to. It
// reads as cheaply as can be: frames are cut and the event's number is searched
// for, and nothing is decoded. Each socket has to get each number once, in order.
// Its methods are called by the benchmark over net/rpc.
type Watcher struct {
	ctx  context.Context //nolint:containedctx // of the process
	poll *poller

	mu       sync.Mutex
	socks    []*sock
	stalled  net.Conn
	churning func() // ends it
	cursors  bool
	keep     bool
	first    int       // number of arrivals[0]
	arrivals []Arrived // by number
	Watched
}

// dialers connect at once.
const dialers = 32

// errEnd is the end of a socket that the server has closed.
var errEnd = errors.New("the server closed it")

// watch plays the watcher until its input ends.
func watch(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	w := &Watcher{ctx: ctx}
	var err error
	if w.poll, err = newPoller(&w.mu, w.took); err != nil {
		cancel()
		return err
	}
	server := rpc.NewServer()
	if err := server.Register(w); err != nil {
		cancel()
		return fmt.Errorf("preparing the watcher: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- w.poll.run(ctx) }()
	server.ServeConn(ends{os.Stdin, os.Stdout})
	cancel()
	return <-ended
}

// Open connects and subscribes.
func (w *Watcher) Open(c Crowd, _ *struct{}) error {
	if err := roomFor(c.N); err != nil {
		return err
	}
	w.mu.Lock()
	w.cursors = c.Cursors
	w.mu.Unlock()
	group, ctx := errgroup.WithContext(w.ctx)
	group.SetLimit(dialers)
	for i := range c.N {
		group.Go(func() error {
			return w.join(ctx, subscription{url: c.URL, token: c.Token, document: c.Documents[i%len(c.Documents)]}, &sock{})
		})
	}
	return group.Wait()
}

// join connects s, new or again.
func (w *Watcher) join(ctx context.Context, how subscription, s *sock) error {
	conn, rest, err := how.connect(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.document == "" {
		w.socks = append(w.socks, s)
	}
	s.document, s.gone, s.rest = how.document, false, nil
	if err := w.poll.add(s, conn); err != nil {
		return err
	}
	w.Sockets++
	if len(rest) > 0 {
		w.took(s, rest, nil)
	}
	return nil
}

// took takes what a socket has read. The lock is held.
func (w *Watcher) took(s *sock, read []byte, err error) {
	if s.gone {
		return
	}
	if len(s.rest) > 0 {
		s.rest = append(s.rest, read...)
		read = s.rest
	}
	now := time.Now().UnixNano()
	for err == nil {
		op, payload, rest, bad := cutFrame(read)
		if err = bad; bad != nil || payload == nil {
			break
		}
		read = rest
		err = w.frame(s, op, payload, now)
	}
	if err != nil {
		w.Ended++
		w.Trouble = err.Error()
		w.leave(s)
		return
	}
	s.rest = append(s.rest[:0], read...)
}

// leave closes a socket. The lock is held.
func (w *Watcher) leave(s *sock) {
	if !s.gone {
		s.gone = true
		w.Sockets--
		w.poll.remove(s)
	}
}

// frame takes one frame.
func (w *Watcher) frame(s *sock, op byte, payload []byte, now int64) error {
	switch op {
	case opText:
	case opPing:
		return s.write(clientFrame(opPong, payload))
	case opClose:
		if len(payload) > 1 {
			return fmt.Errorf("the server closed it with %d %s", int(payload[0])<<8|int(payload[1]), payload[2:])
		}
		return errEnd
	default:
		return nil
	}
	number, cursor := numbered(payload)
	if number > 0 {
		w.event(s, number, cursor, len(payload), now)
		return nil
	}
	if bytes.Contains(payload, []byte(`"type":"ping"`)) {
		return s.write(clientFrame(opText, []byte(`{"type":"pong"}`)))
	}
	return fmt.Errorf("instead of an event came %.300s", payload)
}

// event counts one event for a socket.
func (w *Watcher) event(s *sock, number int, cursor []byte, size int, now int64) {
	w.Frames++
	w.Bytes += int64(size)
	w.Newest = max(w.Newest, number)
	switch {
	case s.last == 0:
		w.Ready++
	case number <= s.last:
		w.Repeated++
		return
	default:
		w.Lost += number - s.last - 1
	}
	s.last = number
	if w.cursors {
		s.cursor = append(s.cursor[:0], cursor...)
	}
	if !w.keep {
		return
	}
	if len(w.arrivals) == 0 {
		w.first = number
	}
	i := number - w.first
	if i < 0 {
		return // of an event before Begin
	}
	for len(w.arrivals) <= i {
		w.arrivals = append(w.arrivals, Arrived{Number: w.first + len(w.arrivals)})
	}
	w.arrivals[i].Count++
	w.arrivals[i].Last = now
}

// Begin counts events from zero, and from now on keeps their times or not.
func (w *Watcher) Begin(keep bool, _ *struct{}) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.Frames, w.Bytes, w.keep, w.arrivals = 0, 0, keep, nil
	return nil
}

// Look returns what has been seen.
func (w *Watcher) Look(_ struct{}, out *Watched) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	*out = w.Watched
	return nil
}

// Least returns the smallest of the newest numbers that the sockets have got.
func (w *Watcher) Least(_ struct{}, number *int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	*number = w.Newest
	for _, s := range w.socks {
		*number = min(*number, s.last)
	}
	return nil
}

// Take returns the times since Begin.
func (w *Watcher) Take(_ struct{}, out *[]Arrived) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	*out, w.arrivals = w.arrivals, nil
	return nil
}

// Shut closes all sockets and forgets them.
func (w *Watcher) Shut(_ struct{}, _ *struct{}) error {
	w.settle()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.socks {
		w.leave(s)
	}
	w.socks, w.Watched = nil, Watched{}
	return nil
}
