package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// Command remembers a request that carried an idempotency key, so that its
// repetition changes nothing and is answered alike.
type Command struct{ ent.Schema }

// Mixin of Command.
func (Command) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Command}, timestamps{}, tenant{access: policy.Commands()}}
}

// Fields of Command.
func (Command) Fields() []ent.Field {
	return []ent.Field{
		field.String("key").NotEmpty().MaxLen(200).Immutable(),
		field.Bytes("request_hash").Immutable().MaxLen(32).Comment("SHA-256 of the operation and its input."),
		field.Text("answer").Default("").Comment("What it was answered with, as JSON."),
		field.String("sealed_token").Default("").MaxLen(500).Sensitive().
			Comment("The manage token that was in the answer, sealed."),
	}
}

// Indexes of Command.
func (Command) Indexes() []ent.Index {
	return []ent.Index{index.Fields("app_id", "key").Unique(), index.Fields("created_at")}
}

// Annotations of Command.
func (Command) Annotations() []schema.Annotation { return []schema.Annotation{hidden} }
