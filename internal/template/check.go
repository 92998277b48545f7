package template

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// expression reads one expression, and takes nothing that is not of the language.
func (c *compiler) expression(s string) (node ast.Node, err error) {
	if strings.TrimSpace(s) == "" {
		return nil, &fault{0, "there is no expression between {{ and }}"}
	}
	defer func() {
		if r := recover(); r != nil { // the parser is not ours, and its input a stranger's
			node, err = nil, &fault{0, "the expression cannot be read"}
		}
	}()
	tree, err := parser.ParseWithConfig(s, c.config)
	if err != nil {
		return nil, parsed(err)
	}
	return tree.Node, c.check(tree.Node, nil)
}

// language is what the parser is to read.
func language() *conf.Config {
	config := conf.CreateNew()
	config.MaxNodes, config.DisableIfOperator = maxNodes, true
	return config
}

// parsed takes the words and the place out of the parser's error.
func parsed(err error) error {
	if e, ok := err.(*file.Error); ok { //nolint:errorlint // the parser returns it as it is
		return &fault{e.From, "the expression cannot be read: " + e.Message}
	}
	return &fault{0, "the expression cannot be read: " + err.Error()}
}

func at(n ast.Node, format string, args ...any) error {
	return &fault{n.Location().From, fmt.Sprintf(format, args...)}
}

// check walks an expression with the names that are declared around it.
func (c *compiler) check(node ast.Node, names []string) error {
	if c.nodes++; c.nodes > maxNodes {
		return at(node, "the expressions of a template have at most %d parts in all", maxNodes)
	}
	switch n := node.(type) {
	case *ast.NilNode, *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.StringNode:
		return nil
	case *ast.IdentifierNode:
		return c.checkName(n, names)
	case *ast.PointerNode:
		if n.Name != "" && n.Name != "index" {
			return at(n, "#%s is not part of the language: there are # and #index", n.Name)
		}
		return nil
	case *ast.UnaryNode:
		return c.all(names, n.Node)
	case *ast.BinaryNode:
		return c.checkBinary(n, names)
	case *ast.ChainNode:
		return c.all(names, n.Node)
	case *ast.MemberNode:
		return c.all(names, n.Node, n.Property)
	case *ast.SliceNode:
		return c.all(names, n.Node, n.From, n.To)
	case *ast.PredicateNode:
		return c.all(names, n.Node)
	case *ast.ConditionalNode:
		return c.all(names, n.Cond, n.Exp1, n.Exp2)
	case *ast.VariableDeclaratorNode:
		if len(names) == maxNames {
			return at(n, "more than %d names are declared here", maxNames)
		}
		if err := c.check(n.Value, names); err != nil {
			return err
		}
		return c.check(n.Expr, append(slices.Clip(names), n.Name))
	case *ast.ArrayNode:
		return c.all(names, n.Nodes...)
	case *ast.MapNode:
		return c.all(names, n.Pairs...)
	case *ast.PairNode:
		return c.all(names, n.Key, n.Value)
	case *ast.BuiltinNode:
		return c.checkCall(n, n.Name, n.Arguments, names)
	case *ast.CallNode:
		if name, ok := n.Callee.(*ast.IdentifierNode); ok {
			return c.checkCall(n, name.Value, n.Arguments, names)
		}
		return at(n, "values have no methods: write the value into the brackets of a function")
	}
	return at(node, "%s is not part of the language", strings.TrimSuffix(strings.TrimPrefix(fmt.Sprintf("%T", node), "*ast."), "Node"))
}

func (c *compiler) all(names []string, nodes ...ast.Node) error {
	for _, n := range nodes {
		if n == nil {
			continue // of a slice: from the beginning, to the end
		}
		if err := c.check(n, names); err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) checkName(n *ast.IdentifierNode, names []string) error {
	if slices.Contains(names, n.Value) || c.variables[n.Value] {
		return nil
	}
	if n.Value == "null" {
		return at(n, "null is written nil in expressions")
	}
	if _, ok := c.functions[n.Value]; ok {
		return at(n, "%s is a function: write %s(…)", n.Value, n.Value)
	}
	return at(n, "there is no %s: the body has %s", n.Value, strings.Join(slices.Sorted(maps.Keys(c.variables)), ", "))
}

func (c *compiler) checkBinary(n *ast.BinaryNode, names []string) error {
	if !slices.Contains(operators(), n.Operator) {
		return at(n, "the operator %s is not part of the language", n.Operator)
	}
	if n.Operator == "matches" {
		compiled, err := compilePattern(n.Right)
		if err != nil {
			return err
		}
		c.patterns[n] = compiled
	}
	return c.all(names, n.Left, n.Right)
}

func (c *compiler) checkCall(n ast.Node, name string, args []ast.Node, names []string) error {
	f, ok := c.functions[name]
	if !ok {
		return at(n, "there is no function %s: there are %s", name, strings.Join(slices.Sorted(maps.Keys(c.functions)), ", "))
	}
	if len(args) < f.least || len(args) > f.most {
		return at(n, "write %s", f.usage)
	}
	return c.all(names, args...)
}
