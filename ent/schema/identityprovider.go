package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// IdentityProvider says whose JSON Web Tokens sign agents in, besides access
// tokens. It has either a secret (HS256) or a URL of its keys.
type IdentityProvider struct{ ent.Schema }

// Mixin of IdentityProvider.
func (IdentityProvider) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.IdentityProvider}, timestamps{}, tenant{access: policy.IdentityProviders()}}
}

// Fields of IdentityProvider.
func (IdentityProvider) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(200),
		field.String("issuer").NotEmpty().MaxLen(500).Comment("The claim iss."),
		field.String("audience").NotEmpty().MaxLen(500).Comment("What the claim aud must hold."),
		field.String("secret").Optional().MaxLen(1000).Sensitive().Comment("Of HS256, sealed.").Annotations(hidden),
		field.String("jwks_url").Optional().Nillable().MaxLen(2048).Annotations(entgql.MapsTo("jwksUrl")).
			Comment("Where its public keys are."),
		field.String("app_claim").Optional().Nillable().MaxLen(100).
			Comment("The claim that names the app, where one issuer serves several; see app_value."),
		field.String("app_value").Default("").MaxLen(200).Comment("What the app's claim must be."),
		field.String("agent_claim").Default("sub").MaxLen(100).
			Comment("The claim that names the agent: by id, external id or, if it is verified, e-mail address."),
		field.String("role_claim").Optional().Nillable().MaxLen(100).
			Comment("The claim that holds the role; none: the role that the agent has here."),
	}
}

// Indexes of IdentityProvider.
func (IdentityProvider) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("issuer", "audience", "app_value").Unique(),
		index.Fields("app_id", "id"),
	}
}

// Annotations of IdentityProvider.
func (IdentityProvider) Annotations() []schema.Annotation { return listed() }
