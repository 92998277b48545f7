package document

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Length is how many rows a field reads for each object that it is a field of,
// and at what price. A usual number is the right one, since the page around it
// counts in full. Lists of leaves need none: they cost as one leaf.
type Length struct {
	Rows int // at least 1
	// PerElement is the argument, a list, that there are Rows for each element of.
	PerElement string
	// PerDay are two arguments, instants, that there are Rows for each day between;
	// as many as Most where one is missing.
	PerDay [2]string
	// Most is how many elements or days count: the field refuses more.
	Most int
	// Lookup and LookupEach say that the field is read by a statement of its own,
	// one for the whole of it or one for each row; otherwise it is read along with
	// the page around it. A leaf has a length only for this: 1 row, and Lookup.
	Lookup, LookupEach bool
}

// checkLengths returns an error that names the lists of objects, other than pages,
// that have no length, and the lengths that are of neither such a list, one object
// nor a leaf that is looked up.
func checkLengths(schema *ast.Schema, lengths map[string]Length) error {
	var without []string
	known, leaves := map[string]bool{}, map[string]bool{}
	for _, def := range schema.Types {
		if def.BuiltIn || def.Kind != ast.Object && def.Kind != ast.Interface {
			continue
		}
		for _, f := range def.Fields {
			of := def.Name + "." + f.Name
			list := isList(schema, def, f)
			known[of] = list || isObject(schema, f)
			leaves[of] = schema.Types[f.Type.Name()].IsLeafType()
			if _, ok := lengths[of]; !ok && list {
				without = append(without, of)
			}
		}
	}
	if len(without) > 0 {
		slices.Sort(without)
		return fmt.Errorf("nobody has decided how long these lists are: %v", without)
	}
	var wrong []string
	for of, length := range lengths {
		counted := length.PerElement != "" || length.PerDay != [2]string{}
		if leaves[of] && length == (Length{Rows: 1, Lookup: true}) {
			continue
		}
		if !known[of] || length.Rows < 1 || counted != (length.Most > 0) {
			wrong = append(wrong, of)
		}
	}
	if len(wrong) > 0 {
		slices.Sort(wrong)
		return fmt.Errorf("these lengths are of no list, object or leaf that is looked up, or have no rows or bounds: %v", wrong)
	}
	return nil
}

// isList tells a list of objects from pages and leaves.
func isList(schema *ast.Schema, def *ast.Definition, f *ast.FieldDefinition) bool {
	return f.Type.Elem != nil && !schema.Types[f.Type.Name()].IsLeafType() && !isEdges(def, f.Name)
}

// isObject tells one object from leaves and pages.
func isObject(schema *ast.Schema, f *ast.FieldDefinition) bool {
	return f.Type.Elem == nil && !schema.Types[f.Type.Name()].IsLeafType() && !strings.HasSuffix(f.Type.NamedType, "Connection")
}

// isEdges reports whether a field is the rows of a page.
func isEdges(def *ast.Definition, name string) bool {
	return name == "edges" && strings.HasSuffix(def.Name, "Connection")
}
