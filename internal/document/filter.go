package document

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// The limits of one filter.
const (
	// maxConditions is how many fields it has: each is a level in SQLite's
	// expressions, which have 1,000 at most.
	maxConditions = 200
	// maxFilter is how many values they may compare with, in all: each takes as
	// long as a field does.
	maxFilter = 5000
)

// longVariables refuses an operation's variables if a filter among them is too
// long. The operation may be nil.
func longVariables(op *ast.OperationDefinition, variables map[string]any) *gqlerror.Error {
	if op == nil {
		return nil
	}
	for _, v := range op.VariableDefinitions {
		if strings.HasSuffix(v.Type.Name(), "WhereInput") {
			given := variables[v.Variable]
			if err := longFilter(countValues(given, fieldsOf), countValues(given, itself)); err != nil {
				return err
			}
		}
	}
	return nil
}

func longFilter(conditions, values int) *gqlerror.Error {
	switch {
	case conditions > maxConditions:
		return over("a filter has %d conditions: at most %d are taken", conditions, maxConditions)
	case values > maxFilter:
		return over("a filter has %d values: at most %d are taken", values, maxFilter)
	}
	return nil
}

func itself(any) int { return 1 }

// fieldsOf counts those of a variable's object.
func fieldsOf(v any) int {
	fields, _ := v.(map[string]any)
	return len(fields)
}

// conditions counts the fields of a filter, those in and, or and not included.
func (w *costWalk) conditions(v *ast.Value) (n int) {
	if v.Kind == ast.Variable {
		return countValues(w.variables[v.Raw], fieldsOf)
	}
	if v.Kind == ast.ObjectValue {
		n = len(v.Children)
	}
	for _, child := range v.Children {
		n = sum(n, w.conditions(child.Value))
	}
	return n
}

// countValues sums what count makes of a variable's value and of those in it.
func countValues(v any, count func(any) int) int {
	n := count(v)
	switch v := v.(type) {
	case []any:
		for _, inner := range v {
			n = sum(n, countValues(inner, count))
		}
	case map[string]any:
		for _, inner := range v {
			n = sum(n, countValues(inner, count))
		}
	}
	return n
}
