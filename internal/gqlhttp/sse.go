package gqlhttp

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/fanout"
	"slotcast/internal/metrics"
)

// SSEConfig bounds event streams. Its zero value is the default.
type SSEConfig struct {
	// Open is called for each well-formed request. ctx derives from the request's
	// and ends with the stream; the context returned must derive from ctx, and is
	// what the operation runs in. When it ends, the stream does, without complete.
	// With an error there is no stream: ErrTooMany answers 429, any other 403.
	// Nil: ctx as it is.
	Open func(ctx context.Context) (context.Context, error)

	// Subscribe is WebSocketConfig's.
	Subscribe func(ctx context.Context) *gqlerror.Error

	MaxBodyBytes int64         // of a POST's body, in bytes; default 1 MiB
	KeepAlive    time.Duration // of silence, after which a comment is sent; default 15 s
	WriteTimeout time.Duration // for one event; a client that reads slower is let go; default 10 s

	Metrics *metrics.Live // nil: nothing is measured
}

// SSE serves any operation as an event stream by the graphql-sse protocol in
// "distinct connections mode": a next event per response, then complete. It
// takes the requests whose Accept header prefers text/event-stream, over POST
// or, for a browser's EventSource, GET with the parameters in the URL.
//
// Errors of parsing, validation and execution come as next events, malformed
// requests as JSON with a status of 4xx. A stream that ends without complete
// was cut short, and the client may connect again.
type SSE struct {
	cfg SSEConfig
	hub *fanout.Hub
	*sessions
}

var _ graphql.Transport = (*SSE)(nil)

// NewSSE returns the transport with cfg's gaps filled by the defaults.
// Subscriptions share executions in hub.
func NewSSE(cfg SSEConfig, hub *fanout.Hub) *SSE {
	cfg.MaxBodyBytes = cmp.Or(cfg.MaxBodyBytes, defaultMaxBodyBytes)
	cfg.KeepAlive = cmp.Or(cfg.KeepAlive, 15*time.Second)
	cfg.WriteTimeout = cmp.Or(cfg.WriteTimeout, 10*time.Second)
	return &SSE{cfg: cfg, hub: hub, sessions: newSessions(metrics.SSE, cfg.Metrics)}
}

// Supports implements graphql.Transport.
func (t *SSE) Supports(r *http.Request) bool {
	return (r.Method == http.MethodPost || r.Method == http.MethodGet) && !wantsWebSocket(r) &&
		choose(r.Header, mediaJSON, mediaGraphQL, mediaEventStream) == mediaEventStream
}

// Do implements graphql.Transport.
func (t *SSE) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	params, refused := readRequest(w, r, t.cfg.MaxBodyBytes)
	if refused != nil {
		refused.write(w, mediaJSON)
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	if id := r.Header.Get("Last-Event-ID"); id != "" {
		ctx = context.WithValue(ctx, lastEventKey{}, id)
	}
	ctx, refused = t.open(ctx)
	if refused != nil {
		refused.write(w, mediaJSON)
		return
	}
	op, invalid := t.prepare(ctx, exec, params)
	if invalid == nil {
		if refused := mutationByGET(r, op); refused != nil {
			refused.write(w, mediaJSON)
			return
		}
	}
	session := t.enter(cancel)
	if session == nil {
		drained().write(w, mediaJSON)
		return
	}
	defer t.leave(session)
	events, err := openEventStream(w, t.cfg.WriteTimeout)
	switch {
	case err != nil: // nobody is listening, or the stream refused itself
	case invalid != nil:
		if errors.Join(events.opened(), events.next(appendResponse(nil, invalid), "")) == nil {
			_ = events.complete()
		}
	default:
		t.stream(op, events, cancel)
	}
}

// prepare is prepare, and asks whether there may be one subscription more.
func (t *SSE) prepare(ctx context.Context, exec graphql.GraphExecutor, params *graphql.RawParams) (*operation, *graphql.Response) {
	op, invalid := prepare(ctx, exec, params)
	if invalid == nil && op.kind() == ast.Subscription && t.cfg.Subscribe != nil {
		if err := t.cfg.Subscribe(ctx); err != nil {
			return op, &graphql.Response{Errors: gqlerror.List{err}}
		}
	}
	if invalid == nil && op.kind() == ast.Subscription {
		context.AfterFunc(ctx, t.cfg.Metrics.Subscribed())
	}
	return op, invalid
}

func (t *SSE) open(ctx context.Context) (context.Context, *refusal) {
	if t.cfg.Open == nil {
		return ctx, nil
	}
	opened, err := t.cfg.Open(ctx)
	switch {
	case errors.Is(err, ErrTooMany):
		return nil, &refusal{
			status: http.StatusTooManyRequests,
			header: [2]string{"Retry-After", "5"},
			err:    coded(codeLimitExceeded, err.Error()),
		}
	case err != nil:
		return nil, &refusal{status: http.StatusForbidden, err: coded(codeForbidden, "this token may not open an event stream")}
	}
	return opened, nil
}
