package graph

import (
	"context"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

type endingKey struct{}

// end says why a subscription is about to end, so that its client learns it: a
// stream that just closes would look finished.
func end(ctx context.Context, err error) {
	if cause, ok := ctx.Value(endingKey{}).(*atomic.Pointer[error]); ok {
		cause.Store(&err)
	}
}

// ending answers with the cause, once, where a subscription has ended with one.
func ending(ctx context.Context, next graphql.OperationHandler, present graphql.ErrorPresenterFunc) graphql.ResponseHandler {
	cause := new(atomic.Pointer[error])
	responses := next(context.WithValue(ctx, endingKey{}, cause))
	return func(ctx context.Context) *graphql.Response {
		if r := responses(ctx); r != nil {
			return r
		}
		if err := cause.Swap(nil); err != nil {
			return &graphql.Response{Errors: gqlerror.List{present(ctx, *err)}}
		}
		return nil
	}
}
