package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// PublishableKey lets a booking page call the API. It stands in the page for
// everybody to read, so it is kept as it is, and opens little.
type PublishableKey struct{ ent.Schema }

// Mixin of PublishableKey.
func (PublishableKey) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.PublishableKey}, timestamps{}, tenant{access: policy.PublishableKeys()}}
}

// Fields of PublishableKey.
func (PublishableKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(200),
		field.String("key").Immutable().Unique().MaxLen(64),
		field.Strings("allowed_origins").Default([]string{}).
			Comment("Origins of the pages that may use it, as https://book.example.org; * alone: any."),
		field.Bool("may_pay").Default(true).Comment("Whether pages may report payments with recordPayment."),
		field.Time("last_used_at").Optional().Nillable().Comment("Written at most once a minute."),
	}
}

// Indexes of PublishableKey.
func (PublishableKey) Indexes() []ent.Index { return []ent.Index{index.Fields("app_id", "id")} }

// Annotations of PublishableKey.
func (PublishableKey) Annotations() []schema.Annotation { return listed() }
