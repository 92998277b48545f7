package graph

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"

	"slotcast/graph/generated"
	"slotcast/internal/apperr"
	"slotcast/internal/gqlhttp"
)

const (
	maxTokens       = 2000 // of one document: validation's cost grows faster than it
	cachedDocuments = 1000
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
	Open   func(ctx context.Context) (context.Context, error)
	Logger *slog.Logger
}

// Handler serves GraphQL over HTTP, WebSocket and SSE.
type Handler struct {
	*handler.Server
	schema *ast.Schema
	ws     *gqlhttp.WebSocket
	sse    *gqlhttp.SSE
}

// NewHandler returns a Handler.
func NewHandler(c Config) (*Handler, error) {
	schema := generated.NewExecutableSchema(generated.Config{Resolvers: c.Resolver})
	decisions, err := newAccess(schema.Schema())
	if err != nil {
		return nil, err
	}
	ws, err := gqlhttp.NewWebSocket(gqlhttp.WebSocketConfig{Authenticate: authenticate(c), CheckOrigin: c.CheckOrigin})
	if err != nil {
		return nil, fmt.Errorf("making the WebSocket transport: %w", err)
	}
	sse := gqlhttp.NewSSE(gqlhttp.SSEConfig{Open: c.Open})
	srv := handler.New(schema)
	srv.AddTransport(ws)
	srv.AddTransport(sse)
	srv.AddTransport(gqlhttp.NewHTTP(gqlhttp.HTTPConfig{}))
	srv.SetParserTokenLimit(maxTokens)
	srv.SetQueryCache(lru.New[*ast.QueryDocument](cachedDocuments))
	srv.SetErrorPresenter(presenter(c.Logger))
	srv.SetRecoverFunc(recovered)
	srv.Use(extension.Introspection{})
	srv.Use(socketLimit{c.Limit})
	srv.Use(bounds{})
	srv.AroundOperations(decisions.guard)
	srv.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		return ending(ctx, next, presenter(c.Logger))
	})
	return &Handler{Server: srv, schema: schema.Schema(), ws: ws, sse: sse}, nil
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

// Drain ends all subscriptions so that clients reconnect, and waits until they
// are gone or ctx ends.
func (h *Handler) Drain(ctx context.Context) error {
	errs := make(chan error, 2)
	go func() { errs <- h.ws.Drain(ctx) }()
	go func() { errs <- h.sse.Drain(ctx) }()
	first, second := <-errs, <-errs
	if first != nil {
		return first
	}
	return second
}

// SDL returns the schema as text.
func (h *Handler) SDL() string {
	var b strings.Builder
	formatter.NewFormatter(&b, formatter.WithIndent("  ")).FormatSchema(h.schema)
	return b.String()
}
