package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"slotcast/internal/domain"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// AccessToken lets an agent call the API. Only a hash of the token is kept.
type AccessToken struct{ ent.Schema }

// Mixin of AccessToken.
func (AccessToken) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.AccessToken}, timestamps{}, tenant{access: policy.AccessTokens()}}
}

// Fields of AccessToken.
func (AccessToken) Fields() []ent.Field {
	return []ent.Field{
		field.String("agent_id").Immutable().Annotations(filterOnly),
		field.String("name").NotEmpty().MaxLen(200),
		field.String("prefix").Immutable().MaxLen(16).Comment("The first characters, to recognise it by."),
		field.Bytes("hash").Immutable().Unique().MaxLen(32).Sensitive().Comment("SHA-256 of the token.").Annotations(hidden),
		field.Enum("purpose").GoType(domain.TokenPurpose("")).Immutable().Default(string(domain.PersonalToken)).Annotations(hidden),
		field.JSON("scopes", []domain.TokenScope{}).Immutable().Optional().
			Comment("What it is for; none: all that its agent's role allows.").Annotations(hidden),
		field.Time("expires_at").Optional().Nillable().Immutable(),
		field.Time("last_used_at").Optional().Nillable().Comment("Written at most once a minute."),
		field.Time("revoked_at").Optional().Nillable(),
	}
}

// Edges of AccessToken.
func (AccessToken) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agent", Agent.Type).Unique().Required().Immutable().Field("agent_id").Annotations(cascade(), unfiltered),
	}
}

// Indexes of AccessToken.
func (AccessToken) Indexes() []ent.Index {
	return []ent.Index{index.Fields("app_id", "id"), index.Fields("agent_id")}
}

// Annotations of AccessToken.
func (AccessToken) Annotations() []schema.Annotation { return listed() }
