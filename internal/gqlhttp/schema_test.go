package gqlhttp_test

import (
	"context"
	"errors"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

var sdl = gqlparser.MustLoadSchema(&ast.Source{Input: `
	type Query { name: String! find(id: Int!): String! nullable: String bubbled: String! spaced: String forbidden: String panics: String wait: String }
	type Mutation { rename: String! }
	type Subscription { ticks: Int! flood: String! refused: Int! panics: Int! lastly: Int! news(after: Int, of: String, only: Int): String! }
`})

// Schema, Complexity and Exec make the fixture a graphql.ExecutableSchema.
func (f *fixture) Schema() *ast.Schema { return sdl }

func (f *fixture) Complexity(context.Context, string, string, int, map[string]any) (int, bool) {
	return 1, true
}

func (f *fixture) Exec(ctx context.Context) graphql.ResponseHandler {
	field := graphql.GetOperationContext(ctx).Operation.SelectionSet[0].(*ast.Field).Name
	respond := func(data string) graphql.ResponseHandler {
		return graphql.OneShot(&graphql.Response{Data: []byte(data)})
	}
	switch field {
	case "nullable":
		return once(func(ctx context.Context) *graphql.Response {
			graphql.AddErrorf(ctx, "no value")
			return &graphql.Response{Data: []byte(`{"nullable":null}`)}
		})
	case "bubbled":
		return once(func(ctx context.Context) *graphql.Response {
			graphql.AddErrorf(ctx, "no value")
			return &graphql.Response{Data: []byte(`null`)}
		})
	case "spaced":
		return respond("{\"spaced\":\r\n\"a\\nb\"\n}")
	case "forbidden":
		return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{{
			Message: "not yours", Extensions: map[string]any{"code": "FORBIDDEN", "unwritable": func() {}},
		}}})
	case "panics":
		return func(context.Context) *graphql.Response { panic("boom") }
	case "refused":
		graphql.AddError(ctx, errors.New("cursor expired"))
		return nil
	case "lastly":
		return respond(`{"lastly":1}`)
	case "news":
		return f.offering(ctx)
	case "ticks", "flood", "wait":
		context.AfterFunc(ctx, func() { f.released <- field })
		return f.waiting(field)
	}
	return respond(`{"` + field + `":"it"}`)
}

// waiting is the field that the test controls, or that never ends.
func (f *fixture) waiting(field string) graphql.ResponseHandler {
	f.started <- field
	return func(ctx context.Context) *graphql.Response {
		if field == "flood" {
			return &graphql.Response{Data: []byte(`{"flood":"` + strings.Repeat("x", 1<<16) + `"}`)}
		}
		ticks := f.ticks
		if field == "wait" {
			ticks = nil
		}
		select {
		case data, more := <-ticks:
			if !more {
				return nil
			}
			return &graphql.Response{Data: []byte(data)}
		case <-ctx.Done():
			return nil
		}
	}
}

func once(respond func(context.Context) *graphql.Response) graphql.ResponseHandler {
	done := false
	return func(ctx context.Context) *graphql.Response {
		if done {
			return nil
		}
		done = true
		return respond(ctx)
	}
}
