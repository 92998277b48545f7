package httpserver_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"slotcast/internal/auth"
	"slotcast/internal/console"
	"slotcast/internal/httpserver"
	"slotcast/internal/metrics"
	"slotcast/internal/metrics/metricstest"
)

// streams is a GraphQL handler that makes of a request what its body says.
type streams struct {
	*api
	open chan struct{} // a token for each stream that is open
	end  chan struct{}
}

func (s *streams) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	switch string(body) {
	case "events":
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		if err := http.NewResponseController(w).Flush(); err != nil { // sends the headers
			panic(err)
		}
		if _, err := w.Write([]byte(":\n\n")); err != nil {
			panic(err)
		}
		s.open <- struct{}{}
		<-s.end
	case "hijack":
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			panic(err)
		}
		defer conn.Close()
		s.open <- struct{}{}
		<-s.end
	case "panic":
		panic("broken")
	case "nothing":
	default:
		_, _ = w.Write([]byte("{}"))
	}
}

func TestMeasured(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := metrics.New("1.2.3")
	var log bytes.Buffer
	handler := &streams{api: &api{}, open: make(chan struct{}), end: make(chan struct{})}
	pages, err := console.New("", fstest.MapFS{})
	if err != nil {
		t.Fatal(err)
	}
	s := httpserver.New(httpserver.Config{
		GraphQL: handler, Auth: auth.New(anybody{}), Logger: slog.New(slog.NewTextHandler(&log, nil)), Metrics: m, REST: facade{}, Console: pages,
		Ready: func(context.Context) error { return nil }, Schemas: schemas(),
	})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx, listener) }()
	defer func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if strings.Contains(log.String(), "superfluous") {
			t.Errorf("an answer has begun twice:\n%s", log.String())
		}
	}()
	url := "http://" + listener.Addr().String()

	send := func(method, path, body string) *http.Response {
		t.Helper()
		r, err := http.NewRequestWithContext(ctx, method, url+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		if path == "/graphql" {
			r.Header.Set("Authorization", "Bearer good")
		}
		client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		return answer
	}
	for _, body := range []string{"{}", "nothing", "panic"} {
		send(http.MethodPost, "/graphql", body)
	}
	for _, path := range []string{"/healthz", "/readyz", "/schema.graphql", "/", "/nowhere/at/all", "/meetings", "/settings/tokens", "/assets/old/app.js"} {
		send(http.MethodGet, path, "")
	}
	send(http.MethodGet, "/things", "")
	var streaming sync.WaitGroup
	streaming.Go(func() { send(http.MethodPost, "/graphql", "events") })
	hijack := func(header string) { // its answer is no HTTP
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", listener.Addr().String())
		if err == nil {
			_, _ = io.WriteString(conn, "POST /graphql HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer good\r\nContent-Length: 6\r\n"+header+"\r\nhijack")
			_, _ = io.Copy(io.Discard, conn)
			_ = conn.Close()
		}
	}
	for _, header := range []string{"Upgrade: h2c, WebSocket\r\n", "Accept: text/event-stream\r\n", "Upgrade: h2c\r\n"} {
		streaming.Go(func() { hijack(header) })
	}
	for range 4 {
		select {
		case <-handler.open:
		case <-time.After(5 * time.Second):
			t.Fatal("a stream did not open")
		}
	}
	expect(t, m, map[string]float64{
		"slotcast_http_requests_total class=2xx,route=graphql": 2, "slotcast_http_requests_total class=5xx,route=graphql": 1,
		"slotcast_http_requests_total class=2xx,route=health": 2, "slotcast_http_requests_total class=2xx,route=other": 4,
		"slotcast_http_requests_total class=4xx,route=other": 2, "slotcast_http_requests_total class=4xx,route=rest": 1,
		"slotcast_http_request_duration_seconds route=graphql": 3,
	})
	close(handler.end)
	streaming.Wait()
	eventually(t, func() bool {
		families := metricstest.Families(t, m)
		return metricstest.Value(families, "slotcast_http_requests_total", "class=2xx", "route=graphql") == 5
	})
	expect(t, m, map[string]float64{
		"slotcast_http_requests_total class=1xx,route=graphql": 1, "slotcast_http_requests_total class=2xx,route=graphql": 5,
		"slotcast_http_request_duration_seconds route=graphql": 3,
	})
	answer, err := http.Get(url + "/metrics") //nolint:forbidigo // the server of this test
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if families := metricstest.Parse(t, answer.Body); metricstest.Value(families, "slotcast_live_connections", "transport=websocket") != 0 {
		t.Errorf("/metrics: %s, %v", answer.Status, families)
	}
	if c := answer.Header.Get("Cache-Control"); c != "no-store" {
		t.Errorf("Cache-Control is %q", c)
	}
}

func expect(t *testing.T, m *metrics.Metrics, series map[string]float64) {
	t.Helper()
	families := metricstest.Families(t, m)
	for name, want := range series {
		family, labels, _ := strings.Cut(name, " ")
		if got := metricstest.Value(families, family, labels); got != want {
			t.Errorf("%s is %v, want %v", name, got, want)
		}
	}
}

func eventually(t *testing.T, condition func() bool) {
	t.Helper()
	tick, deadline := time.NewTicker(5*time.Millisecond), time.After(20*time.Second)
	defer tick.Stop()
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("waited in vain")
		}
	}
}

// Without metrics there are none to read.
func TestNotMeasured(t *testing.T) {
	t.Parallel()
	r := setup(t, time.Second)
	if status, _, _, err := r.get("/metrics", ""); err != nil || status != http.StatusNotFound {
		t.Errorf("/metrics answers %d, %v", status, err)
	}
}
