package gqlhttp

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"maps"

	"github.com/vektah/gqlparser/v2/ast"

	"slotcast/internal/fanout"
)

// follow is what a subscriber follows whose resolver has offered a stream.
func (x *execution) follow() fanout.Stream {
	s, op, again := x.offer.stream, x.op, x.offer.again
	return fanout.Stream{
		Key: op.key(s), Feed: s.Feed, Own: x,
		Open: func(ctx context.Context) fanout.Encoder { return op.begin(ctx, again) }, // not of x, which is not kept
	}
}

// key is equal for operations that give the same: those of the same text, name,
// variables and share. It is empty where nothing is shared.
func (op *operation) key(s *Stream) string {
	if s.Share == "" {
		return ""
	}
	variables := op.oc.Variables
	if name := op.resumeVariable(s.Resume); name != "" {
		variables = maps.Clone(variables)
		delete(variables, name)
	}
	text, err := json.Marshal([]any{s.Share, op.oc.RawQuery, op.oc.OperationName, variables})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return string(sum[:])
}

// resumeVariable is the variable that is used as the argument which says where to
// begin, and as nothing else. Empty: there is none.
func (op *operation) resumeVariable(argument string) string {
	if argument == "" || len(op.oc.Operation.SelectionSet) != 1 {
		return ""
	}
	field, ok := op.oc.Operation.SelectionSet[0].(*ast.Field)
	if !ok {
		return ""
	}
	arg := field.Arguments.ForName(argument)
	if arg == nil || arg.Value == nil || arg.Value.Kind != ast.Variable {
		return ""
	}
	uses := usesIn(op.oc.Operation.SelectionSet, arg.Value.Raw) + usesInDirectives(op.oc.Operation.Directives, arg.Value.Raw)
	for _, f := range op.oc.Doc.Fragments {
		uses += usesIn(f.SelectionSet, arg.Value.Raw) + usesInDirectives(f.Directives, arg.Value.Raw)
	}
	if uses != 1 {
		return ""
	}
	return arg.Value.Raw
}

// usesIn counts how often a variable is used. Fragments that are spread count
// once, where they are defined.
func usesIn(set ast.SelectionSet, variable string) (n int) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			for _, arg := range s.Arguments {
				n += usesInValue(arg.Value, variable)
			}
			n += usesInDirectives(s.Directives, variable) + usesIn(s.SelectionSet, variable)
		case *ast.InlineFragment:
			n += usesInDirectives(s.Directives, variable) + usesIn(s.SelectionSet, variable)
		case *ast.FragmentSpread:
			n += usesInDirectives(s.Directives, variable)
		}
	}
	return n
}

func usesInDirectives(list ast.DirectiveList, variable string) (n int) {
	for _, d := range list {
		for _, arg := range d.Arguments {
			n += usesInValue(arg.Value, variable)
		}
	}
	return n
}

func usesInValue(v *ast.Value, variable string) (n int) {
	if v == nil {
		return 0
	}
	if v.Kind == ast.Variable && v.Raw == variable {
		n++
	}
	for _, child := range v.Children {
		n += usesInValue(child.Value, variable)
	}
	return n
}
