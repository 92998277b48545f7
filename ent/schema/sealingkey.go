package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
)

// SealingKey is a key that secrets in this database may be sealed with: its name
// and a proof to know it by, never the key.
type SealingKey struct{ ent.Schema }

// Mixin of SealingKey.
func (SealingKey) Mixin() []ent.Mixin { return []ent.Mixin{internal{}, timestamps{}} }

// Fields of SealingKey.
func (SealingKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").NotEmpty().MaxLen(40).Immutable(),
		field.String("proof").MaxLen(200).Immutable().Comment("A known text, sealed with the key."),
	}
}

// Annotations of SealingKey.
func (SealingKey) Annotations() []schema.Annotation { return []schema.Annotation{hidden} }
