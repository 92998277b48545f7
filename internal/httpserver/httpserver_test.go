package httpserver_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/auth"
	"slotcast/internal/httpserver"
	"slotcast/internal/viewer"
)

// api is a GraphQL handler that answers when it is told to.
type api struct {
	began   chan struct{}
	answer  chan struct{}
	drained atomic.Bool
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.began <- struct{}{}
	select {
	case <-a.answer:
	case <-r.Context().Done():
	}
	_, _ = io.WriteString(w, "answered")
}

func (a *api) Drain(context.Context) error { a.drained.Store(true); return nil }

func (a *api) SDL() string { return "type Query { it: ID }" }

// anybody knows every token but one.
type anybody struct{}

func (anybody) Identify(_ context.Context, token string) (viewer.Viewer, error) {
	if token == "bad" {
		return viewer.Viewer{}, apperr.New(apperr.Unauthenticated, "bad token")
	}
	return viewer.Viewer{AppID: "app_x"}, nil
}

func (anybody) Admits(context.Context, string, string) error { return nil }

// running is a server with all that a test asks of it.
type running struct {
	*api
	t     *testing.T
	url   string
	ready atomic.Pointer[error]
	stop  context.CancelFunc
	ended chan error
}

func setup(t *testing.T, drain time.Duration) *running {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &running{
		api: &api{began: make(chan struct{}, 1), answer: make(chan struct{})},
		t:   t, url: "http://" + listener.Addr().String(), ended: make(chan error, 1),
	}
	s := httpserver.New(httpserver.Config{
		GraphQL: r.api, Auth: auth.New(anybody{}), Drain: drain, Logger: slog.New(slog.DiscardHandler),
		Schemas: schemas(), PublicURL: "https://meet.example.org",
		Ready: func(context.Context) error {
			if err := r.ready.Load(); err != nil {
				return *err
			}
			return nil
		},
	})
	ctx, stop := context.WithCancel(t.Context())
	r.stop = stop
	go func() { r.ended <- s.Run(ctx, listener) }()
	t.Cleanup(stop)
	return r
}

func (r *running) get(path, token string) (int, http.Header, string, error) {
	header := http.Header{}
	if token != "" {
		header.Set("Authorization", "Bearer "+token)
	}
	return r.send(http.MethodGet, path, header)
}

func (r *running) send(method, path string, header http.Header) (int, http.Header, string, error) {
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.url+path, nil)
	if err != nil {
		return 0, nil, "", err
	}
	request.Header = header
	answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return 0, nil, "", err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header, string(body), err
}

func TestPaths(t *testing.T) {
	t.Parallel()
	r := setup(t, time.Second)
	broken := errors.New("dial tcp 10.1.2.3: the password is geheim")
	r.ready.Store(&broken)
	for path, want := range map[string]struct {
		token  string
		status int
		body   string
	}{
		"/healthz":        {"", 200, "ok\n"},
		"/readyz":         {"", 503, "not ready: the log says why\n"},
		"/schema.graphql": {"", 200, "type Query { it: ID }"},
		"/nowhere":        {"", 404, "404 page not found\n"},
		"/graphql":        {"bad", 401, `{"errors":[{"extensions":{"code":"UNAUTHENTICATED"},"message":"bad token"}]}` + "\n"},
	} {
		status, header, body, err := r.get(path, want.token)
		if err != nil || status != want.status || body != want.body {
			t.Errorf("%s: %d %q, %v; want %d %q", path, status, body, err, want.status, want.body)
		}
		if header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s has no nosniff: %v", path, header)
		}
	}
	r.stop()
	if err := <-r.ended; err != nil || !r.drained.Load() {
		t.Errorf("stopped with %v, drained %v", err, r.drained.Load())
	}
}

func TestStopWaitsForARequest(t *testing.T) {
	t.Parallel()
	r := setup(t, time.Minute)
	answered := make(chan string, 1)
	go func() {
		_, _, body, err := r.get("/graphql", "good")
		answered <- body
		if err != nil {
			t.Error(err)
		}
	}()
	<-r.began
	r.stop()
	close(r.answer)
	if body := <-answered; body != "answered" {
		t.Errorf("the request in flight was answered %q", body)
	}
	if err := <-r.ended; err != nil {
		t.Errorf("stopped with %v", err)
	}
}

func TestStopWaitsABoundedTime(t *testing.T) {
	t.Parallel()
	r := setup(t, 50*time.Millisecond)
	cut := make(chan error, 1)
	go func() {
		_, _, _, err := r.get("/graphql", "good")
		cut <- err
	}()
	<-r.began
	r.stop()
	if err := <-r.ended; err != nil {
		t.Errorf("stopped with %v", err)
	}
	if err := <-cut; err == nil {
		t.Error("a request that does not end was answered")
	}
}
