package graph

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/apperr"
)

// deadline bounds how long a query or mutation takes, on any transport. The SQL
// under way is cancelled, which undoes a mutation that has not committed. A
// subscription goes on.
func deadline(limit time.Duration) graphql.OperationMiddleware {
	late := apperr.New(apperr.LimitExceeded, "the request took longer than %v: ask for less", limit)
	return func(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
		if graphql.GetOperationContext(ctx).Operation.Operation == ast.Subscription {
			return next(ctx)
		}
		ctx, cancel := context.WithTimeoutCause(ctx, limit, late)
		responses := next(ctx)
		return func(ctx context.Context) *graphql.Response {
			defer cancel()
			resp := responses(ctx)
			if resp == nil && apperr.From(context.Cause(ctx)) == late {
				return &graphql.Response{Errors: gqlerror.List{coded(&gqlerror.Error{}, late.Code, late.Message, "")}}
			}
			return resp
		}
	}
}
