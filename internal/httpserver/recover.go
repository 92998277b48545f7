package httpserver

import (
	"errors"
	"log/slog"
	"net/http"
	"runtime/debug"

	"slotcast/internal/apperr"
)

// recovered answers 500 where a handler panics, with an id under which the log
// has the cause. An answer that has begun is broken off.
func recovered(logger *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a := &answer{ResponseWriter: w}
		defer func() {
			cause := recover()
			if cause == nil {
				return
			}
			if cause == http.ErrAbortHandler { //nolint:errorlint // the very value is the signal
				panic(cause)
			}
			id := apperr.NewID()
			logger.ErrorContext(r.Context(), "request_panicked",
				"error_id", id, "path", r.URL.Path, "panic", cause, "stack", string(debug.Stack()))
			if a.begun {
				panic(http.ErrAbortHandler)
			}
			graphqlError(w, http.StatusInternalServerError,
				"something went wrong in the server: its log has the cause under "+id,
				map[string]any{"code": apperr.Internal, "errorId": id})
		}()
		next.ServeHTTP(a, r)
	})
}

// answer knows whether it has begun.
type answer struct {
	http.ResponseWriter
	begun bool
}

// WriteHeader begins the answer, unless it only informs: 1xx.
func (a *answer) WriteHeader(status int) {
	a.begun = a.begun || status >= http.StatusOK || status == http.StatusSwitchingProtocols
	a.ResponseWriter.WriteHeader(status)
}

// Write begins the answer.
func (a *answer) Write(b []byte) (int, error) {
	a.begun = true
	return a.ResponseWriter.Write(b)
}

// FlushError begins the answer, as a flush sends its headers.
func (a *answer) FlushError() error {
	err := http.NewResponseController(a.ResponseWriter).Flush()
	a.begun = a.begun || !errors.Is(err, http.ErrNotSupported)
	return err
}

// Unwrap is for http.ResponseController.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
