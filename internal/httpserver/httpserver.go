// Package httpserver puts the handlers onto paths, with the middleware and the
// time-outs that every request gets.
//
// Run serves until its context ends. Then it ends subscriptions so that clients
// reconnect elsewhere, lets requests finish within a bounded time and returns.
package httpserver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"slotcast/internal/auth"
)

// GraphQL is the handler of /graphql.
type GraphQL interface {
	http.Handler
	Drain(ctx context.Context) error
	SDL() string
}

// Config is what a Server is made of.
type Config struct {
	GraphQL GraphQL
	Auth    *auth.Auth
	Schemas []Schema // served under /schemas/
	// PublicURL is where clients reach the server, without a slash at the end.
	PublicURL string
	// Ready reports what keeps the server from answering, or nil.
	Ready  func(ctx context.Context) error
	Drain  time.Duration // how long a stop waits for requests; 0 means 10 s
	Logger *slog.Logger
}

// Server serves HTTP.
type Server struct {
	cfg      Config
	stopping atomic.Bool
}

// New returns a Server.
func New(c Config) *Server {
	c.Drain = cmp.Or(c.Drain, 10*time.Second)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	return &Server{cfg: c}
}

// Run serves on l, which it closes, until ctx ends.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	srv := &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.cfg.Logger.Handler(), slog.LevelWarn),
	}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	select {
	case err := <-served:
		return fmt.Errorf("serving: %w", err)
	case <-ctx.Done():
	}
	s.stopping.Store(true)
	stop, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.cfg.Drain)
	defer cancel()
	err := errors.Join(s.cfg.GraphQL.Drain(stop), srv.Shutdown(stop))
	if e := <-served; !errors.Is(e, http.ErrServerClosed) {
		err = errors.Join(err, e)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		s.cfg.Logger.WarnContext(ctx, "drain_timeout", "error", err)
		return srv.Close()
	}
	return err
}

func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", s.cfg.Auth.HTTP(s.cfg.GraphQL))
	mux.HandleFunc("GET /{$}", s.index)
	mux.HandleFunc("GET /healthz", s.alive)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("GET /schema.graphql", s.schema(s.cfg.GraphQL.SDL()))
	s.addSchemas(mux)
	return secure(mux)
}

// secure sets the headers that every answer carries.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		next.ServeHTTP(w, r)
	})
}

// index says what is where.
func (s *Server) index(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte("slotcast is up\n\n/graphql         GraphQL over HTTP, WebSocket and SSE\n" +
		"/schema.graphql  its schema\n/schemas/        those of the webhooks' bodies\n/healthz /readyz health\n"))
}

func (s *Server) alive(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) }

func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 2*time.Second)
	defer cancel()
	err := s.cfg.Ready(ctx)
	if err == nil && s.stopping.Load() {
		err = errors.New("stopping")
	}
	if err != nil {
		s.cfg.Logger.WarnContext(ctx, "not_ready", "error", err)
		http.Error(w, "not ready: the log says why", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ok\n"))
}

func (s *Server) schema(sdl string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		_, _ = w.Write([]byte(sdl))
	}
}
