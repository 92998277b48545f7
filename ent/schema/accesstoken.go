package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"slotcast/internal/typeid"
)

// AccessToken lets an agent call the API. Only a hash of the token is kept.
type AccessToken struct{ ent.Schema }

// Mixin of AccessToken.
func (AccessToken) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.AccessToken}, timestamps{}, tenant{}}
}

// Fields of AccessToken.
func (AccessToken) Fields() []ent.Field {
	return []ent.Field{
		field.String("agent_id").Immutable(),
		field.String("name").NotEmpty().MaxLen(200),
		field.String("prefix").Immutable().MaxLen(16).Comment("The first characters, to recognise it by."),
		field.Bytes("hash").Immutable().Unique().MaxLen(32).Sensitive().Comment("SHA-256 of the token."),
	}
}

// Edges of AccessToken.
func (AccessToken) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agent", Agent.Type).Unique().Required().Immutable().Field("agent_id").Annotations(cascade()),
	}
}

// Annotations of AccessToken.
func (AccessToken) Annotations() []schema.Annotation { return []schema.Annotation{hidden} }
