package httpserver

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"slotcast/internal/metrics"
	"slotcast/internal/ratelimit"
)

// measured counts and times what a mux serves. Rest are the patterns of the facade.
func measured(m *metrics.Metrics, mux *http.ServeMux, rest []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, pattern := mux.Handler(r)
		seen := &measure{ResponseWriter: w, socket: upgrades(r), status: http.StatusInternalServerError}
		began := time.Now()
		defer func() { // also after a panic, which is counted as what it is
			took := time.Since(began)
			if seen.stays {
				took = -1
			}
			m.HTTP.Served(routeOf(pattern, rest), seen.status, took)
		}()
		mux.ServeHTTP(seen, r)
		if !seen.begun {
			seen.status = http.StatusOK
		}
	})
}

// routeOf is the class of a pattern of the mux.
func routeOf(pattern string, rest []string) metrics.Route {
	switch path := pattern[strings.Index(pattern, "/")+1:]; {
	case path == "graphql":
		return metrics.RouteGraphQL
	case path == "healthz", path == "readyz", path == "metrics":
		return metrics.RouteHealth
	case slices.Contains(rest, pattern):
		return metrics.RouteREST
	}
	return metrics.RouteOther
}

// upgrades reports whether a request wants to become a WebSocket.
func upgrades(r *http.Request) bool {
	for _, value := range r.Header.Values("Upgrade") {
		for protocol := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(protocol), "websocket") {
				return true
			}
		}
	}
	return false
}

// measure notes how an answer begins.
type measure struct {
	http.ResponseWriter
	socket bool // it may become one
	status int
	begun  bool
	stays  bool // it is a stream, whose time says nothing
}

// WriteHeader begins the answer, unless it only informs: 1xx.
func (m *measure) WriteHeader(status int) {
	m.begin(status)
	m.ResponseWriter.WriteHeader(status)
}

func (m *measure) begin(status int) {
	if m.begun || status < http.StatusOK && status != http.StatusSwitchingProtocols {
		return
	}
	m.begun, m.status = true, status
	if status == http.StatusOK && strings.HasPrefix(m.Header().Get("Content-Type"), "text/event-stream") {
		m.stays = true
	}
}

// FlushError begins the answer, as a flush sends its headers.
func (m *measure) FlushError() error {
	err := http.NewResponseController(m.ResponseWriter).Flush()
	if !errors.Is(err, http.ErrNotSupported) {
		m.begin(http.StatusOK)
	}
	return err
}

// Write begins the answer.
func (m *measure) Write(b []byte) (int, error) {
	if !m.begun {
		m.WriteHeader(http.StatusOK)
	}
	return m.ResponseWriter.Write(b)
}

// Hijack makes it a stream, which its handler writes past this server.
func (m *measure) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(m.ResponseWriter).Hijack()
	if err == nil {
		m.begun, m.stays, m.status = true, true, http.StatusOK
		if m.socket {
			m.status = http.StatusSwitchingProtocols
		}
	}
	return conn, buffered, err
}

// Unwrap is for http.ResponseController.
func (m *measure) Unwrap() http.ResponseWriter { return m.ResponseWriter }

// scrape serves the metrics to everybody, as they name nobody. It counts for the
// address.
func (s *Server) scrape() http.Handler {
	refuse := func(w http.ResponseWriter, _ *http.Request, by ratelimit.Result) {
		http.Error(w, tooMany(by).Message, http.StatusTooManyRequests)
	}
	everybody := func(next http.Handler) http.Handler { return next }
	return private(s.cfg.Limits.Guard(everybody, refuse, s.cfg.Metrics.Handler(s.cfg.Logger)))
}
