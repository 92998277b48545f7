package graph

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/apperr"
	"slotcast/internal/viewer"
)

// The bounds of an operation's variables. A statement takes 32,766 parameters
// on SQLite, and each level of a filter is one of its expression.
const (
	maxValues = 20_000
	maxDepth  = 32
)

// known refuses an operation without a viewer before any work is done for it.
type known struct{}

// ExtensionName implements graphql.HandlerExtension.
func (known) ExtensionName() string { return "Known" }

// Validate implements graphql.HandlerExtension.
func (known) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator. It
// changes nothing.
func (known) MutateOperationParameters(ctx context.Context, _ *graphql.RawParams) *gqlerror.Error {
	if _, ok := viewer.From(ctx); ok {
		return nil
	}
	return refusal(&gqlerror.Error{}, noToken())
}

// bounds refuses variables that no operation needs and that the databases
// cannot take: too many, nested too deep, or with a NUL in them.
type bounds struct{}

// ExtensionName implements graphql.HandlerExtension.
func (bounds) ExtensionName() string { return "Bounds" }

// Validate implements graphql.HandlerExtension.
func (bounds) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationParameters implements graphql.OperationParameterMutator. It
// changes nothing.
func (bounds) MutateOperationParameters(_ context.Context, p *graphql.RawParams) *gqlerror.Error {
	if strings.Contains(p.Query, `\u0000`) {
		return coded(&gqlerror.Error{}, apperr.BadUserInput, noNUL, "")
	}
	left := maxValues
	for name, v := range p.Variables {
		if err := bound(name, v, maxDepth, &left); err != nil {
			field := err.Field
			if _, rest, nested := strings.Cut(field, "."); nested {
				field = rest
			}
			return coded(&gqlerror.Error{}, err.Code, err.Message, field)
		}
	}
	return nil
}

const noNUL = "text with a NUL character cannot be kept"

// bound looks at one value and those inside it, and names the offending one by
// its path.
func bound(path string, v any, depth int, left *int) *apperr.Error {
	*left--
	switch {
	case *left < 0:
		return apperr.New(apperr.LimitExceeded, "the variables hold more than %d values: send less at once", maxValues)
	case depth < 0:
		return apperr.New(apperr.LimitExceeded, "the variables are nested more than %d levels deep", maxDepth)
	}
	switch v := v.(type) {
	case string:
		if strings.ContainsRune(v, 0) {
			return apperr.BadInput(path, noNUL)
		}
	case []any:
		for i, inner := range v {
			if err := bound(fmt.Sprintf("%s.%d", path, i), inner, depth-1, left); err != nil {
				return err
			}
		}
	case map[string]any:
		for name, inner := range v {
			if strings.ContainsRune(name, 0) {
				return apperr.BadInput(path, noNUL)
			}
			if err := bound(path+"."+name, inner, depth-1, left); err != nil {
				return err
			}
		}
	}
	return nil
}
