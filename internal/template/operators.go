package template

import (
	"math"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// operators are those with two sides.
func operators() []string {
	return []string{
		"+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "and", "&&", "or", "||", "??",
		"in", "contains", "startsWith", "endsWith", "matches",
	}
}

func (r *run) evalUnary(n *ast.UnaryNode) (any, error) {
	if n.Operator == "not" || n.Operator == "!" {
		yes, err := r.truth(n.Node)
		return !yes, err
	}
	v, err := r.eval(n.Node)
	if err != nil {
		return nil, err
	}
	f, i, whole, ok := number(v)
	switch {
	case !ok:
		return nil, at(n, "behind %s stands a number, and this is %s", n.Operator, kind(v))
	case n.Operator == "+":
		return v, nil
	case whole && i != math.MinInt64:
		return -i, nil
	}
	return -f, nil
}

func (r *run) evalBinary(n *ast.BinaryNode) (any, error) {
	switch n.Operator {
	case "and", "&&", "or", "||":
		yes, err := r.truth(n.Left)
		if err != nil || yes == (n.Operator == "or" || n.Operator == "||") {
			return yes, err
		}
		return r.truth(n.Right)
	case "??":
		if v, err := r.eval(n.Left); v != nil || err != nil {
			return v, err
		}
		return r.eval(n.Right)
	}
	left, err := r.eval(n.Left)
	if err != nil {
		return nil, err
	}
	right, err := r.eval(n.Right)
	if err != nil {
		return nil, err
	}
	switch n.Operator {
	case "==", "!=":
		same, err := r.equal(left, right)
		if err != nil {
			return nil, at(n, "%v", err)
		}
		return same == (n.Operator == "=="), nil
	case "in":
		return r.in(n, left, right)
	case "contains", "startsWith", "endsWith", "matches":
		return r.compareText(n, left, right)
	case "<", "<=", ">", ">=":
		return r.order(n, left, right)
	}
	return r.arithmetic(n, left, right)
}

// equal compares values deeply. Values of different kinds differ.
func (r *run) equal(a, b any) (bool, error) {
	if err := r.spend(1); err != nil {
		return false, err
	}
	if x, i, whole, ok := number(a); ok {
		y, j, both, ok := number(b)
		if whole && both {
			return i == j, nil
		}
		return ok && x == y, nil
	}
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return ok && a == b, r.spend(bytes32(len(a)))
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false, nil
		}
		for i := range a {
			if same, err := r.equal(a[i], b[i]); !same || err != nil {
				return false, err
			}
		}
		return true, nil
	case *object:
		b, ok := b.(*object)
		if !ok || len(a.keys) != len(b.keys) {
			return false, nil
		}
		for _, key := range a.keys {
			other, ok := b.get(key)
			if !ok {
				return false, nil
			}
			if same, err := r.equal(a.values[key], other); !same || err != nil {
				return false, err
			}
		}
		return true, nil
	}
	return a == b, nil // null, true and false
}

// in looks for an element of a list, or a key of an object.
func (r *run) in(n ast.Node, what, where any) (any, error) {
	switch where := where.(type) {
	case []any:
		for _, v := range where {
			same, err := r.equal(what, v)
			if err != nil {
				return nil, at(n, "%v", err)
			}
			if same {
				return true, nil
			}
		}
		return false, nil
	case *object:
		key, ok := what.(string)
		if ok {
			_, ok = where.get(key)
		}
		return ok, nil
	}
	return nil, at(n, "behind in stands a list or an object, and this is %s", kind(where))
}

func (r *run) compareText(n *ast.BinaryNode, left, right any) (any, error) {
	s, ok := left.(string)
	t, both := right.(string)
	if !ok || !both {
		return nil, at(n, "%s compares texts, and here are %s and %s", n.Operator, kind(left), kind(right))
	}
	units := bytes32(len(s))
	if n.Operator == "matches" {
		units += (1 + units) * r.patterns[n].states
	}
	if err := r.spend(units); err != nil {
		return nil, at(n, "%v", err)
	}
	switch n.Operator {
	case "contains":
		return strings.Contains(s, t), nil
	case "startsWith":
		return strings.HasPrefix(s, t), nil
	case "endsWith":
		return strings.HasSuffix(s, t), nil
	}
	return r.patterns[n].MatchString(s), nil
}

// order compares two numbers or two texts.
func (r *run) order(n *ast.BinaryNode, left, right any) (any, error) {
	var c int
	x, i, whole, ok := number(left)
	y, j, both, okToo := number(right)
	s, isText := left.(string)
	t, areTexts := right.(string)
	switch {
	case ok && okToo && whole && both:
		c = compare(i, j)
	case ok && okToo:
		c = compare(x, y)
	case isText && areTexts:
		if err := r.spend(bytes32(min(len(s), len(t)))); err != nil {
			return nil, at(n, "%v", err)
		}
		c = strings.Compare(s, t)
	default:
		return nil, at(n, "%s compares two numbers or two texts, and here are %s and %s", n.Operator, kind(left), kind(right))
	}
	switch n.Operator {
	case "<":
		return c < 0, nil
	case "<=":
		return c <= 0, nil
	case ">":
		return c > 0, nil
	}
	return c >= 0, nil
}

func compare[T int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// arithmetic calculates with whole numbers as long as nothing is lost by that, and
// joins texts.
func (r *run) arithmetic(n *ast.BinaryNode, left, right any) (any, error) {
	s, ok := left.(string)
	if t, both := right.(string); ok && both && n.Operator == "+" {
		return r.joined(n, s, t)
	}
	x, i, whole, ok := number(left)
	y, j, both, okToo := number(right)
	if !ok || !okToo {
		return nil, at(n, "%s takes two numbers%s, and here are %s and %s", n.Operator, orTexts(n.Operator), kind(left), kind(right))
	}
	if (n.Operator == "/" || n.Operator == "%") && y == 0 {
		return nil, at(n, "nothing can be divided by 0")
	}
	if whole && both {
		if v, ok := integral(n.Operator, i, j); ok {
			return v, nil
		}
	}
	var f float64
	switch n.Operator {
	case "+":
		f = x + y
	case "-":
		f = x - y
	case "*":
		f = x * y
	case "/":
		f = x / y
	default:
		return nil, at(n, "%% takes two whole numbers")
	}
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, at(n, "the number is too large")
	}
	return f, nil
}

func orTexts(operator string) string {
	if operator == "+" {
		return " or two texts (string(…) makes a text of a number)"
	}
	return ""
}

func (r *run) joined(n ast.Node, s, t string) (any, error) {
	if len(s)+len(t) > MaxOutput {
		return nil, at(n, "the text is longer than %d bytes", MaxOutput)
	}
	if err := r.spend(bytes32(len(s) + len(t))); err != nil {
		return nil, at(n, "%v", err)
	}
	return s + t, nil
}

// integral returns false where the result is no whole number, or none of 64 bits.
func integral(operator string, i, j int64) (int64, bool) {
	switch operator {
	case "+":
		k := i + j
		return k, (k > i) == (j > 0)
	case "-":
		k := i - j
		return k, (k < i) == (j > 0)
	case "*":
		if i == 0 || j == 0 {
			return 0, true
		}
		k := i * j
		least := i == math.MinInt64 && j == -1 || j == math.MinInt64 && i == -1
		return k, k/j == i && !least
	case "/":
		if i == math.MinInt64 && j == -1 || i%j != 0 {
			return 0, false
		}
		return i / j, true
	}
	if j == -1 {
		return 0, true
	}
	return i % j, true
}
