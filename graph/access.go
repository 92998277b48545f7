package graph

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// access decides about every operation before anything of it runs: an agent's
// token must be for each field of the root that it asks for, and a visitor may
// name nothing but what is open to his kind, at any depth. What rows a field then
// shows is up to the data layer; see package policy.
type access struct {
	roots map[string]rule
	open  map[string]bool // fields that visitors may ask for, as Meeting.start
}

// rule says who may ask for a field of the root. Agents may, with a token that
// is for the scope, unless the rule is for others only.
type rule struct {
	scope    domain.TokenScope // empty: any token
	visitors []viewer.Kind
	closed   bool // to agents
}

// newAccess returns the decisions, or an error that names the fields of the root
// for which there is none.
func newAccess(schema *ast.Schema) (*access, error) {
	a := &access{roots: roots(), open: map[string]bool{}}
	for object, fields := range visitors() {
		for name := range strings.FieldsSeq(fields) {
			a.open[object+"."+name] = true
		}
	}
	var undecided []string
	for _, root := range []*ast.Definition{schema.Query, schema.Mutation, schema.Subscription} {
		for _, f := range root.Fields {
			if _, ok := a.roots[root.Name+"."+f.Name]; !ok && !strings.HasPrefix(f.Name, "__") {
				undecided = append(undecided, root.Name+"."+f.Name)
			}
		}
	}
	if len(undecided) > 0 {
		return nil, fmt.Errorf("nobody has decided who may ask for %v", undecided)
	}
	return a, nil
}

// guard is the decision on one operation.
func (a *access) guard(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	v, ok := viewer.From(ctx)
	if !ok {
		return refused(noToken())
	}
	op := graphql.GetOperationContext(ctx)
	if err := a.judge(v, op.Operation); err != nil {
		return refused(err)
	}
	return next(ctx)
}

func noToken() *apperr.Error {
	return apperr.New(apperr.Unauthenticated, "a token is needed: send the header Authorization: Bearer <token>")
}

func refused(err *apperr.Error) graphql.ResponseHandler {
	return graphql.OneShot(&graphql.Response{Errors: gqlerror.List{refusal(&gqlerror.Error{}, err)}})
}

func (a *access) judge(v viewer.Viewer, op *ast.OperationDefinition) *apperr.Error {
	w := &walk{seen: map[*ast.FragmentDefinition]bool{}}
	root := ""
	w.root = func(f *ast.Field) *apperr.Error {
		if strings.HasPrefix(f.Name, "__") {
			return nil
		}
		root = f.ObjectDefinition.Name + "." + f.Name
		return a.roots[root].admits(v, root)
	}
	if v.Kind == viewer.Page || v.Kind == viewer.Attendee { // the invited reach nothing but themselves
		w.inner = func(f *ast.Field) *apperr.Error {
			if name := f.ObjectDefinition.Name + "." + f.Name; !a.open[name] && !strings.HasPrefix(name, "__") && f.Name != "__typename" {
				return apperr.New(apperr.Forbidden, "%s is not shown to booking pages and attendees: leave it out, or use an access token", name)
			}
			return nil
		}
	}
	return w.set(op.SelectionSet, true)
}

func (r rule) admits(v viewer.Viewer, name string) *apperr.Error {
	for _, kind := range r.visitors {
		if kind == v.Kind {
			return nil
		}
	}
	switch {
	case v.Kind != viewer.Agent:
		return apperr.New(apperr.Forbidden, "%s is not for booking pages and attendees: use an access token", name)
	case r.closed:
		return apperr.New(apperr.Forbidden, "%s is not for access tokens", name)
	case r.scope != "" && !v.Scopes.Has(r.scope):
		return apperr.New(apperr.Forbidden, "the token lacks the scope %s, which %s needs", r.scope, name)
	}
	return nil
}

// walk looks at each field of an operation once, at those of a fragment when it
// is first spread: at the root, and then at others, for which inner may be nil.
type walk struct {
	root, inner func(*ast.Field) *apperr.Error
	seen        map[*ast.FragmentDefinition]bool
}

func (w *walk) set(selections ast.SelectionSet, atRoot bool) *apperr.Error {
	for _, selection := range selections {
		if err := w.selection(selection, atRoot); err != nil {
			return err
		}
	}
	return nil
}

func (w *walk) selection(selection ast.Selection, atRoot bool) *apperr.Error {
	switch s := selection.(type) {
	case *ast.Field:
		judge := w.inner
		if atRoot {
			judge = w.root
		}
		if judge != nil {
			if err := judge(s); err != nil {
				return err
			}
		}
		if w.inner == nil {
			return nil
		}
		return w.set(s.SelectionSet, false)
	case *ast.InlineFragment:
		return w.set(s.SelectionSet, atRoot)
	case *ast.FragmentSpread:
		if w.seen[s.Definition] {
			return nil
		}
		w.seen[s.Definition] = true
		return w.set(s.Definition.SelectionSet, atRoot)
	}
	return nil
}
