package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Backlog is a webhook that is behind: it goes through the log by itself, from
// the event behind number. Those without a row are where their shard's lease is.
type Backlog struct{ ent.Schema }

// Mixin of Backlog.
func (Backlog) Mixin() []ent.Mixin { return []ent.Mixin{internal{}} }

// Fields of Backlog.
func (Backlog) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").NotEmpty().MaxLen(40).Immutable().Comment("The webhook."),
		field.Int("shard").Immutable().NonNegative(),
		field.Int64("number").NonNegative().
			Comment("Every event up to this one that it is owed has a row."),
	}
}

// Indexes of Backlog.
func (Backlog) Indexes() []ent.Index { return []ent.Index{index.Fields("shard")} }

// Annotations of Backlog.
func (Backlog) Annotations() []schema.Annotation { return []schema.Annotation{hidden} }
