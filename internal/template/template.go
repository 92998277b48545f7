package template

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
)

// What a template and its results are bounded by.
const (
	MaxText   = 20_000    // bytes of a template
	MaxOutput = 256 << 10 // bytes of a body, and of each text on the way to it

	maxDepth  = 50      // of documents and expressions
	maxNames  = 50      // that let declares around each other: they are looked up one by one
	maxNodes  = 3_000   // of all expressions of a template
	maxBudget = 200_000 // units; see run.spend
)

// Template makes bodies. It is safe for concurrent use.
type Template struct {
	source
	root      any
	variables map[string]bool
	functions map[string]function
	patterns  map[ast.Node]pattern
}

// compiler makes a template.
type compiler struct {
	*Template
	config *conf.Config
	nodes  int
}

// Compile reads a template over bodies that have no other keys at their top than
// the given variables. What is wrong with it is an *Error.
func Compile(text string, variables ...string) (*Template, error) {
	if len(text) > MaxText {
		return nil, &Error{Line: 1, Column: 1, Words: fmt.Sprintf("a template has at most %d bytes", MaxText)}
	}
	for i, r := range text {
		if _, size := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && size == 1 {
			return nil, errorAt(text, i, "the template is not UTF-8")
		}
	}
	t := &Template{
		source: source{text}, variables: map[string]bool{}, functions: functions(), patterns: map[ast.Node]pattern{},
	}
	for _, name := range variables {
		t.variables[name] = true
	}
	var err error
	t.root, err = (&compiler{Template: t, config: language()}).readDocument()
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Execute makes a body of a body. What the template cannot be made of is an
// *Error; the same body fails the same way again.
func (t *Template) Execute(body []byte) ([]byte, error) {
	input, err := decode(body)
	if err != nil {
		return nil, fmt.Errorf("reading the body that the template is over: %w", err)
	}
	variables, ok := input.(*object)
	if !ok {
		return nil, errors.New("the body that the template is over is no object")
	}
	r := &run{Template: t, variables: variables, left: maxBudget}
	v, err := r.fill(t.root)
	if err != nil {
		return nil, err
	}
	w := newWriter()
	if err := w.value(v); err != nil {
		return nil, errorAt(t.text, 0, "what the template makes "+err.Error())
	}
	return w.bytes(), nil
}

// fill makes the value of a node of the document.
func (r *run) fill(node any) (any, error) {
	switch n := node.(type) {
	case []any:
		list := make([]any, len(n))
		for i, inner := range n {
			v, err := r.fill(inner)
			if err != nil {
				return nil, err
			}
			list[i] = v
		}
		return list, nil
	case *object:
		o := newObject()
		for _, key := range n.keys {
			inner, _ := n.get(key)
			v, err := r.fill(inner)
			if err != nil {
				return nil, err
			}
			o.set(key, v)
		}
		return o, nil
	case *text:
		return r.fillText(n)
	}
	return node, nil
}

func (r *run) fillText(t *text) (any, error) {
	w := newWriter()
	for _, p := range t.parts {
		if p.node == nil {
			w.buf.WriteString(p.plain)
			continue
		}
		r.scope, r.items = nil, nil
		v, err := r.eval(p.node)
		if err == nil && t.alone() {
			return v, nil
		}
		if err == nil {
			if err = w.text(v); err != nil {
				err = &fault{0, "the text " + err.Error()}
			}
		}
		if err != nil {
			return nil, r.located(p.place, err)
		}
	}
	return string(w.bytes()), nil
}
