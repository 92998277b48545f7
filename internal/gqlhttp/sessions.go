package gqlhttp

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"time"

	"slotcast/internal/metrics"
)

// sessions knows the long-lived connections of a transport and ends them
// together.
type sessions struct {
	transport string
	metrics   *metrics.Live

	mu       sync.Mutex
	open     map[*session]struct{}
	draining bool
	idle     chan struct{} // closed when the last one has left that draining ended
}

// session is one of them. end lets it end itself, soon.
type session struct{ end, gone func() }

func newSessions(transport string, m *metrics.Live) *sessions {
	return &sessions{transport: transport, metrics: m, open: map[*session]struct{}{}, idle: make(chan struct{})}
}

// spread is the time between the ends of two connections: with many of them, so
// that not all connect again at once.
const spread = time.Millisecond

// Drain lets no new connection in and ends the open ones without completing
// their operations, so that clients connect again elsewhere: one after the other,
// over at most half of the time until ctx's deadline. It returns when all are
// gone, or ctx's error when ctx ends first. Calling it again waits again.
func (s *sessions) Drain(ctx context.Context) error {
	pause := spread
	ending := s.drain()
	if deadline, ok := ctx.Deadline(); ok && len(ending) > 0 {
		pause = min(pause, max(0, time.Until(deadline)/2/time.Duration(len(ending))))
	}
	tick := time.NewTicker(max(pause, time.Microsecond))
	defer tick.Stop()
	for i, one := range ending {
		if i > 0 {
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
		one.end()
	}
	select {
	case <-s.idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("drain with %d connections open: %w", s.Open(), ctx.Err())
	}
}

// drain starts to, and returns whom to end.
func (s *sessions) drain() (ending []*session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.draining {
		s.draining = true
		if len(s.open) == 0 {
			close(s.idle)
		}
	}
	for one := range s.open {
		ending = append(ending, one)
	}
	return ending
}

// Open returns the number of connections open at the moment.
func (s *sessions) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.open)
}

// enter returns nil where no connection may start any more; otherwise leave must
// follow. end may be called at any time from then on.
func (s *sessions) enter(end func()) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return nil
	}
	one := &session{end: end, gone: s.metrics.Connected(s.transport)}
	s.open[one] = struct{}{}
	return one
}

func (s *sessions) leave(one *session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one.gone()
	delete(s.open, one)
	if s.draining && len(s.open) == 0 {
		close(s.idle)
	}
}

// drained is what a connection hears that comes while draining.
func drained() *refusal {
	return &refusal{
		status: http.StatusServiceUnavailable,
		header: [2]string{"Retry-After", "1"},
		err:    coded(codeInternal, "the server is shutting down: connect again"),
	}
}
