package gqlhttp_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"slotcast/internal/gqlhttp"
)

func TestSSEOneResponse(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	for _, tt := range []struct {
		name string
		r    request
		data string
	}{
		{"query", ssePost(`{"query":"{name}"}`), `{"data":{"name":"it"}}`},
		{"mutation", ssePost(`{"query":"mutation{rename}"}`), `{"data":{"rename":"it"}}`},
		{"GET", request{"GET", get("query", "query A($i:Int!){find(id:$i)}", "operationName", "A", "variables", `{"i":1}`, "extensions", "{}"),
			[]string{acceptEvents}, ""}, `{"data":{"find":"it"}}`},
		{"line breaks in data", ssePost(`{"query":"{spaced}"}`), `{"data":{"spaced":"a\nb"}}`},
		{"preferred", request{"POST", "", []string{sendJSON, acceptEvents + ", application/json"}, `{"query":"{name}"}`}, `{"data":{"name":"it"}}`},
		{"parse error", ssePost(`{"query":"}"}`),
			`{"errors":[{"message":"Unexpected }","locations":[{"line":1,"column":1}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}`},
		{"no operation", ssePost(`{"query":""}`),
			`{"errors":[{"message":"no operation provided","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`},
		{"subscription that cannot start", ssePost(`{"query":"subscription{refused}"}`), `{"errors":[{"message":"cursor expired"}]}`},
		{"panic", ssePost(`{"query":"subscription{panics}"}`), `{"errors":[{"message":"recovered","extensions":{"code":"INTERNAL"}}]}`},
		{"subscription with one event", ssePost(`{"query":"subscription{lastly}"}`), `{"data":{"lastly":1}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := f.stream(t, tt.r)
			s.expectNext(tt.data)
			s.expectComplete()
		})
	}
}

func TestSSERefuses(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{sse: gqlhttp.SSEConfig{MaxBodyBytes: 100}})
	for _, tt := range []struct {
		name   string
		r      request
		status int
		want   string
	}{
		{"no JSON", ssePost(`{"secret`), 400,
			`{"message":"the request is not one JSON object in UTF-8","extensions":{"code":"BAD_USER_INPUT"}}`},
		{"too large", ssePost(strings.Repeat(" ", 101)), 413,
			`{"message":"the request body is too large","extensions":{"code":"LIMIT_EXCEEDED"}}`},
		{"content type", request{"POST", "", []string{acceptEvents}, `{}`}, 415,
			`{"message":"send the request as application/json in UTF-8","extensions":{"code":"BAD_USER_INPUT"}}`},
		{"GET without query", request{"GET", "/?token=x", []string{acceptEvents}, ""}, 400,
			`{"message":"query must be a string","extensions":{"code":"BAD_USER_INPUT","field":"query"}}`},
		{"GET mutation", request{"GET", get("query", "mutation{rename}"), []string{acceptEvents}, ""}, 405,
			`{"message":"a mutation needs POST","extensions":{"code":"BAD_USER_INPUT"}}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			check(t, f.do(t, tt.r), tt.status, jsonType, `{"errors":[`+tt.want+`]}`)
		})
	}
}

func TestSSESubscription(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	s := f.stream(t, ssePost(`{"query":"subscription{ticks}"}`))
	for name, want := range map[string]string{"Cache-Control": "no-store", "X-Accel-Buffering": "no"} {
		if got := s.resp.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	f.ticks <- `{"ticks":1}`
	s.expectNext(`{"data":{"ticks":1}}`)
	f.ticks <- `{"ticks":2}`
	s.expectNext(`{"data":{"ticks":2}}`)
	close(f.ticks)
	s.expectComplete()
	receive(t, f.released)
}

func TestSSEClientLeaves(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	s := f.stream(t, ssePost(`{"query":"subscription{ticks}"}`))
	receive(t, f.started)
	s.resp.Body.Close()
	receive(t, f.released)
}

// TestSSEDrain: streams end without complete, and no new one starts.
func TestSSEDrain(t *testing.T) {
	t.Parallel()
	f := setup(t, configs{})
	a := f.stream(t, ssePost(`{"query":"subscription{ticks}"}`))
	b := f.stream(t, ssePost(`{"query":"{wait}"}`))
	receive(t, f.started)
	receive(t, f.started)
	if n := f.sse.Open(); n != 2 {
		t.Errorf("%d open", n)
	}
	if err := f.sse.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
	a.expectEnd()
	b.expectEnd()
	receive(t, f.released)
	receive(t, f.released)

	resp := f.do(t, ssePost(`{"query":"{name}"}`))
	if resp.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	check(t, resp, 503, jsonType,
		`{"errors":[{"message":"the server is shutting down: connect again","extensions":{"code":"INTERNAL"}}]}`)
	if err := f.sse.Drain(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestSSEServerContextEnds: a stream that the server cuts off is not complete.
func TestSSEServerContextEnds(t *testing.T) {
	t.Parallel()
	ctx, stop := withCancel(t)
	f := setupWith(ctx, t, configs{})
	s := f.stream(t, ssePost(`{"query":"subscription{ticks}"}`))
	receive(t, f.started)
	stop()
	s.expectEnd()
}

func TestSSEWithoutFlush(t *testing.T) {
	t.Parallel()
	f := newFixture(t, configs{})
	recorder := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(`{"query":"{name}"}`))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	f.ServeHTTP(struct{ http.ResponseWriter }{recorder}, r)
	check(t, recorder.Result(), 500, jsonType,
		`{"errors":[{"message":"this connection cannot stream","extensions":{"code":"INTERNAL"}}]}`)
}
