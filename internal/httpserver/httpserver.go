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
	"net/netip"
	"net/url"
	"path"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/auth"
	"slotcast/internal/console"
	"slotcast/internal/metrics"
	"slotcast/internal/ratelimit"
)

// GraphQL is the handler of /graphql.
type GraphQL interface {
	http.Handler
	Drain(ctx context.Context) error
	SDL() string
}

// Facade is the REST API.
type Facade interface {
	http.Handler
	// Patterns are those of its paths, for callers who are known and for everybody;
	// see http.ServeMux.
	Patterns() (known, everybody []string)
	// Refuse says in its form why a request is not let in.
	Refuse(w http.ResponseWriter, r *http.Request, err error)
}

// Config is what a Server is made of.
type Config struct {
	GraphQL GraphQL
	REST    Facade // nil: there is none
	Auth    *auth.Auth
	Cookies *auth.Cookies    // the console's sessions; nil: there are none
	Console *console.Console // nil: there is none
	Schemas []Schema         // served under /schemas/
	// PublicURL is where clients reach the server, without a slash at the end.
	PublicURL string
	// Ready reports what keeps the server from answering, or nil.
	Ready func(ctx context.Context) error
	// Origins says whether pages of an origin may call the API; nil: none may.
	Origins      func(ctx context.Context, origin string) bool
	TrustProxies []netip.Prefix   // whose X-Forwarded-For is believed
	Limits       *Limits          // nil: there are none
	Metrics      *metrics.Metrics // nil: nothing is measured, nor served under /metrics
	Timeouts     Timeouts
	Drain        time.Duration // how long a stop waits for requests; 0 means 10 s
	Logger       *slog.Logger
}

// Timeouts bound how long a client may hold a connection without getting on. They
// are those of plain requests: sockets and event streams have their own.
type Timeouts struct {
	Header time.Duration // for a request's headers; 0 means 5 s
	Read   time.Duration // for the whole request; 0 means 30 s
	Write  time.Duration // from the headers to the end of the answer; 0 means 60 s
	Idle   time.Duration // between two requests; 0 means 60 s
}

// maxHeaderBytes is the most that a request's headers may have.
const maxHeaderBytes = 32 << 10

// Server serves HTTP.
type Server struct {
	cfg      Config
	stopping atomic.Bool
}

// New returns a Server.
func New(c Config) *Server {
	c.Drain = cmp.Or(c.Drain, 10*time.Second)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	c.Limits = cmp.Or(c.Limits, NewLimits(LimitsConfig{}))
	c.Timeouts = Timeouts{
		Header: cmp.Or(c.Timeouts.Header, 5*time.Second), Read: cmp.Or(c.Timeouts.Read, 30*time.Second),
		Write: cmp.Or(c.Timeouts.Write, 60*time.Second), Idle: cmp.Or(c.Timeouts.Idle, 60*time.Second),
	}
	return &Server{cfg: c}
}

// Run serves on l, which it closes, until ctx ends.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	srv := s.listener()
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

// listener is the http.Server. It speaks HTTP/1 alone: TLS, and with it HTTP/2,
// is for a proxy in front.
func (s *Server) listener() *http.Server {
	protocols := &http.Protocols{}
	protocols.SetHTTP1(true)
	return &http.Server{
		Handler:           s.handler(),
		ReadHeaderTimeout: s.cfg.Timeouts.Header,
		ReadTimeout:       s.cfg.Timeouts.Read,
		WriteTimeout:      s.cfg.Timeouts.Write,
		IdleTimeout:       s.cfg.Timeouts.Idle,
		MaxHeaderBytes:    maxHeaderBytes,
		Protocols:         protocols,
		ErrorLog:          slog.NewLogLogger(s.cfg.Logger.Handler(), slog.LevelWarn),
	}
}

// handler is the paths behind the middleware, in this order: panics, the
// client's address, headers, other origins, and for the API the limit of
// addresses, authentication and the limit of callers.
func (s *Server) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", private(s.cfg.Limits.Guard(s.authenticated, graphqlRefusal, s.cfg.GraphQL)))
	s.addSession(mux)
	s.addFacade(mux)
	mux.HandleFunc("GET /{$}", s.index)
	s.addConsole(mux)
	mux.HandleFunc("GET /healthz", s.alive)
	mux.HandleFunc("GET /readyz", s.ready)
	mux.HandleFunc("GET /schema.graphql", s.schema(s.cfg.GraphQL.SDL()))
	s.addSchemas(mux)
	var routes http.Handler = mux
	if s.cfg.Metrics != nil {
		mux.Handle("GET /metrics", s.scrape())
		routes = measured(s.cfg.Metrics, mux, s.facadePatterns())
	}
	api := origin(s.cfg.TrustProxies, secure(crossOrigin(s.cfg.Origins, routes)))
	return recovered(s.cfg.Logger, s.straight(unprefixed(s.cfg.PublicURL, api)))
}

// straight answers 404 for paths with empty steps, and with steps back. They
// would be redirected, to where the path of the public URL is lost.
func (s *Server) straight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch p := r.URL.Path; {
		case path.Clean(p) == strings.TrimSuffix(p, "/"), p == "/":
			next.ServeHTTP(w, r)
		case s.cfg.REST != nil:
			s.cfg.REST.Refuse(w, r, apperr.New(apperr.NotFound, "there is nothing at this path"))
		default:
			http.NotFound(w, r)
		}
	})
}

// addFacade puts the REST API onto its paths, with its own form of refusals.
// Requests that need no token count for the address.
func (s *Server) addFacade(mux *http.ServeMux) {
	if s.cfg.REST == nil {
		return
	}
	refuse := func(w http.ResponseWriter, r *http.Request, by ratelimit.Result) {
		s.cfg.REST.Refuse(w, r, tooMany(by))
	}
	everybody := func(next http.Handler) http.Handler { return next }
	known, open := s.cfg.REST.Patterns()
	for _, pattern := range known {
		mux.Handle(pattern, private(s.cfg.Limits.Guard(s.cfg.Auth.Middleware(s.cfg.REST.Refuse), refuse, s.cfg.REST)))
	}
	for _, pattern := range open {
		mux.Handle(pattern, private(s.cfg.Limits.Guard(everybody, refuse, s.cfg.REST)))
	}
}

func (s *Server) facadePatterns() []string {
	if s.cfg.REST == nil {
		return nil
	}
	return slices.Concat(s.cfg.REST.Patterns())
}

// unprefixed takes the path of the public URL off the requests' paths, where a
// proxy has not done so.
func unprefixed(publicURL string, next http.Handler) http.Handler {
	u, err := url.Parse(publicURL)
	if err != nil || u.Path == "" {
		return next
	}
	inside := http.StripPrefix(u.Path, next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, u.Path+"/") {
			inside.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// secure sets the headers that every answer carries: nothing here is to be shown
// as a page, nor inside of one. A handler of pages sets its own policy.
func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		next.ServeHTTP(w, r)
	})
}

// private keeps answers, which are for one caller, out of caches.
func private(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// addConsole puts the pages for people onto their paths.
func (s *Server) addConsole(mux *http.ServeMux) {
	if s.cfg.Console == nil {
		return
	}
	for _, pattern := range s.cfg.Console.Patterns() {
		mux.HandleFunc(pattern, s.cfg.Console.Page)
	}
	mux.HandleFunc("GET /assets/", s.cfg.Console.Assets)
}

// index is the console to browsers, and says to others what is where.
func (s *Server) index(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Vary", "Accept")
	if s.cfg.Console != nil && strings.Contains(r.Header.Get("Accept"), "text/html") {
		s.cfg.Console.Page(w, r)
		return
	}
	_, _ = w.Write([]byte("slotcast is up\n\n/                the console, in a browser\n/graphql         GraphQL over HTTP, WebSocket and SSE\n" +
		"/schema.graphql  its schema\n/openapi.json    the REST API\n/schemas/        those of the webhooks' bodies\n/healthz /readyz health\n/metrics         for Prometheus\n"))
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
		w.Header().Set("Access-Control-Allow-Origin", "*")
		_, _ = w.Write([]byte(sdl))
	}
}
