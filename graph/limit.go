package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/apperr"
)

// socketLimit counts operations that come over a WebSocket. All of a socket's
// are in one request, which is all that the HTTP server can count.
type socketLimit struct {
	take func(ctx context.Context) error // nil: no limit
}

type overSocketKey struct{}

// overSocket marks the context of a socket's operations.
func overSocket(ctx context.Context) context.Context {
	return context.WithValue(ctx, overSocketKey{}, true)
}

// ExtensionName implements graphql.HandlerExtension.
func (socketLimit) ExtensionName() string { return "SocketLimit" }

// Validate implements graphql.HandlerExtension.
func (socketLimit) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator. It
// changes nothing: it is called before the document is parsed, which costs, too.
func (l socketLimit) MutateOperationParameters(ctx context.Context, _ *graphql.RawParams) *gqlerror.Error {
	if l.take == nil || ctx.Value(overSocketKey{}) == nil {
		return nil
	}
	err := l.take(ctx)
	if err == nil {
		return nil
	}
	if e := apperr.From(err); e != nil {
		return refusal(&gqlerror.Error{}, e)
	}
	return coded(&gqlerror.Error{}, apperr.Internal, "the operation could not be counted", "")
}
