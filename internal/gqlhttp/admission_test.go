package gqlhttp_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/gqlhttp"
)

// guard lets everybody in, and ends what it let in when the test says so.
type guard struct {
	end     chan context.CancelCauseFunc
	refusal error
}

func (g *guard) open(ctx context.Context) (context.Context, error) {
	if g.refusal != nil {
		return nil, fmt.Errorf("counting: %w", g.refusal)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	g.end <- cancel
	return ctx, nil
}

func (g *guard) authenticate(ctx context.Context, _ map[string]any) (context.Context, error) {
	return g.open(ctx)
}

func guarded(refusal error) (*guard, configs) {
	g := &guard{end: make(chan context.CancelCauseFunc, 1), refusal: refusal}
	return g, configs{sse: gqlhttp.SSEConfig{Open: g.open}, ws: gqlhttp.WebSocketConfig{Authenticate: g.authenticate}}
}

// Why the context ends tells a client whether to connect again.
func TestWebSocketTellsWhyItEnds(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		cause  error
		code   websocket.StatusCode
		reason string
	}{
		"expired":            {context.DeadlineExceeded, 4401, "Unauthorized"},
		"without a cause":    {nil, 4401, "Unauthorized"},
		"forbidden":          {gqlhttp.ErrForbidden, 4403, "Forbidden"},
		"forbidden, wrapped": {fmt.Errorf("revoked: %w", gqlhttp.ErrForbidden), 4403, "Forbidden"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, c := guarded(nil)
			f := setup(t, c)
			p := f.open(t)
			p.send(subscribe("1", "subscription{ticks}"), subscribe("2", "{wait}"))
			receive(t, f.started)
			receive(t, f.started)
			receive(t, g.end)(tt.cause)
			p.expectClose(tt.code, tt.reason) // and no complete
			receive(t, f.released)
			receive(t, f.released)
		})
	}
}

func TestWebSocketIsNotLetIn(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err    error
		code   websocket.StatusCode
		reason string
	}{
		"forbidden":   {gqlhttp.ErrForbidden, 4403, "Forbidden"},
		"too many":    {gqlhttp.ErrTooMany, 1013, "counting: too many connections"},
		"unavailable": {gqlhttp.ErrUnavailable, 1013, "Try again later"},
		"any other":   {errors.New("no"), 4401, "counting: no"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, c := guarded(tt.err)
			p := setup(t, c).dial(t)
			p.send(connInit)
			p.expectClose(tt.code, tt.reason)
		})
	}
}

// A deadline ends the socket to the moment.
func TestWebSocketDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := setupPipe(t, configs{ws: gqlhttp.WebSocketConfig{
			ReadTimeout: time.Hour,
			Authenticate: func(ctx context.Context, _ map[string]any) (context.Context, error) {
				ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
				t.Cleanup(cancel)
				return ctx, nil
			},
		}})
		p := f.open(t)
		opened := time.Now()
		p.send(subscribe("1", "subscription{ticks}"))
		p.expectClose(4401, "Unauthorized")
		if took := time.Since(opened); took != 10*time.Second {
			t.Errorf("closed after %v, want 10 s", took)
		}
	})
}

// A stream that is ended is not complete, whatever it waits for.
func TestSSEEnds(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"subscription{ticks}", "{wait}"} {
		g, c := guarded(nil)
		f := setup(t, c)
		s := f.stream(t, ssePost(`{"query":"`+query+`"}`))
		receive(t, f.started)
		receive(t, g.end)(gqlhttp.ErrForbidden)
		s.expectEnd()
		receive(t, f.released)
	}
}

func TestSSEIsNotLetIn(t *testing.T) {
	t.Parallel()
	for want, err := range map[string]error{
		`{"message":"counting: too many connections","extensions":{"code":"LIMIT_EXCEEDED"}}`:     gqlhttp.ErrTooMany,
		`{"message":"this token may not open an event stream","extensions":{"code":"FORBIDDEN"}}`: errors.New("no"),
	} {
		_, c := guarded(err)
		status := 403
		if errors.Is(err, gqlhttp.ErrTooMany) {
			status = 429
		}
		resp := setup(t, c).do(t, ssePost(`{"query":"{name}"}`))
		if retry := resp.Header.Get("Retry-After"); (retry != "") != (status == 429) {
			t.Errorf("Retry-After %q", retry)
		}
		check(t, resp, status, jsonType, `{"errors":[`+want+`]}`)
	}
}

// The hook is called once for a stream, also for one that comes to its own end,
// and its context ends with it.
func TestSSEOpens(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{}, 10)
	f := setup(t, configs{sse: gqlhttp.SSEConfig{Open: func(ctx context.Context) (context.Context, error) {
		context.AfterFunc(ctx, func() { ended <- struct{}{} })
		return ctx, nil
	}}})
	s := f.stream(t, ssePost(`{"query":"{name}"}`))
	s.expectNext(`{"data":{"name":"it"}}`)
	s.expectComplete()
	receive(t, ended)
	check(t, f.do(t, ssePost(`{`)), 400, jsonType,
		`{"errors":[{"message":"the request is not one JSON object in UTF-8","extensions":{"code":"BAD_USER_INPUT"}}]}`)
	if n := len(ended); n != 0 {
		t.Errorf("opened %d times more", n)
	}
}

// An event that the end of its context has broken is not sent: its client would
// take it for what there was, and go on behind it.
func TestBrokenEventIsNotSent(t *testing.T) {
	t.Parallel()
	broken := func(ctx context.Context, next graphqlOperation) graphqlResponses {
		responses := next(ctx)
		return func(ctx context.Context) *graphql.Response {
			if responses(ctx) == nil && ctx.Err() != nil {
				return &graphql.Response{Data: []byte(`null`), Errors: gqlerror.List{gqlerror.Errorf("context canceled")}}
			}
			return nil
		}
	}
	for range 20 { // the queue has room: an enqueue might win over the end
		g, c := guarded(nil)
		f := setup(t, c)
		f.AroundOperations(broken)
		p := f.open(t)
		p.send(subscribe("1", "subscription{ticks}"))
		receive(t, f.started)
		receive(t, g.end)(gqlhttp.ErrForbidden)
		p.expectClose(4403, "Forbidden")
		s := f.stream(t, ssePost(`{"query":"subscription{ticks}"}`))
		receive(t, f.started)
		receive(t, g.end)(gqlhttp.ErrForbidden)
		s.expectEnd()
	}
}
