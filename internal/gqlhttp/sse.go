package gqlhttp

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// SSEConfig bounds event streams. Its zero value is the default.
type SSEConfig struct {
	// Open is called for each well-formed request. ctx derives from the request's
	// and ends with the stream; the context returned must derive from ctx, and is
	// what the operation runs in. When it ends, the stream does, without complete.
	// With an error there is no stream: ErrTooMany answers 429, any other 403.
	// Nil: ctx as it is.
	Open func(ctx context.Context) (context.Context, error)

	MaxBodyBytes int64         // of a POST's body, in bytes; default 1 MiB
	KeepAlive    time.Duration // of silence, after which a comment is sent; default 15 s
	WriteTimeout time.Duration // for one event; a client that reads slower is let go; default 10 s
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
	*sessions
}

var _ graphql.Transport = (*SSE)(nil)

// NewSSE returns the transport with cfg's gaps filled by the defaults.
func NewSSE(cfg SSEConfig) *SSE {
	cfg.MaxBodyBytes = cmp.Or(cfg.MaxBodyBytes, defaultMaxBodyBytes)
	cfg.KeepAlive = cmp.Or(cfg.KeepAlive, 15*time.Second)
	cfg.WriteTimeout = cmp.Or(cfg.WriteTimeout, 10*time.Second)
	return &SSE{cfg: cfg, sessions: newSessions()}
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
	ctx, refused = t.open(ctx)
	if refused != nil {
		refused.write(w, mediaJSON)
		return
	}
	op, invalid := prepare(ctx, exec, params)
	if invalid == nil {
		if refused := mutationByGET(r, op); refused != nil {
			refused.write(w, mediaJSON)
			return
		}
	}
	if !t.enter() {
		drained().write(w, mediaJSON)
		return
	}
	defer t.leave()
	events, err := openEventStream(w, t.cfg.WriteTimeout)
	switch {
	case err != nil: // nobody is listening, or the stream refused itself
	case invalid != nil:
		if events.next(invalid) == nil {
			_ = events.complete()
		}
	default:
		t.stream(op, events, cancel)
	}
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
			err:    coded(codeLimitExceeded, "too many sockets and event streams are open with this token: close some"),
		}
	case err != nil:
		return nil, &refusal{status: http.StatusForbidden, err: coded(codeForbidden, "this token may not open an event stream")}
	}
	return opened, nil
}

// stream runs the operation in a goroutine of its own, so that this one, the
// only writer, can keep the connection alive meanwhile. The hand-over has no
// buffer: a slow client holds up its own resolver.
func (t *SSE) stream(op *operation, events *eventStream, cancel context.CancelFunc) {
	responses := make(chan *graphql.Response)
	finished := false // read after responses is closed
	var producer sync.WaitGroup
	producer.Go(func() {
		defer close(responses)
		finished = op.run(func(resp *graphql.Response) bool {
			resp.Data = bytes.Clone(resp.Data) // gqlgen writes the next one into the same buffer
			select {
			case responses <- resp:
				return true
			case <-op.ctx.Done():
				return false
			}
		})
	})
	defer producer.Wait()
	defer cancel()

	keepAlive := time.NewTicker(t.cfg.KeepAlive)
	defer keepAlive.Stop()
	for {
		var err error
		select {
		case resp, more := <-responses:
			if !more {
				if finished {
					_ = events.complete()
				}
				return
			}
			err = events.next(resp)
			keepAlive.Reset(t.cfg.KeepAlive)
		case <-keepAlive.C:
			err = events.comment()
		case <-op.ctx.Done():
			return
		case <-t.quit:
			return
		}
		if err != nil {
			return
		}
	}
}
