package template

import (
	"fmt"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// evalMember takes a key out of an object or an element out of a list. What is not
// there is an error, unless ?. asks for it.
func (r *run) evalMember(n *ast.MemberNode) (any, error) {
	of, err := r.eval(n.Node)
	if err != nil {
		return nil, err
	}
	if _, gone := of.(absent); gone || (of == nil && n.Optional) {
		return absent{}, nil
	}
	key, err := r.eval(n.Property)
	if err != nil {
		return nil, err
	}
	switch of := of.(type) {
	case *object:
		name, ok := key.(string)
		if !ok {
			return nil, at(n, "a key is a text, and this is %s", kind(key))
		}
		if v, ok := of.get(name); ok {
			return v, nil
		}
		if n.Optional {
			return absent{}, nil
		}
		return nil, at(n, "there is no %s here: where that may be, write ?.%s", shown(name), name)
	case []any:
		i, ok := key.(int64)
		if !ok {
			return nil, at(n, "the place in a list is a whole number, and this is %s", kind(key))
		}
		if i < 0 {
			i += int64(len(of))
		}
		if i >= 0 && i < int64(len(of)) {
			return of[i], nil
		}
		if n.Optional {
			return absent{}, nil
		}
		return nil, at(n, "the list has %d elements, and not this one: where that may be, write ?.[…]", len(of))
	case nil:
		return nil, at(n, "what stands before is null: where that may be, write ?. behind it")
	}
	return nil, at(n, "what stands before is %s, which has no parts", kind(of))
}

// evalSlice cuts a list, or a text by characters. Bounds beyond the ends are the
// ends.
func (r *run) evalSlice(n *ast.SliceNode) (any, error) {
	of, err := r.eval(n.Node)
	if err != nil {
		return nil, err
	}
	switch of := of.(type) {
	case []any:
		from, to, err := r.bounds(n, len(of))
		if err != nil {
			return nil, err
		}
		return of[from:to:to], nil
	case string:
		return r.cut(n, of)
	}
	return nil, at(n, "a list or a text can be cut, and this is %s", kind(of))
}

func (r *run) cut(n *ast.SliceNode, s string) (any, error) {
	if err := r.spend(bytes32(len(s))); err != nil {
		return nil, at(n, "%v", err)
	}
	from, to, err := r.bounds(n, utf8.RuneCountInString(s))
	if err != nil {
		return nil, err
	}
	chars, begin, end := 0, len(s), len(s)
	for i := range s {
		if chars == from {
			begin = i
		}
		if chars == to {
			end = i
			break
		}
		chars++
	}
	return s[min(begin, end):end], nil
}

func (r *run) bounds(n *ast.SliceNode, length int) (from, to int, err error) {
	if from, err = r.bound(n.From, 0, length); err != nil {
		return 0, 0, err
	}
	if to, err = r.bound(n.To, length, length); err != nil {
		return 0, 0, err
	}
	return min(from, to), to, nil
}

// bound is one end of a slice; negative ones count from the end.
func (r *run) bound(n ast.Node, otherwise, length int) (int, error) {
	if n == nil {
		return otherwise, nil
	}
	v, err := r.eval(n)
	if err != nil {
		return 0, err
	}
	i, ok := v.(int64)
	if !ok {
		return 0, &fault{n.Location().From, fmt.Sprintf("this has to be a whole number, and is %s", kind(v))}
	}
	if i < 0 {
		i += int64(length)
	}
	return int(min(max(i, 0), int64(length))), nil
}
