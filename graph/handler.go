package graph

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/graph/generated"
	"slotcast/internal/apperr"
	"slotcast/internal/document"
	"slotcast/internal/fanout"
	"slotcast/internal/gqlhttp"
	"slotcast/internal/metrics"
)

// Config is what a Handler is made of.
type Config struct {
	Resolver *Resolver
	// Authenticate reads a WebSocket's connection_init; see auth.Sessions.Init.
	Authenticate func(ctx context.Context, payload map[string]any) (context.Context, error)
	// CheckOrigin says whether a page of another host may open a WebSocket; see
	// gqlhttp.WebSocketConfig.
	CheckOrigin func(r *http.Request) bool
	// Limit counts an operation that comes over a WebSocket and refuses it with a
	// RATE_LIMITED error, also one that does not parse. Nil: there is no limit.
	Limit func(ctx context.Context) error
	// Open is told of each event stream; see auth.Sessions.Open.
	Open func(ctx context.Context) (context.Context, error)
	// Subscribe is told of each subscription, in the context of its own, and refuses
	// it with a LIMIT_EXCEEDED error; see auth.Sessions.Subscribe. Nil: there is no
	// limit.
	Subscribe func(ctx context.Context) error
	// Compression compresses the WebSockets of clients that offer it.
	Compression bool
	Metrics     *metrics.Live // nil: subscriptions are not measured
	Logger      *slog.Logger
	// Introspection lets clients ask for the schema with __schema and __type, and
	// suggests names to them.
	Introspection bool
	// RequestTimeout bounds queries and mutations; 0: nothing does.
	RequestTimeout time.Duration
	// TrustedDocuments is the file of the only documents that are served: a JSON
	// object of SHA-256 to document. Empty: any document is.
	TrustedDocuments string
}

// Handler serves GraphQL over HTTP, WebSocket and SSE.
type Handler struct {
	*handler.Server
	schema *ast.Schema
	ws     *gqlhttp.WebSocket
	sse    *gqlhttp.SSE
	hub    *fanout.Hub
}

// NewHandler returns a Handler.
func NewHandler(c Config) (*Handler, error) {
	schema := generated.NewExecutableSchema(generated.Config{Resolvers: c.Resolver})
	decisions, err := newAccess(schema.Schema())
	if err != nil {
		return nil, err
	}
	docs, err := document.New(document.Config{
		Schema: schema.Schema(), Introspection: c.Introspection, TrustedFile: c.TrustedDocuments,
		Lengths: lengths(), DefaultPage: defaultPage, MaxPage: maxPage,
	})
	if err != nil {
		return nil, err
	}
	hub := fanout.NewHub(fanout.Config{Metrics: c.Metrics})
	ws, err := gqlhttp.NewWebSocket(gqlhttp.WebSocketConfig{
		Authenticate: authenticate(c), CheckOrigin: c.CheckOrigin, Subscribe: admitting(c), Compress: c.Compression, Metrics: c.Metrics,
	}, hub)
	if err != nil {
		return nil, fmt.Errorf("making the WebSocket transport: %w", err)
	}
	sse := gqlhttp.NewSSE(gqlhttp.SSEConfig{Open: c.Open, Subscribe: admitting(c), Metrics: c.Metrics}, hub)
	srv := handler.New(schema)
	srv.AddTransport(ws)
	srv.AddTransport(sse)
	srv.AddTransport(gqlhttp.NewHTTP(gqlhttp.HTTPConfig{}))
	srv.SetErrorPresenter(presenter(c.Logger))
	srv.SetRecoverFunc(recovered)
	srv.Use(socketLimit{c.Limit})
	srv.Use(known{})
	srv.Use(bounds{})
	srv.Use(docs)
	srv.SetQueryCache(docs)
	if c.Introspection {
		srv.Use(extension.Introspection{})
	}
	srv.AroundOperations(decisions.guard)
	if c.RequestTimeout > 0 {
		srv.AroundOperations(deadline(c.RequestTimeout))
	}
	srv.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		return ending(ctx, next, presenter(c.Logger))
	})
	return &Handler{Server: srv, schema: schema.Schema(), ws: ws, sse: sse, hub: hub}, nil
}

// authenticate tells a token that is wrong, which closes the socket with 4401,
// from one that could not be checked.
func authenticate(c Config) func(context.Context, map[string]any) (context.Context, error) {
	return func(ctx context.Context, payload map[string]any) (context.Context, error) {
		out, err := c.Authenticate(ctx, payload)
		if apperr.CodeOf(err) == apperr.RateLimited {
			return nil, gqlhttp.ErrUnavailable // later it may be let in
		}
		if err != nil && apperr.From(err) == nil {
			c.Logger.ErrorContext(ctx, "token_unchecked", "error", err)
			return nil, gqlhttp.ErrUnavailable
		}
		if err != nil {
			return nil, err
		}
		return overSocket(out), nil
	}
}

// admitting refuses subscriptions that are too many.
func admitting(c Config) func(context.Context) *gqlerror.Error {
	if c.Subscribe == nil {
		return nil
	}
	return func(ctx context.Context) *gqlerror.Error {
		if err := c.Subscribe(ctx); err != nil {
			return presenter(c.Logger)(ctx, err)
		}
		return nil
	}
}

// Drain ends all subscriptions so that clients reconnect, and waits until they
// are gone or ctx ends.
func (h *Handler) Drain(ctx context.Context) error {
	errs := make(chan error, 2)
	go func() { errs <- h.ws.Drain(ctx) }()
	go func() { errs <- h.sse.Drain(ctx) }()
	first, second := <-errs, <-errs
	if err := errors.Join(first, second); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { h.hub.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("waiting for what subscriptions share: %w", ctx.Err())
	}
}

// SDL returns the schema as text.
func (h *Handler) SDL() string {
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchema(h.schema)
	return b.String()
}
