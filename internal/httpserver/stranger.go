package httpserver

import (
	"net/http"
)

// stranger is an answer to somebody who is not known yet. If authentication
// refuses him, that counts, and he may be told 429 instead.
type stranger struct {
	http.ResponseWriter
	request *http.Request
	limits  *Limits
	refuse  Refuse

	passed   *bool // authentication has let him pass
	answered bool  // the status was written
	replaced bool  // by 429: the rest of the refusal is dropped
}

// passedKey leads to stranger.passed, and to nothing else: a context may be kept
// for as long as a socket is open.
type passedKey struct{}

// WriteHeader counts a refusal.
func (s *stranger) WriteHeader(status int) {
	refused := status == http.StatusUnauthorized || status == http.StatusForbidden // a key's page may be the wrong one
	if !refused || *s.passed || s.answered {
		s.answered = s.answered || status >= http.StatusOK
		s.ResponseWriter.WriteHeader(status)
		return
	}
	s.answered = true
	by := s.limits.fail(s.request.Context())
	switch {
	case s.limits.address.Unlimited():
	case !by.Allowed:
		s.replaced = true
		s.Header().Del("WWW-Authenticate")
		answer429(s.ResponseWriter, s.request, by, s.refuse)
		return
	default:
		show(s.Header(), by)
	}
	s.ResponseWriter.WriteHeader(status)
}

// Write writes unless the answer was replaced.
func (s *stranger) Write(b []byte) (int, error) {
	if s.replaced {
		return len(b), nil
	}
	s.answered = true
	return s.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (s *stranger) Unwrap() http.ResponseWriter { return s.ResponseWriter }
