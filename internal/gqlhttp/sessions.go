package gqlhttp

import (
	"context"
	"fmt"
	"net/http"
	"sync"
)

// sessions counts the long-lived connections of a transport and ends them
// together.
type sessions struct {
	mu       sync.Mutex
	open     int
	draining bool
	quit     chan struct{} // closed when draining starts: each session ends itself
	idle     chan struct{} // closed when, after that, the last session has left
}

func newSessions() *sessions {
	return &sessions{quit: make(chan struct{}), idle: make(chan struct{})}
}

// Drain lets no new connection in and ends the open ones without completing
// their operations, so that clients connect again elsewhere. It returns when
// all are gone, or ctx's error when ctx ends first. Calling it again waits
// again.
func (s *sessions) Drain(ctx context.Context) error {
	s.mu.Lock()
	if !s.draining {
		s.draining = true
		close(s.quit)
		if s.open == 0 {
			close(s.idle)
		}
	}
	s.mu.Unlock()

	select {
	case <-s.idle:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("drain with %d connections open: %w", s.Open(), ctx.Err())
	}
}

// Open returns the number of connections open at the moment.
func (s *sessions) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open
}

// enter reports whether a connection may start; if so, leave must follow.
func (s *sessions) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	s.open++
	return true
}

func (s *sessions) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
	if s.draining && s.open == 0 {
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
