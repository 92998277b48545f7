package document

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// The limit of what introspection answers in one operation: each field counts 1
// and each object 5 more, which is what they cost. The query that tools send for
// the whole schema has 56,000: 30 ms and 20 MB. Without a limit all types of all
// fields of all types could be asked for, by a hundred aliases.
const (
	maxDescribed = 80_000
	perObject    = 5
)

// described is what an introspection field is asked of: one of the schema's own
// parts, or the schema itself.
type described struct {
	schema bool
	typ    *ast.Definition
	layers int // of list and non-null around typ
	field  *ast.FieldDefinition
	input  *ast.Type // of an argument or an input field
	args   ast.ArgumentDefinitionList
}

// introspect counts the fields that the answer to __schema or __type has, by
// walking through the schema as the answer will, and stops at the limit.
func (w *costWalk) introspect(f *ast.Field) {
	if f.Name == "__schema" {
		w.describe(f.SelectionSet, described{schema: true})
		return
	}
	name, _ := w.argument(f, "name").(string)
	if def := w.schema.Types[name]; def != nil {
		w.describe(f.SelectionSet, described{typ: def})
	}
}

func (w *costWalk) describe(set ast.SelectionSet, of described) {
	for _, selection := range set {
		if w.described++; w.described > maxDescribed {
			if w.refused == nil {
				w.refused = over("the answer of introspection has more than %v fields and objects: at most %d are taken", maxDescribed, maxDescribed)
			}
			return
		}
		switch it := selection.(type) {
		case *ast.InlineFragment:
			w.describe(it.SelectionSet, of)
		case *ast.FragmentSpread:
			w.describe(it.Definition.SelectionSet, of)
		case *ast.Field:
			if len(it.SelectionSet) > 0 {
				for _, next := range w.parts(it.Name, of) {
					w.described += perObject
					w.describe(it.SelectionSet, next)
				}
			}
		}
	}
}

// parts are what a field of introspection leads to.
func (w *costWalk) parts(field string, of described) (out []described) {
	switch {
	case of.schema:
		return w.partsOfSchema(field)
	case field == "type" && of.field != nil:
		return []described{w.typed(of.field.Type)}
	case field == "type" && of.input != nil:
		return []described{w.typed(of.input)}
	case field == "args":
		for _, arg := range of.args {
			out = append(out, described{input: arg.Type})
		}
	case of.typ == nil:
	case field == "ofType":
		if of.layers > 0 {
			out = append(out, described{typ: of.typ, layers: of.layers - 1})
		}
	case of.layers == 0:
		return w.partsOfType(field, of.typ)
	}
	return out
}

func (w *costWalk) partsOfSchema(field string) (out []described) {
	switch field {
	case "types":
		for _, def := range w.schema.Types {
			out = append(out, described{typ: def})
		}
	case "directives":
		for _, d := range w.schema.Directives {
			out = append(out, described{args: d.Arguments})
		}
	default: // the root types
		out = append(out, described{typ: w.schema.Query})
	}
	return out
}

func (w *costWalk) partsOfType(field string, def *ast.Definition) (out []described) {
	switch field {
	case "fields", "inputFields":
		for _, f := range def.Fields {
			if (field == "fields") == (def.Kind == ast.InputObject) || strings.HasPrefix(f.Name, "__") {
				continue
			}
			if def.Kind == ast.InputObject {
				out = append(out, described{input: f.Type})
			} else {
				out = append(out, described{field: f, args: f.Arguments})
			}
		}
	case "enumValues":
		out = make([]described, len(def.EnumValues))
	case "possibleTypes":
		for _, t := range w.schema.GetPossibleTypes(def) {
			if def.IsAbstractType() {
				out = append(out, described{typ: t})
			}
		}
	case "interfaces":
		for _, name := range def.Interfaces {
			out = append(out, described{typ: w.schema.Types[name]})
		}
	}
	return out
}

// typed is a type with its layers: [ID!]! has three.
func (w *costWalk) typed(t *ast.Type) described {
	out := described{typ: w.schema.Types[t.Name()]}
	for ; t != nil; t = t.Elem {
		if t.NonNull {
			out.layers++
		}
		if t.Elem != nil {
			out.layers++
		}
	}
	return out
}
