//go:build ignore

// Command entc generates the data layer and schema/ent.graphql. It runs from
// the repository root: with other paths every second run drops a scalar.
package main

import (
	"log"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/entc"
	"entgo.io/ent/entc/gen"
	"github.com/vektah/gqlparser/v2/ast"
)

func main() {
	graphql, err := entgql.NewExtension(
		entgql.WithConfigPath("./gqlgen.yml"),
		entgql.WithSchemaGenerator(),
		entgql.WithSchemaPath("./schema/ent.graphql"),
		entgql.WithWhereInputs(true),
		entgql.WithNodeDescriptor(false),
		entgql.WithSchemaHook(listsAreNeverNull),
	)
	if err != nil {
		log.Fatalf("configuring entgql: %v", err)
	}
	config := &gen.Config{
		Target:  "./ent",
		Package: "slotcast/ent",
		Features: []gen.Feature{
			gen.FeaturePrivacy, gen.FeatureEntQL, gen.FeatureUpsert,
			gen.FeatureExecQuery, gen.FeatureVersionedMigration,
		},
	}
	if err := entc.Generate("./ent/schema", config, entc.Extensions(graphql)); err != nil {
		log.Fatalf("generating the data layer: %v", err)
	}
}

// listsAreNeverNull makes an entity's lists of other entities non-null: a
// meeting without attendees has an empty list of them.
func listsAreNeverNull(graph *gen.Graph, schema *ast.Schema) error {
	for _, node := range graph.Nodes {
		def := schema.Types[node.Name]
		if def == nil {
			continue
		}
		for _, f := range def.Fields {
			if f.Type.Elem != nil {
				f.Type.NonNull = true
			}
		}
	}
	return nil
}
