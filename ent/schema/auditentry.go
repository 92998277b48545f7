package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"slotcast/internal/domain"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// AuditEntry says who changed what, when and from where. It is written with the
// change and is never changed itself.
type AuditEntry struct{ ent.Schema }

// Mixin of AuditEntry.
func (AuditEntry) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.AuditEntry}, tenant{access: policy.AuditEntries()}}
}

// Fields of AuditEntry.
func (AuditEntry) Fields() []ent.Field {
	return []ent.Field{
		field.Time("created_at").Immutable().Default(now).
			Annotations(entgql.OrderField("CREATED_AT")),
		field.Enum("action").GoType(domain.AuditAction("")).Immutable().Annotations(entgql.Type("AuditAction")),
		field.String("target_id").Immutable().MaxLen(40).Annotations(entgql.Type("ID"), entgql.MapsTo("targetId")).
			Comment("What was changed; it may be gone."),
		field.Enum("actor_type").GoType(domain.ActorType("")).Immutable().Annotations(entgql.Type("ActorType")),
		field.String("actor_id").Optional().Nillable().Immutable().MaxLen(40).Annotations(entgql.Type("ID"), entgql.MapsTo("actorId")).
			Comment("The agent; none: the server's operator, on the command line."),
		field.String("credential_id").Optional().Nillable().Immutable().MaxLen(40).
			Annotations(entgql.Type("ID"), entgql.MapsTo("credentialId")).
			Comment("The access token or identity provider that the actor came with."),
		field.JSON("changes", map[string]any{}).Immutable().Annotations(entgql.Type("Map")).
			Comment("Fields, each with what it was and what it became; never a secret."),
		field.String("address").Optional().Nillable().Immutable().MaxLen(64).Comment("The IP address that it came from."),
		field.String("user_agent").Optional().Nillable().Immutable().MaxLen(500),
	}
}

// Indexes of AuditEntry.
func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{index.Fields("app_id", "created_at"), index.Fields("app_id", "id"), index.Fields("target_id")}
}

// Annotations of AuditEntry.
func (AuditEntry) Annotations() []schema.Annotation { return listed() }
