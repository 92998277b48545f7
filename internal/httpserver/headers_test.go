package httpserver_test

import (
	"bytes"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"slotcast/internal/auth"
	"slotcast/internal/httpserver"
)

// TestSecurityHeaders are on every answer, whoever gives it.
func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	r := setup(t, time.Second)
	for path, cache := range map[string]string{
		"/": "", "/healthz": "", "/nowhere": "", "/schema.graphql": "", "/schemas/": "no-cache", "/graphql": "no-store",
	} {
		_, header, _, err := r.get(path, "bad")
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Cache-Control": cache,
		} {
			if got := header.Get(name); got != want {
				t.Errorf("%s: %s %q, want %q", path, name, got, want)
			}
		}
	}
}

// TestAnswersAreKeptByNobody: those of the API.
func TestAnswersAreKeptByNobody(t *testing.T) {
	t.Parallel()
	e := newEdge(t)
	for _, token := range []string{"ana", "bad", "down", ""} {
		if got := e.ask(home, token).Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%q: Cache-Control %q", token, got)
		}
	}
}

var errorID = regexp.MustCompile(`err_[0-9a-f]{16}`)

// TestPanics: the client is given an id, and the log the cause. What has begun is
// broken off.
func TestPanics(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	behind := &recorder{then: func(http.ResponseWriter, *http.Request) { panic("the password is geheim") }}
	h := httpserver.Handler(httpserver.Config{
		GraphQL: behind, Auth: auth.New(anybody{}), Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	ask := func() (w *httptest.ResponseRecorder, broken any) {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
		r.Header.Set("Authorization", "Bearer good")
		w = httptest.NewRecorder()
		defer func() { broken = recover() }()
		h.ServeHTTP(w, r)
		return w, nil
	}
	w, broken := ask()
	id := errorID.FindString(w.Body.String())
	if broken != nil || w.Code != 500 || id == "" || !strings.Contains(w.Body.String(), `"code":"INTERNAL"`) || strings.Contains(w.Body.String(), "geheim") {
		t.Errorf("%d %s, %v", w.Code, w.Body, broken)
	}
	if text := log.String(); !strings.Contains(text, id) || !strings.Contains(text, "geheim") || !strings.Contains(text, "headers_test.go") {
		t.Errorf("the log says %s", text)
	}
	behind.then = func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "half")
		panic("later")
	}
	if _, broken := ask(); broken != http.ErrAbortHandler { //nolint:errorlint // the very value
		t.Errorf("an answer that has begun ends with %v", broken)
	}
	log.Reset()
	behind.then = func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	if _, broken := ask(); broken != http.ErrAbortHandler || log.Len() != 0 { //nolint:errorlint // the very value
		t.Errorf("a handler that gives up ends with %v, and the log says %s", broken, &log)
	}
}
