package template

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// function is one of the language.
type function struct {
	usage       string
	least, most int // arguments
	// One of the two: it takes values, or goes through a list with an expression.
	apply func(r *run, args []any) (any, error)
	walk  func(r *run, list []any, each func(item) (any, error)) (any, error)
}

// functions are all that templates can call.
func functions() map[string]function {
	all := map[string]function{
		"string":  {usage: "string(value)", least: 1, most: 1, apply: toText},
		"int":     {usage: "int(value)", least: 1, most: 1, apply: toInt},
		"float":   {usage: "float(value)", least: 1, most: 1, apply: toFloat},
		"toJSON":  {usage: "toJSON(value)", least: 1, most: 1, apply: toJSON},
		"len":     {usage: "len(text, list or object)", least: 1, most: 1, apply: length},
		"upper":   {usage: "upper(text)", least: 1, most: 1, apply: ofText(strings.ToUpper)},
		"lower":   {usage: "lower(text)", least: 1, most: 1, apply: ofText(strings.ToLower)},
		"trim":    {usage: "trim(text)", least: 1, most: 1, apply: ofText(strings.TrimSpace)},
		"split":   {usage: `split(text, "between")`, least: 2, most: 2, apply: split},
		"join":    {usage: `join(list of texts, "between")`, least: 1, most: 2, apply: join},
		"replace": {usage: `replace(text, "old", "new")`, least: 3, most: 3, apply: replace},
	}
	for _, more := range []map[string]function{listFunctions(), walkFunctions(), timeFunctions()} {
		for name, f := range more {
			all[name] = f
		}
	}
	return all
}

// call calls a function. Its arguments' sizes are paid for before.
func (r *run) call(n ast.Node, name string, nodes []ast.Node) (any, error) {
	f := r.functions[name]
	if f.walk != nil {
		return r.goThrough(n, f, nodes)
	}
	args, err := r.evalAll(nodes)
	if err != nil {
		return nil, err
	}
	for _, v := range args {
		if err := r.spend(size(v)); err != nil {
			return nil, at(n, "%v", err)
		}
	}
	v, err := f.apply(r, args)
	if err != nil {
		return nil, at(n, "%s: %v", name, err)
	}
	return v, nil
}

// size is what looking at a value costs.
func size(v any) int {
	switch v := v.(type) {
	case string:
		return bytes32(len(v))
	case []any:
		return len(v)
	case *object:
		return len(v.keys)
	}
	return 0
}

// want returns an argument of a kind, or says what is wanted.
func want[T any](v any, words string) (T, error) {
	t, ok := v.(T)
	if !ok {
		return t, fmt.Errorf("%s is wanted, and this is %s", words, kind(v))
	}
	return t, nil
}

func texts(args []any) ([]string, error) {
	out := make([]string, len(args))
	for i, v := range args {
		s, err := want[string](v, "a text")
		if err != nil {
			return nil, err
		}
		out[i] = s
	}
	return out, nil
}

func ofText(f func(string) string) func(*run, []any) (any, error) {
	return func(_ *run, args []any) (any, error) {
		s, err := want[string](args[0], "a text")
		if err != nil {
			return nil, err
		}
		return f(s), nil
	}
}

// toText is a value as it stands in a text.
func toText(r *run, args []any) (any, error) {
	if s, ok := args[0].(string); ok {
		return s, nil
	}
	w := newWriter()
	if err := w.text(args[0]); err != nil {
		return nil, fmt.Errorf("the text %w", err)
	}
	return string(w.bytes()), r.spend(bytes32(w.buf.Len()))
}

func toJSON(r *run, args []any) (any, error) {
	w := newWriter()
	if err := w.value(args[0]); err != nil {
		return nil, fmt.Errorf("the text %w", err)
	}
	return string(w.bytes()), r.spend(bytes32(w.buf.Len()))
}

func toInt(_ *run, args []any) (any, error) {
	if s, ok := args[0].(string); ok {
		i, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%s is no whole number", shown(s))
		}
		return i, nil
	}
	f, i, whole, ok := number(args[0])
	switch {
	case !ok:
		return nil, fmt.Errorf("a number or a text is wanted, and this is %s", kind(args[0]))
	case whole:
		return i, nil
	case f >= 1<<63 || f < -1<<63:
		return nil, fmt.Errorf("the number is too large")
	}
	return int64(f), nil
}

func toFloat(_ *run, args []any) (any, error) {
	if s, ok := args[0].(string); ok {
		f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
		if err != nil || f-f != 0 {
			return nil, fmt.Errorf("%s is no number", shown(s))
		}
		return f, nil
	}
	f, _, _, ok := number(args[0])
	if !ok {
		return nil, fmt.Errorf("a number or a text is wanted, and this is %s", kind(args[0]))
	}
	return f, nil
}

func split(r *run, args []any) (any, error) {
	s, err := texts(args)
	if err != nil {
		return nil, err
	}
	if err := r.spend(strings.Count(s[0], s[1])); err != nil {
		return nil, err
	}
	parts := strings.Split(s[0], s[1])
	list := make([]any, len(parts))
	for i, p := range parts {
		list[i] = p
	}
	return list, nil
}

func join(r *run, args []any) (any, error) {
	list, err := want[[]any](args[0], "a list")
	if err != nil {
		return nil, err
	}
	between := ""
	if len(args) == 2 {
		if between, err = want[string](args[1], "a text"); err != nil {
			return nil, err
		}
	}
	parts, err := texts(list)
	if err != nil {
		return nil, fmt.Errorf("of the list, %w", err)
	}
	total := len(between) * max(len(parts)-1, 0)
	for _, p := range parts {
		total += len(p)
	}
	if total > MaxOutput {
		return nil, fmt.Errorf("the text is longer than %d bytes", MaxOutput)
	}
	return strings.Join(parts, between), r.spend(bytes32(total))
}

func replace(r *run, args []any) (any, error) {
	s, err := texts(args)
	if err != nil {
		return nil, err
	}
	if s[1] == "" {
		return nil, fmt.Errorf("the text that is replaced is empty")
	}
	n := strings.Count(s[0], s[1])
	total := len(s[0]) + n*(len(s[2])-len(s[1]))
	if total > max(MaxOutput, len(s[0])) {
		return nil, fmt.Errorf("the text is longer than %d bytes", MaxOutput)
	}
	return strings.ReplaceAll(s[0], s[1], s[2]), r.spend(n + bytes32(total))
}
