package template

import (
	"fmt"
	"math"
	"slices"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

func listFunctions() map[string]function {
	end := func(first bool) func(*run, []any) (any, error) {
		return func(_ *run, args []any) (any, error) {
			list, err := want[[]any](args[0], "a list")
			switch {
			case err != nil || len(list) == 0:
				return nil, err
			case first:
				return list[0], nil
			}
			return list[len(list)-1], nil
		}
	}
	return map[string]function{
		"first":   {usage: "first(list)", least: 1, most: 1, apply: end(true)},
		"last":    {usage: "last(list)", least: 1, most: 1, apply: end(false)},
		"reverse": {usage: "reverse(list)", least: 1, most: 1, apply: reverse},
		"concat":  {usage: "concat(list, list)", least: 1, most: 10, apply: concat},
		"uniq":    {usage: "uniq(list)", least: 1, most: 1, apply: uniq},
		"keys":    {usage: "keys(object)", least: 1, most: 1, apply: keys},
		"values":  {usage: "values(object)", least: 1, most: 1, apply: values},
		"min":     {usage: "min(number, number)", least: 1, most: 10, apply: extreme(-1)},
		"max":     {usage: "max(number, number)", least: 1, most: 10, apply: extreme(1)},
		"round":   {usage: "round(number)", least: 1, most: 1, apply: round},
	}
}

func walkFunctions() map[string]function {
	return map[string]function{
		"map":    {usage: "map(list, expression)", least: 2, most: 2, walk: mapped},
		"filter": {usage: "filter(list, expression)", least: 2, most: 2, walk: filtered},
		"find":   {usage: "find(list, expression)", least: 2, most: 2, walk: found},
		"count":  {usage: "count(list, expression)", least: 2, most: 2, walk: counted},
		"all":    {usage: "all(list, expression)", least: 2, most: 2, walk: until(false, false)},
		"any":    {usage: "any(list, expression)", least: 2, most: 2, walk: until(true, true)},
		"none":   {usage: "none(list, expression)", least: 2, most: 2, walk: until(true, false)},
		"sum":    {usage: "sum(list) or sum(list, expression)", least: 1, most: 2, walk: sum},
	}
}

// goThrough calls a function that evaluates its second argument for each element
// of the first.
func (r *run) goThrough(n ast.Node, f function, nodes []ast.Node) (any, error) {
	v, err := r.eval(nodes[0])
	if err != nil {
		return nil, err
	}
	list, ok := v.([]any)
	if !ok {
		return nil, at(nodes[0], "a list is wanted, and this is %s", kind(v))
	}
	each := func(i item) (any, error) { return i.value, r.spend(1) }
	if len(nodes) == 2 {
		predicate, ok := nodes[1].(*ast.PredicateNode)
		if !ok {
			return nil, at(n, "write %s", f.usage)
		}
		each = func(i item) (any, error) {
			r.items = append(r.items, i)
			v, err := r.eval(predicate.Node)
			r.items = r.items[:len(r.items)-1]
			return v, err
		}
	}
	v, err = f.walk(r, list, each)
	if err != nil {
		if _, ok := err.(*fault); ok { //nolint:errorlint // faults are made here and never wrapped
			return nil, err
		}
		return nil, at(n, "%v", err)
	}
	return v, nil
}

func mapped(_ *run, list []any, each func(item) (any, error)) (any, error) {
	out := make([]any, 0, len(list))
	for i, v := range list {
		made, err := each(item{v, i})
		if err != nil {
			return nil, err
		}
		out = append(out, made)
	}
	return out, nil
}

// decided goes through a list until yes, told for each element, returns false.
func decided(list []any, each func(item) (any, error), next func(v any, yes bool) bool) error {
	for i, v := range list {
		answer, err := each(item{v, i})
		if err != nil {
			return err
		}
		yes, ok := answer.(bool)
		if !ok {
			return fmt.Errorf("the expression has to be true or false, and is %s", kind(answer))
		}
		if !next(v, yes) {
			return nil
		}
	}
	return nil
}

func filtered(_ *run, list []any, each func(item) (any, error)) (any, error) {
	out := []any{}
	err := decided(list, each, func(v any, yes bool) bool {
		if yes {
			out = append(out, v)
		}
		return true
	})
	return out, err
}

// found is the first element for which the expression is true; null where there is
// none.
func found(_ *run, list []any, each func(item) (any, error)) (any, error) {
	var first any
	err := decided(list, each, func(v any, yes bool) bool {
		if yes {
			first = v
		}
		return !yes
	})
	return first, err
}

func counted(_ *run, list []any, each func(item) (any, error)) (any, error) {
	var n int64
	err := decided(list, each, func(_ any, yes bool) bool {
		if yes {
			n++
		}
		return true
	})
	return n, err
}

// until looks for an element whose answer is the one given, and returns what it is
// to be when there is one.
func until(answer, result bool) func(*run, []any, func(item) (any, error)) (any, error) {
	return func(_ *run, list []any, each func(item) (any, error)) (any, error) {
		met := false
		err := decided(list, each, func(_ any, yes bool) bool {
			met = yes == answer
			return !met
		})
		return met == result, err
	}
}

func sum(r *run, list []any, each func(item) (any, error)) (any, error) {
	var total any = int64(0)
	plus := &ast.BinaryNode{Operator: "+"}
	for i, v := range list {
		n, err := each(item{v, i})
		if err != nil {
			return nil, err
		}
		if _, _, _, ok := number(n); !ok {
			return nil, fmt.Errorf("only numbers can be added, and this is %s", kind(n))
		}
		if total, err = r.arithmetic(plus, total, n); err != nil {
			return nil, err
		}
	}
	return total, nil
}

// length of a text is in characters.
func length(_ *run, args []any) (any, error) {
	switch v := args[0].(type) {
	case string:
		return int64(utf8.RuneCountInString(v)), nil
	case []any:
		return int64(len(v)), nil
	case *object:
		return int64(len(v.keys)), nil
	}
	return nil, fmt.Errorf("a text, a list or an object is wanted, and this is %s", kind(args[0]))
}

func reverse(_ *run, args []any) (any, error) {
	list, err := want[[]any](args[0], "a list")
	out := slices.Clone(list)
	slices.Reverse(out)
	return out, err
}

func concat(_ *run, args []any) (any, error) {
	out := []any{}
	for _, v := range args {
		list, err := want[[]any](v, "a list")
		if err != nil {
			return nil, err
		}
		out = append(out, list...)
	}
	return out, nil
}

// uniq keeps the first of those that are equal.
func uniq(r *run, args []any) (any, error) {
	list, err := want[[]any](args[0], "a list")
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, v := range list {
		known := false
		for _, u := range out {
			if known, err = r.equal(u, v); known || err != nil {
				break
			}
		}
		if err != nil {
			return nil, err
		}
		if !known {
			out = append(out, v)
		}
	}
	return out, nil
}

func keys(_ *run, args []any) (any, error) {
	o, err := want[*object](args[0], "an object")
	if err != nil {
		return nil, err
	}
	out := make([]any, len(o.keys))
	for i, key := range o.keys {
		out[i] = key
	}
	return out, nil
}

func values(_ *run, args []any) (any, error) {
	o, err := want[*object](args[0], "an object")
	if err != nil {
		return nil, err
	}
	out := make([]any, len(o.keys))
	for i, key := range o.keys {
		out[i] = o.values[key]
	}
	return out, nil
}

// extreme is the smallest or the largest of several numbers.
func extreme(sign int) func(*run, []any) (any, error) {
	return func(_ *run, args []any) (any, error) {
		best := args[0]
		for _, v := range args {
			x, _, _, ok := number(v)
			if !ok {
				return nil, fmt.Errorf("numbers are wanted, and this is %s", kind(v))
			}
			if y, _, _, _ := number(best); compare(x, y) == sign {
				best = v
			}
		}
		return best, nil
	}
}

func round(_ *run, args []any) (any, error) {
	f, i, whole, ok := number(args[0])
	switch {
	case !ok:
		return nil, fmt.Errorf("a number is wanted, and this is %s", kind(args[0]))
	case whole:
		return i, nil
	}
	f = math.Round(f)
	if f >= 1<<63 || f < -1<<63 {
		return f, nil
	}
	return int64(f), nil
}
