package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// Lease says which process delivers a shard's events, and how far it got. Every
// write of an owner carries the epoch, so that one who lost the lease writes
// nothing.
type Lease struct{ ent.Schema }

// Mixin of Lease.
func (Lease) Mixin() []ent.Mixin { return []ent.Mixin{internal{}} }

// Fields of Lease.
func (Lease) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").NonNegative().Immutable().Comment("The shard."),
		field.String("owner").Default("").MaxLen(40).Comment("The process; empty: free."),
		field.Int64("epoch").NonNegative().Default(0).Comment("Rises with each change of owner."),
		field.Int64("until").Default(0).Comment("Unix milliseconds by the database's clock."),
		field.Int64("settled").NonNegative().Default(0).
			Comment("Every event up to this number has a row for each webhook it is owed to."),
	}
}

// Annotations of Lease.
func (Lease) Annotations() []schema.Annotation { return []schema.Annotation{hidden} }
