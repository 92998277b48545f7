package graph_test

import (
	"fmt"
	"log/slog"
	"os"
	"slices"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"slotcast/graph"
)

// TestSchemaKeepsItsPromises compares what the server says of itself with the
// part of it that front ends rely on.
func TestSchemaKeepsItsPromises(t *testing.T) {
	t.Parallel()
	handler, err := graph.NewHandler(graph.Config{
		Resolver: graph.NewResolver(nil, graph.Services{}), Logger: slog.New(slog.DiscardHandler),
	})
	must(t, err)
	served, err := gqlparser.LoadSchema(&ast.Source{Name: "served", Input: handler.SDL()})
	if err != nil {
		t.Fatalf("what the server says is no schema: %v", err)
	}
	text, err := os.ReadFile("testdata/contract.graphql")
	must(t, err)
	promised, err := parser.ParseSchema(&ast.Source{Name: "contract.graphql", Input: string(text)})
	must(t, err)
	for _, want := range promised.Definitions {
		got := served.Types[want.Name]
		if got == nil || got.Kind != want.Kind {
			t.Errorf("%s %s is not served", want.Kind, want.Name)
			continue
		}
		compareFields(t, got, want)
		compareNames(t, want.Name, enumValues(got), enumValues(want))
		for _, name := range want.Interfaces {
			if !slices.Contains(got.Interfaces, name) {
				t.Errorf("%s does not implement %s", want.Name, name)
			}
		}
	}
}

// compareFields: an object may have further fields, an input must not.
func compareFields(t *testing.T, got, want *ast.Definition) {
	t.Helper()
	for _, w := range want.Fields {
		g := got.Fields.ForName(w.Name)
		if g == nil {
			t.Errorf("%s.%s is not served", want.Name, w.Name)
			continue
		}
		if signature(g.Type, g.DefaultValue) != signature(w.Type, w.DefaultValue) {
			t.Errorf("%s.%s is %s, want %s", want.Name, w.Name, signature(g.Type, g.DefaultValue), signature(w.Type, w.DefaultValue))
		}
		compareNames(t, want.Name+"."+w.Name, arguments(g), arguments(w))
	}
	if want.Kind == ast.InputObject {
		for _, g := range got.Fields {
			if want.Fields.ForName(g.Name) == nil {
				t.Errorf("%s.%s is not in the contract", want.Name, g.Name)
			}
		}
	}
}

func compareNames(t *testing.T, of string, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s has %v, want %v", of, got, want)
	}
}

func enumValues(d *ast.Definition) (names []string) {
	for _, v := range d.EnumValues {
		names = append(names, v.Name)
	}
	slices.Sort(names)
	return names
}

func arguments(f *ast.FieldDefinition) (all []string) {
	for _, a := range f.Arguments {
		all = append(all, a.Name+": "+signature(a.Type, a.DefaultValue))
	}
	slices.Sort(all)
	return all
}

func signature(of *ast.Type, value *ast.Value) string {
	if value == nil {
		return of.String()
	}
	return fmt.Sprintf("%s = %s", of, value)
}
