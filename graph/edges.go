package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"slotcast/ent"
)

// The functions below resolve edges. One that is filled in is taken as it is:
// the meeting comes from an event's snapshot or from a command, and has no
// database behind it. Otherwise a list query has read it along, under the
// field's alias; otherwise it is read now.

// many resolves an edge to several rows.
func many[T any](
	ctx context.Context, filled []*T, named func(alias string) ([]*T, error), query func(context.Context) ([]*T, error),
) ([]*T, error) {
	if filled != nil {
		return filled, nil
	}
	if fc := graphql.GetFieldContext(ctx); fc != nil {
		if rows, err := named(fc.Field.Alias); err == nil {
			return rows, nil
		}
	}
	return query(ctx)
}

// atIndex reports an error about one member of the list that is being resolved.
func atIndex(ctx context.Context, i int, err error) {
	graphql.AddError(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
}

// one resolves an edge to at most one row.
func one[T any](ctx context.Context, filled *T, loaded error, query func(context.Context) (*T, error)) (*T, error) {
	if filled != nil || !ent.IsNotLoaded(loaded) {
		return filled, nil
	}
	return found(query(ctx))
}
