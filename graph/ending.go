package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/gqlhttp"
)

// ending answers with the cause, once, where a subscription has ended with one: a
// stream that just closes would look finished.
func ending(ctx context.Context, next graphql.OperationHandler, present graphql.ErrorPresenterFunc) graphql.ResponseHandler {
	responses := next(ctx)
	return func(ctx context.Context) *graphql.Response {
		if r := responses(ctx); r != nil {
			return r
		}
		if cause := gqlhttp.Ended(ctx); cause != nil {
			return &graphql.Response{Errors: gqlerror.List{present(ctx, cause)}}
		}
		return nil
	}
}
