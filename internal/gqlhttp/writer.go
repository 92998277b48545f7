package gqlhttp

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"slotcast/internal/fanout"
)

// writer serves the shared subscriptions of a part of all sockets, from one
// goroutine that never waits for any of them, and pings them. The goroutine runs
// while there are sockets.
type writer struct {
	lane     *fanout.Lane
	interval time.Duration // between pings

	mu      sync.Mutex
	sockets map[*socket]struct{}
	stop    chan struct{}
	stopped chan struct{}
}

// writers are some, to use more than one processor.
type writers struct {
	all  []*writer
	next atomic.Uint32
}

func newWriters(interval time.Duration) *writers {
	w := &writers{}
	for range min(4, max(2, runtime.GOMAXPROCS(0))) {
		w.all = append(w.all, &writer{
			lane: fanout.NewLane(true), interval: interval, sockets: map[*socket]struct{}{},
		})
	}
	return w
}

// pick returns the writer of the next socket.
func (w *writers) pick() *writer { return w.all[int(w.next.Add(1))%len(w.all)] }

func (w *writer) add(s *socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s.pinged = time.Now()
	w.sockets[s] = struct{}{}
	if len(w.sockets) == 1 {
		before, stop, stopped := w.stopped, make(chan struct{}), make(chan struct{})
		w.stop, w.stopped = stop, stopped
		go func() {
			defer close(stopped)
			if before != nil {
				<-before
			}
			w.run(stop)
		}()
	}
}

func (w *writer) remove(s *socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.sockets, s)
	if len(w.sockets) == 0 {
		close(w.stop)
	}
}

func (w *writer) run(stop <-chan struct{}) {
	tick := time.NewTicker(min(time.Second, w.interval))
	defer tick.Stop()
	var b batch
	serve := func(member *fanout.Subscriber) {
		if sub, ok := member.Owner().(*subscription); ok {
			sub.socket.serve(sub, &b)
		}
	}
	for {
		select {
		case <-w.lane.Ready():
			w.lane.Pass(serve)
		case now := <-tick.C:
			for _, s := range w.due(now) {
				s.ping()
			}
		case <-stop:
			return
		}
	}
}

// due returns the sockets whose turn it is to be pinged.
func (w *writer) due(now time.Time) (due []*socket) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for s := range w.sockets {
		if now.Sub(s.pinged) >= w.interval {
			s.pinged = now
			due = append(due, s)
		}
	}
	return due
}

// batch is room for what goes into one write.
type batch struct {
	entries []*fanout.Entry
	bytes   []byte
}

// reset forgets what is in it, and does not keep what was unusually large.
func (b *batch) reset() {
	clear(b.entries)
	b.entries, b.bytes = b.entries[:0], b.bytes[:0]
	if cap(b.bytes) > 4*maxWrite {
		b.bytes = nil
	}
}
