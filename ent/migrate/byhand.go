// Package migrate has the tables as the entities describe them, generated, and
// what the versioned migrations keep by hand.
package migrate

import (
	"slices"

	"ariga.io/atlas/sql/postgres"
	atlas "ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect/sql/schema"
)

// partitioned names the tables that the migrations partition on PostgreSQL, with
// the column. It is part of their keys, as each partition has keys of its own;
// that of deliveries is the same on SQLite, so that an upsert names one key.
func partitioned() map[string]string {
	return map[string]string{"events": "occurred_at", "deliveries": "created_at"}
}

// KeepByHand leaves alone what the migrations make by hand because entities
// cannot say it: the exclusion constraint on the agents' slots, and partitions.
func KeepByHand(next schema.Differ) schema.Differ {
	return schema.DiffFunc(func(current, desired *atlas.Schema) ([]atlas.Change, error) {
		for _, table := range current.Tables {
			table.Indexes = slices.DeleteFunc(table.Indexes, func(i *atlas.Index) bool {
				return i.Name == "agent_slot_overlap"
			})
			if column, ok := partitioned()[table.Name]; ok {
				asWhole(table, column)
			}
		}
		return next.Diff(current, desired)
	})
}

// asWhole makes a partitioned table look like one that is not.
func asWhole(table *atlas.Table, column string) {
	table.Attrs = slices.DeleteFunc(table.Attrs, func(a atlas.Attr) bool {
		_, ok := a.(*postgres.Partition)
		return ok
	})
	for _, i := range append([]*atlas.Index{table.PrimaryKey}, table.Indexes...) {
		if i.Unique || i == table.PrimaryKey {
			i.Parts = slices.DeleteFunc(i.Parts, func(p *atlas.IndexPart) bool { return p.C != nil && p.C.Name == column })
		}
	}
}
