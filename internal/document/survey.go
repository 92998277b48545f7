package document

import (
	"math"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/apperr"
)

// extent is how far a selection set reaches, with the fragments in it.
type extent struct {
	depth   int // of fields
	nesting int // of braces
	inline  int // the most inline fragments around a field
	fields  int // with those in fragments, as often as these are spread
	roots   int // the fields of the set itself, likewise
}

// survey measures a document that has been parsed and not validated. Each node
// is visited once, however often its fragment is spread.
type survey struct {
	fragments  map[string]*ast.FragmentDefinition
	extents    map[string]*extent // of fragments; nil for one that is being measured
	aliases    int
	directives int
	selections int
	compared   int
	schema     bool // it asks for __schema or __type
	visits     int
	refused    *gqlerror.Error // the first
}

// check refuses a document that exceeds a limit, asks for the schema where that
// is not allowed, or has fragments without an end.
func check(doc *ast.QueryDocument, introspection bool) *gqlerror.Error {
	_, refused := measure(doc, introspection)
	return refused
}

func measure(doc *ast.QueryDocument, introspection bool) (*survey, *gqlerror.Error) {
	s := &survey{fragments: map[string]*ast.FragmentDefinition{}, extents: map[string]*extent{}}
	switch {
	case len(doc.Operations) > maxOperations:
		return s, over("the document has %d operations: at most %d are taken", len(doc.Operations), maxOperations)
	case len(doc.Fragments) > maxFragments:
		return s, over("the document has %d fragments: at most %d are taken", len(doc.Fragments), maxFragments)
	}
	for _, f := range doc.Fragments {
		if s.fragments[f.Name] != nil {
			return s, invalid("There can be only one fragment named %q.", f.Name)
		}
		s.fragments[f.Name] = f
	}
	for _, op := range doc.Operations {
		s.operation(op)
	}
	for _, f := range doc.Fragments {
		s.directed(f.Directives)
		s.variables(f.VariableDefinition)
		s.definition(f.SelectionSet, s.fragment(f.Name))
	}
	switch {
	case s.refused != nil:
	case s.aliases > maxAliases:
		return s, over("the document has %d aliases: at most %d are taken", s.aliases, maxAliases)
	case s.directives > maxDirectives:
		return s, over("the document has %d directives: at most %d are taken", s.directives, maxDirectives)
	case s.schema && !introspection:
		return s, coded(apperr.Forbidden, "this server does not answer __schema and __type: introspection is switched off", "")
	}
	return s, s.refused
}

func (s *survey) operation(op *ast.OperationDefinition) {
	s.variables(op.VariableDefinitions)
	s.directed(op.Directives)
	e := s.set(op.SelectionSet)
	switch {
	case e.roots > maxRoots:
		s.refuse(over("the operation has %d fields at its root: at most %d are taken", e.roots, maxRoots))
	case e.depth > maxFieldDepth:
		s.refuse(over("the operation is %d fields deep: at most %d are taken", e.depth, maxFieldDepth))
	}
	s.definition(op.SelectionSet, e)
	if op.Operation == ast.Subscription && s.refused == nil {
		s.stream(op.SelectionSet)
	}
}

// definition judges an operation or a fragment, which validation looks at each
// by itself.
func (s *survey) definition(set ast.SelectionSet, e extent) {
	if e.nesting > maxNesting {
		s.refuse(over("the document is %d levels deep with its inline fragments: at most %d are taken", e.nesting, maxNesting))
	}
	if s.selections = sum(s.selections, e.fields); s.selections > maxSelections {
		s.refuse(over("the document selects %d fields where its fragments are put in: at most %d are taken", s.selections, maxSelections))
	}
	if s.refused != nil {
		return
	}
	if s.compared = sum(s.compared, times(s.overlaps([]ast.SelectionSet{set}), e.inline+1)); s.compared > maxOverlaps {
		s.refuse(over("the document selects the same again and again: to compare it takes %d steps, and at most %d are taken", s.compared, maxOverlaps))
	}
}

func (s *survey) refuse(err *gqlerror.Error) {
	if s.refused == nil {
		s.refused = err
	}
}

// set measures a selection set.
func (s *survey) set(set ast.SelectionSet) (out extent) {
	for _, selection := range set {
		if s.refused != nil {
			return out
		}
		s.visits++
		var e extent
		switch it := selection.(type) {
		case *ast.Field:
			e = s.field(it)
		case *ast.InlineFragment:
			s.named(it.TypeCondition)
			s.directed(it.Directives)
			e = s.set(it.SelectionSet)
			e.nesting++
			e.inline++
		case *ast.FragmentSpread:
			s.named(it.Name)
			s.directed(it.Directives)
			e = s.fragment(it.Name)
		}
		out.depth = max(out.depth, e.depth)
		out.nesting = max(out.nesting, e.nesting)
		out.inline = max(out.inline, e.inline)
		out.fields = sum(out.fields, e.fields, 1)
		out.roots = sum(out.roots, e.roots)
	}
	return out
}

func (s *survey) field(it *ast.Field) extent {
	s.named(it.Name)
	if it.Alias != it.Name {
		s.named(it.Alias)
		s.aliases++
	}
	s.directed(it.Directives)
	s.arguments(it.Arguments)
	e := s.set(it.SelectionSet)
	e.depth++
	e.nesting++
	e.roots = 1
	if it.Name == "__schema" || it.Name == "__type" {
		s.schema = true
		if e.depth-1 > maxIntrospectionDepth {
			s.refuse(over("the schema is asked for %d fields deep: at most %d are taken", e.depth-1, maxIntrospectionDepth))
		}
		e.depth = 1
	}
	return e
}

// fragment measures one once. One that comes back to itself has no extent;
// validation would say the same, after more work.
func (s *survey) fragment(name string) extent {
	e, met := s.extents[name]
	switch {
	case met && e == nil:
		s.refuse(invalid("Cannot spread fragment %q within itself.", name))
		return extent{}
	case met:
		return *e
	case s.fragments[name] == nil: // validation's affair
		return extent{}
	}
	s.extents[name] = nil
	s.named(s.fragments[name].TypeCondition)
	found := s.set(s.fragments[name].SelectionSet)
	s.extents[name] = &found
	return found
}

func (s *survey) named(name string) {
	if len(name) > maxName {
		s.refuse(over("a name has %d characters: at most %d are taken", len(name), maxName))
	}
}

func (s *survey) directed(list ast.DirectiveList) {
	for _, d := range list {
		s.named(d.Name)
		s.directives++
		s.arguments(d.Arguments)
	}
}

func (s *survey) variables(list ast.VariableDefinitionList) {
	for _, v := range list {
		s.named(v.Variable)
		s.named(v.Type.Name())
		s.directed(v.Directives)
		s.value(v.DefaultValue, maxLiteralDepth)
	}
}

func (s *survey) arguments(list ast.ArgumentList) {
	for _, a := range list {
		s.named(a.Name)
		s.value(a.Value, maxLiteralDepth)
	}
}

func (s *survey) value(v *ast.Value, depth int) {
	if v == nil || s.refused != nil {
		return
	}
	s.visits++
	if depth < 0 {
		s.refuse(over("an argument is nested more than %v levels deep: at most %d are taken", maxLiteralDepth, maxLiteralDepth))
		return
	}
	if v.Kind == ast.EnumValue || v.Kind == ast.Variable {
		s.named(v.Raw)
	}
	for _, child := range v.Children {
		s.named(child.Name)
		s.value(child.Value, depth-1)
	}
}

// sum adds without overflowing.
func sum(numbers ...int) (total int) {
	for _, n := range numbers {
		if total > math.MaxInt32-n {
			return math.MaxInt32
		}
		total += n
	}
	return total
}
