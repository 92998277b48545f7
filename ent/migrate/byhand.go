// Package migrate has the tables as the entities describe them, generated, and
// what the versioned migrations keep by hand.
package migrate

import (
	"slices"

	atlas "ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect/sql/schema"
)

// KeepByHand leaves alone what the migrations make by hand because entities
// cannot say it: the exclusion constraint on the agents' slots.
func KeepByHand(next schema.Differ) schema.Differ {
	return schema.DiffFunc(func(current, desired *atlas.Schema) ([]atlas.Change, error) {
		for _, table := range current.Tables {
			table.Indexes = slices.DeleteFunc(table.Indexes, func(i *atlas.Index) bool {
				return i.Name == "agent_slot_overlap"
			})
		}
		return next.Diff(current, desired)
	})
}
