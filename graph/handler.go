package graph

import (
	"context"
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

	"slotcast/graph/generated"
	"slotcast/internal/apperr"
	"slotcast/internal/document"
	"slotcast/internal/gqlhttp"
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
	ws, err := gqlhttp.NewWebSocket(gqlhttp.WebSocketConfig{Authenticate: authenticate(c), CheckOrigin: c.CheckOrigin})
	if err != nil {
		return nil, fmt.Errorf("making the WebSocket transport: %w", err)
	}
	sse := gqlhttp.NewSSE(gqlhttp.SSEConfig{Open: c.Open})
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
