package document_test

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"slotcast/graph/generated"
	"slotcast/internal/document"
)

type vars = map[string]any

// setup returns what judges documents of slotcast's schema, with introspection.
func setup(t testing.TB) *document.Documents {
	t.Helper()
	docs, err := document.New(config())
	if err != nil {
		t.Fatal(err)
	}
	return docs
}

func config() document.Config {
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	return document.Config{Schema: schema, Introspection: true, Lengths: lengths(schema), DefaultPage: 20, MaxPage: 100}
}

// lengths are 3 rows for each list that the tests say nothing about.
func lengths(schema *ast.Schema) map[string]document.Length {
	all := map[string]document.Length{
		"Meeting.history":    {Rows: 10, Lookup: true},
		"Query.availability": {Rows: 8, PerDay: [2]string{"from", "to"}, Most: 400},
		"Query.node":         {Rows: 1, Lookup: true},
		"Query.nodes":        {Rows: 1, PerElement: "ids", Most: 101, LookupEach: true},
	}
	for _, def := range schema.Types {
		if def.Kind != ast.Object && def.Kind != ast.Interface || def.BuiltIn {
			continue
		}
		for _, f := range def.Fields {
			if _, ok := all[def.Name+"."+f.Name]; !ok && f.Type.Elem != nil && f.Name != "edges" && !schema.Types[f.Type.Name()].IsLeafType() {
				all[def.Name+"."+f.Name] = document.Length{Rows: 3}
			}
		}
	}
	return all
}
