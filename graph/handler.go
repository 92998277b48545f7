package graph

import (
	"context"
	"fmt"
	"log/slog"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/formatter"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/graph/generated"
	"slotcast/internal/apperr"
	"slotcast/internal/gqlhttp"
	"slotcast/internal/viewer"
)

const (
	maxTokens       = 2000 // of one document: validation's cost grows faster than it
	cachedDocuments = 1000
)

// Config is what a Handler is made of.
type Config struct {
	Resolver *Resolver
	// Authenticate reads a WebSocket's connection_init; see auth.Auth.Init.
	Authenticate func(ctx context.Context, payload map[string]any) (context.Context, error)
	Logger       *slog.Logger
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
	ws, err := gqlhttp.NewWebSocket(gqlhttp.WebSocketConfig{Authenticate: authenticate(c)})
	if err != nil {
		return nil, fmt.Errorf("making the WebSocket transport: %w", err)
	}
	sse := gqlhttp.NewSSE(gqlhttp.SSEConfig{})
	srv := handler.New(schema)
	srv.AddTransport(ws)
	srv.AddTransport(sse)
	srv.AddTransport(gqlhttp.NewHTTP(gqlhttp.HTTPConfig{}))
	srv.SetParserTokenLimit(maxTokens)
	srv.SetQueryCache(lru.New[*ast.QueryDocument](cachedDocuments))
	srv.SetErrorPresenter(presenter(c.Logger))
	srv.SetRecoverFunc(recovered)
	srv.Use(extension.Introspection{})
	srv.Use(bounds{})
	srv.AroundOperations(known)
	srv.AroundOperations(func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		return ending(ctx, next, presenter(c.Logger))
	})
	return &Handler{Server: srv, schema: schema.Schema(), ws: ws, sse: sse}, nil
}

// known refuses an operation without a viewer before anything of it runs.
func known(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	if _, ok := viewer.From(ctx); ok {
		return next(ctx)
	}
	return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{
		coded(&gqlerror.Error{}, apperr.Unauthenticated, "a token is needed: send the header Authorization: Bearer <token>", ""),
	}})
}

// authenticate tells a token that is wrong, which closes the socket with 4401,
// from one that could not be checked.
func authenticate(c Config) func(context.Context, map[string]any) (context.Context, error) {
	return func(ctx context.Context, payload map[string]any) (context.Context, error) {
		out, err := c.Authenticate(ctx, payload)
		if err != nil && apperr.From(err) == nil {
			c.Logger.ErrorContext(ctx, "token_unchecked", "error", err)
			return nil, gqlhttp.ErrUnavailable
		}
		return out, err
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
