package template

import (
	"fmt"
	"regexp"
	"regexp/syntax"

	"github.com/expr-lang/expr/ast"
)

const (
	maxPattern = 1000 // bytes of a pattern behind matches
	maxStates  = 500  // of its automaton, about: {1000} writes many in few bytes
)

// pattern is a regular expression with what a byte of text costs it.
type pattern struct {
	*regexp.Regexp
	states int
}

func compilePattern(n ast.Node) (pattern, error) {
	literal, ok := n.(*ast.StringNode)
	if !ok || len(literal.Value) > maxPattern {
		return pattern{}, at(n, "behind matches stands a pattern in quotes, of at most %d bytes", maxPattern)
	}
	tree, err := syntax.Parse(literal.Value, syntax.Perl)
	if err != nil {
		return pattern{}, at(n, "%v", err)
	}
	states := statesOf(tree)
	if states > maxStates {
		return pattern{}, at(n, "the pattern repeats too much")
	}
	compiled, err := regexp.Compile(literal.Value)
	if err != nil {
		return pattern{}, &fault{n.Location().From, fmt.Sprint(err)}
	}
	return pattern{compiled, states}, nil
}

// statesOf estimates an automaton before it is made.
func statesOf(re *syntax.Regexp) int {
	n := 1 + len(re.Rune)
	for _, sub := range re.Sub {
		n += statesOf(sub)
	}
	if re.Op == syntax.OpRepeat {
		n *= max(re.Min, re.Max, 1)
	}
	return min(n, maxStates+1)
}
