package document

import (
	"fmt"
	"math"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/apperr"
)

// The limits of what an operation reads. A field costs 1, and so does each value
// in a list or an object that is an argument; what stands below a list counts as
// often as the list may be long. A page of 100 meetings with their agents,
// attendees, payment and event type costs 6,000, and takes some 30 ms to answer.
const (
	maxCost = 20_000
	// lookupCost is of a statement that a row takes of its own.
	lookupCost = 20
	// mutationCost is of a mutation: a transaction.
	mutationCost = 100
)

// costs refuses operations that would read too much.
type costs struct {
	schema               *ast.Schema
	lengths              map[string]Length
	listed               map[string]uint64 // a bit for each type that lists without pages have
	defaultPage, maxPage int
}

func newCosts(c Config) (costs, error) {
	if c.DefaultPage < 1 || c.MaxPage < c.DefaultPage {
		return costs{}, fmt.Errorf("pages of %d edges, at most %d: both must be at least 1, and in order", c.DefaultPage, c.MaxPage)
	}
	if err := checkLengths(c.Schema, c.Lengths); err != nil {
		return costs{}, err
	}
	out := costs{c.Schema, c.Lengths, map[string]uint64{}, c.DefaultPage, c.MaxPage}
	for of := range c.Lengths {
		parent, name, _ := strings.Cut(of, ".")
		if t := c.Schema.Types[parent].Fields.ForName(name).Type; t.Elem != nil {
			if _, met := out.listed[t.Name()]; !met {
				out.listed[t.Name()] = 1 << (len(out.listed) % 64)
			}
		}
	}
	return out, nil
}

// check refuses an operation that would read too much.
func (c costs) check(op *ast.OperationDefinition, variables map[string]any) *gqlerror.Error {
	w := &costWalk{
		costs: c, variables: variables, fragments: map[string]cost{}, values: map[string]int{},
	}
	total := w.set(op.SelectionSet).once
	switch {
	case w.refused != nil:
		return w.refused
	case total > maxCost:
		return over("the operation costs %d: at most %d are taken; ask for shorter pages or fewer lists within lists", total, maxCost)
	}
	return nil
}

// cost is what a selection set costs: once, and again for each row of the page
// that it belongs to.
type cost struct {
	once, perRow int
	lists        uint64 // the types of the lists in it, as bits
}

// costWalk visits each field of an operation once, however often its fragment is
// spread.
type costWalk struct {
	costs
	variables map[string]any
	fragments map[string]cost
	values    map[string]int // in variables
	visits    int
	described int             // fields that introspection answers
	refused   *gqlerror.Error // the first
}

func (w *costWalk) set(set ast.SelectionSet) (total cost) {
	for _, selection := range set {
		w.visits++
		var c cost
		switch it := selection.(type) {
		case *ast.Field:
			c = w.field(it)
		case *ast.InlineFragment:
			c = w.set(it.SelectionSet)
		case *ast.FragmentSpread:
			var met bool
			if c, met = w.fragments[it.Name]; !met {
				c = w.set(it.Definition.SelectionSet)
				w.fragments[it.Name] = c
			}
		}
		total.once = sum(total.once, c.once)
		total.perRow = sum(total.perRow, c.perRow)
		total.lists |= c.lists
	}
	return total
}

func (w *costWalk) field(f *ast.Field) cost {
	if f.Name == "__schema" || f.Name == "__type" {
		w.introspect(f)
		return cost{once: 1}
	}
	own := 1 + w.arguments(f)
	if w.schema.Mutation != nil && f.ObjectDefinition == w.schema.Mutation {
		own += mutationCost
	}
	below := w.set(f.SelectionSet)
	if isEdges(f.ObjectDefinition, f.Name) { // as many as the page around them has
		return cost{once: own, perRow: sum(1, below.once), lists: below.lists}
	}
	r := w.rows(f)
	return cost{
		once:  sum(own, r.lookup, times(r.page, below.perRow), times(r.n, sum(r.lookupEach, below.once))),
		lists: below.lists | w.list(f, below.lists),
	}
}

// list is the bit of a list without pages. It refuses one with another such list
// of the same type in it: the attendees of a meeting of attendees are a thousand
// times a thousand where the meeting is a large one.
func (w *costWalk) list(f *ast.Field, below uint64) uint64 {
	if _, listed := w.lengths[f.ObjectDefinition.Name+"."+f.Name]; !listed || f.Definition.Type.Elem == nil {
		return 0
	}
	bit := w.listed[f.Definition.Type.Name()]
	if below&bit != 0 && w.refused == nil {
		w.refused = coded(apperr.LimitExceeded,
			fmt.Sprintf("%s holds another list of %s: at most 1 is taken", f.Name, f.Definition.Type.Name()), "")
	}
	return bit
}

// arguments returns what values cost, and refuses a filter that is too long.
func (w *costWalk) arguments(f *ast.Field) int {
	total := 0
	for _, arg := range f.Arguments {
		n := w.count(arg.Value)
		if arg.Name == "where" {
			if err := longFilter(w.conditions(arg.Value), n); w.refused == nil {
				w.refused = err
			}
		}
		total = sum(total, n-1)
	}
	return total
}

// count returns how many values there are in one that is written in a document.
func (w *costWalk) count(v *ast.Value) int {
	w.visits++
	if v.Kind == ast.Variable {
		n, met := w.values[v.Raw]
		if !met {
			n = countValues(w.variables[v.Raw], itself)
			w.values[v.Raw] = n
		}
		return n
	}
	n := 1
	for _, child := range v.Children {
		n = sum(n, w.count(child.Value))
	}
	return n
}

func times(a, b int) int {
	if a > 0 && b > math.MaxInt32/a {
		return math.MaxInt32
	}
	return a * b
}
