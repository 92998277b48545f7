package template

import (
	"errors"

	"github.com/expr-lang/expr/ast"
)

// run is one execution of a template.
type run struct {
	*Template
	variables *object
	left      int    // of the budget
	scope     *scope // what let has named
	items     []item // of the lists that are gone through, the innermost last
}

type scope struct {
	name  string
	value any
	up    *scope
}

type item struct {
	value any
	index int
}

var errSpent = errors.New("the template takes too much work: shorten the lists and texts that it goes through")

// spend takes units from the budget: one for each step of an expression, each
// element of a list that is looked at, and each 32 bytes of a text. So it bounds
// the time that a run takes, and what it allocates.
func (r *run) spend(units int) error {
	if r.left -= units; r.left < 0 {
		return errSpent
	}
	return nil
}

// bytes32 are the units for a text of n bytes.
func bytes32(n int) int { return n / 32 }

// absent stands for what ?. has not found, up to the end of the chain.
type absent struct{}

// eval returns an expression's value.
func (r *run) eval(node ast.Node) (any, error) {
	if r.spend(1) != nil {
		return nil, at(node, "%v", errSpent)
	}
	switch n := node.(type) {
	case *ast.NilNode:
		return nil, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.IntegerNode:
		return int64(n.Value), nil
	case *ast.FloatNode:
		return n.Value, nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.IdentifierNode:
		return r.named(n.Value), nil
	case *ast.PointerNode:
		last := r.items[len(r.items)-1]
		if n.Name == "index" {
			return int64(last.index), nil
		}
		return last.value, nil
	case *ast.ArrayNode:
		return r.evalAll(n.Nodes)
	case *ast.MapNode:
		return r.evalMap(n)
	case *ast.UnaryNode:
		return r.evalUnary(n)
	case *ast.BinaryNode:
		return r.evalBinary(n)
	case *ast.ChainNode:
		v, err := r.eval(n.Node)
		if _, ok := v.(absent); ok {
			v = nil
		}
		return v, err
	case *ast.MemberNode:
		return r.evalMember(n)
	case *ast.SliceNode:
		return r.evalSlice(n)
	case *ast.ConditionalNode:
		return r.evalConditional(n)
	case *ast.VariableDeclaratorNode:
		return r.evalLet(n)
	case *ast.BuiltinNode:
		return r.call(n, n.Name, n.Arguments)
	case *ast.CallNode:
		return r.call(n, n.Callee.(*ast.IdentifierNode).Value, n.Arguments) //nolint:forcetypeassert // check has looked
	}
	return nil, at(node, "this is not part of the language")
}

// named is a value that let has named, or one of the body. One that this body has
// not, as a submission has no meeting, is null.
func (r *run) named(name string) any {
	for s := r.scope; s != nil; s = s.up {
		if s.name == name {
			return s.value
		}
	}
	v, _ := r.variables.get(name)
	return v
}

func (r *run) evalAll(nodes []ast.Node) ([]any, error) {
	list := make([]any, len(nodes))
	for i, n := range nodes {
		v, err := r.eval(n)
		if err != nil {
			return nil, err
		}
		list[i] = v
	}
	return list, nil
}

func (r *run) evalMap(n *ast.MapNode) (any, error) {
	o := newObject()
	for _, p := range n.Pairs {
		pair := p.(*ast.PairNode) //nolint:forcetypeassert // the parser puts nothing else there
		key, err := r.eval(pair.Key)
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if !ok {
			return nil, at(pair.Key, "a key is a text, and this is %s", kind(key))
		}
		v, err := r.eval(pair.Value)
		if err != nil {
			return nil, err
		}
		o.set(name, v)
	}
	return o, nil
}

func (r *run) evalLet(n *ast.VariableDeclaratorNode) (any, error) {
	v, err := r.eval(n.Value)
	if err != nil {
		return nil, err
	}
	outer := r.scope
	r.scope = &scope{n.Name, v, outer}
	v, err = r.eval(n.Expr)
	r.scope = outer
	return v, err
}

func (r *run) evalConditional(n *ast.ConditionalNode) (any, error) {
	yes, err := r.truth(n.Cond)
	if err != nil {
		return nil, err
	}
	if yes {
		return r.eval(n.Exp1)
	}
	return r.eval(n.Exp2)
}

// truth is the value of what has to be true or false.
func (r *run) truth(n ast.Node) (bool, error) {
	v, err := r.eval(n)
	if err != nil {
		return false, err
	}
	yes, ok := v.(bool)
	if !ok {
		return false, at(n, "this has to be true or false, and is %s", kind(v))
	}
	return yes, nil
}
