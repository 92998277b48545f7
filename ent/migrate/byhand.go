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
// what their keys have beside the id: the column of the partitions, as each of them
// has keys of its own, and for deliveries the app before it, so that the key is the
// index of an app's deliveries as well. On SQLite that is an index of its own.
func partitioned() map[string][]string {
	return map[string][]string{"events": {"occurred_at"}, "deliveries": {"app_id", "created_at"}}
}

// inKey is the index that the key of deliveries stands for on PostgreSQL.
const inKey = "delivery_app_id_id"

// KeepByHand leaves alone what the migrations make by hand because entities
// cannot say it: the exclusion constraint on the agents' slots, and partitions.
func KeepByHand(next schema.Differ) schema.Differ {
	return schema.DiffFunc(func(current, desired *atlas.Schema) ([]atlas.Change, error) {
		for _, table := range current.Tables {
			table.Indexes = slices.DeleteFunc(table.Indexes, func(i *atlas.Index) bool {
				return i.Name == "agent_slot_overlap"
			})
			if columns, ok := partitioned()[table.Name]; ok && asWhole(table, columns) {
				withoutIndex(desired, table.Name, inKey)
			}
		}
		return next.Diff(current, desired)
	})
}

// asWhole makes a partitioned table look like one that is not, and reports whether
// it was one.
func asWhole(table *atlas.Table, columns []string) bool {
	all := len(table.Attrs)
	table.Attrs = slices.DeleteFunc(table.Attrs, func(a atlas.Attr) bool {
		_, ok := a.(*postgres.Partition)
		return ok
	})
	for _, i := range append([]*atlas.Index{table.PrimaryKey}, table.Indexes...) {
		if i.Unique || i == table.PrimaryKey {
			i.Parts = slices.DeleteFunc(i.Parts, func(p *atlas.IndexPart) bool { return p.C != nil && slices.Contains(columns, p.C.Name) })
		}
	}
	return len(table.Attrs) < all
}

func withoutIndex(s *atlas.Schema, table, name string) {
	if t, ok := s.Table(table); ok {
		t.Indexes = slices.DeleteFunc(t.Indexes, func(i *atlas.Index) bool { return i.Name == name })
	}
}
