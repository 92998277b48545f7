package gqlhttp

import (
	"context"
	"errors"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// operation is a GraphQL request that parsed and validated, to be run once.
type operation struct {
	ctx  context.Context
	exec graphql.GraphExecutor
	oc   *graphql.OperationContext
}

// prepare parses and validates a request. One that cannot be run comes back
// as the response that says why.
func prepare(ctx context.Context, exec graphql.GraphExecutor, params *graphql.RawParams) (op *operation, refused *graphql.Response) {
	defer func() {
		if cause := recover(); cause != nil {
			op, refused = nil, panicked(ctx, exec, cause)
		}
	}()
	oc, errs := exec.CreateOperationContext(ctx, params)
	if len(errs) == 0 && usesDefer(oc) {
		err := gqlerror.Errorf("@defer is not supported")
		errcode.Set(err, errcode.ValidationFailed)
		errs = gqlerror.List{err}
	}
	if len(errs) > 0 {
		refused = exec.DispatchError(graphql.WithOperationContext(ctx, oc), errs)
		if refused == nil { // an interceptor swallowed it
			refused = &graphql.Response{Errors: errs}
		}
		return nil, refused
	}
	return &operation{ctx: ctx, exec: exec, oc: oc}, nil
}

func (op *operation) kind() ast.Operation { return op.oc.Operation.Operation }

// begin starts an execution, which calls the resolvers of the root. It ends with
// ctx. An operation has one for its subscriber, and those of the groups that go
// on when he has left: these have what its resolver has offered, and do not ask it
// again, which might answer otherwise by then. offered is nil for the first.
func (op *operation) begin(ctx context.Context, offered func(context.Context) any) (x *execution) {
	x = &execution{op: op, ctx: ctx}
	defer func() {
		if cause := recover(); cause != nil {
			broken := panicked(graphql.WithOperationContext(ctx, op.oc), op.exec, cause)
			x.responses = graphql.OneShot(broken)
		}
	}()
	// What an execution notes down is its own.
	oc := &graphql.OperationContext{
		RawQuery: op.oc.RawQuery, Variables: op.oc.Variables, OperationName: op.oc.OperationName,
		Doc: op.oc.Doc, Extensions: op.oc.Extensions, Headers: op.oc.Headers, Operation: op.oc.Operation,
		DisableIntrospection: op.oc.DisableIntrospection, RecoverFunc: op.oc.RecoverFunc,
		ResolverMiddleware: op.oc.ResolverMiddleware, RootResolverMiddleware: op.oc.RootResolverMiddleware,
		Stats: op.oc.Stats,
	}
	if offered != nil {
		oc.ResolverMiddleware = inPlaceOfRoot(offered, oc.ResolverMiddleware)
	}
	x.responses, x.ctx = op.exec.DispatchOperation(context.WithValue(ctx, offerKey{}, &x.offer), oc)
	return x
}

// inPlaceOfRoot answers the first field that is resolved, which is a subscription's
// only one at the root.
func inPlaceOfRoot(offered func(context.Context) any, others graphql.FieldMiddleware) graphql.FieldMiddleware {
	root := true
	return func(ctx context.Context, next graphql.Resolver) (any, error) {
		if root {
			root = false
			return offered(ctx), nil
		}
		return others(ctx, next)
	}
}

// run executes the operation and gives each response to emit. It returns true
// when the operation came to its own end: a query or mutation after its one
// response, a subscription when its resolver ended it, either after a response
// without data. It returns false when its context ended or emit wanted no more.
func (op *operation) run(emit func(*graphql.Response) bool) (finished bool) {
	return op.begin(op.ctx, nil).run(emit)
}

// panicked turns a panic into the response that the executor's recover
// function and error presenter make of it; the cause goes to their log.
func panicked(ctx context.Context, exec graphql.GraphExecutor, cause any) *graphql.Response {
	presenter, ok := exec.(interface {
		PresentRecoveredError(ctx context.Context, cause any) error
	})
	if ok {
		err, ok := errors.AsType[*gqlerror.Error](presenter.PresentRecoveredError(ctx, cause))
		if ok && err != nil {
			return &graphql.Response{Errors: gqlerror.List{err}}
		}
	}
	return &graphql.Response{Errors: gqlerror.List{coded(codeInternal, "internal error")}}
}

func usesDefer(oc *graphql.OperationContext) bool {
	if !strings.Contains(oc.RawQuery, "defer") {
		return false
	}
	for _, op := range oc.Doc.Operations {
		if anyDeferred(op.SelectionSet) {
			return true
		}
	}
	for _, fragment := range oc.Doc.Fragments {
		if anyDeferred(fragment.SelectionSet) {
			return true
		}
	}
	return false
}

func anyDeferred(set ast.SelectionSet) bool {
	for _, selection := range set {
		var directives ast.DirectiveList
		var inner ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			inner = s.SelectionSet
		case *ast.InlineFragment:
			directives, inner = s.Directives, s.SelectionSet
		case *ast.FragmentSpread:
			directives = s.Directives
		}
		if directives.ForName("defer") != nil || anyDeferred(inner) {
			return true
		}
	}
	return false
}
