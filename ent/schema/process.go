package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"slotcast/internal/typeid"
)

// Process is a live server: shards are shared out among those whose time has
// not run out.
type Process struct{ ent.Schema }

// Mixin of Process.
func (Process) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Process}, internal{}}
}

// Fields of Process.
func (Process) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("until").Comment("Unix milliseconds by the database's clock."),
	}
}

// Annotations of Process.
func (Process) Annotations() []schema.Annotation { return []schema.Annotation{hidden} }
