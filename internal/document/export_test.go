package document

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Reading is what a document costs to read.
type Reading struct {
	Errors gqlerror.List
	Tokens int
	Visits int // of nodes, by the check of its cost
	Cost   int
}

// Read reads a document and its first operation as a handler does.
func (d *Documents) Read(text string, variables map[string]any) (r Reading) {
	r.Tokens = tokens(text)
	found, errs := d.read(text)
	if r.Errors = errs; len(errs) > 0 {
		return r
	}
	op := found.tree.Operations[0]
	w := &costWalk{costs: d.costs, variables: variables, fragments: map[string]cost{}, values: map[string]int{}}
	r.Cost = w.set(op.SelectionSet).once
	if refused := d.costs.check(op, variables); refused != nil {
		r.Errors = gqlerror.List{refused}
	}
	r.Visits = w.visits + w.described
	return r
}

// Surveyed returns how many nodes the check of a parsed document's limits visits.
func Surveyed(doc *ast.QueryDocument) int {
	s, _ := measure(doc, true)
	return s.visits
}

// Limit empties what is kept, and keeps so many bytes from here on.
func (d *Documents) Limit(bytes int) { d.known = newCache(bytes) }

// Keep keeps a document, and returns what all of them take up by their own
// account.
func (d *Documents) Keep(text string) (used int, errs gqlerror.List) {
	found, errs := d.read(text)
	if len(errs) > 0 {
		return 0, errs
	}
	d.known.add(digest{byte(len(text)), text[1], text[2], text[3], text[4], text[5], text[6]}, found)
	return d.known.used, nil
}
