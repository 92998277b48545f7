package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Shard counts the events of one part of the log. Its row is locked from the
// moment an event takes its number until that transaction commits.
type Shard struct{ ent.Schema }

// Mixin of Shard.
func (Shard) Mixin() []ent.Mixin { return []ent.Mixin{internal{}} }

// Fields of Shard.
func (Shard) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").NonNegative().Immutable(),
		field.Int64("generation").Immutable().
			Comment("Unix milliseconds of the log's birth: cursors of another one are told apart."),
		field.Int64("head").NonNegative().Default(0).Comment("The last number given."),
	}
}

// Annotations of Shard.
func (Shard) Annotations() []schema.Annotation { return []schema.Annotation{hidden} }
