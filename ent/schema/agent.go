package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"slotcast/internal/domain"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// Agent hosts meetings and is a member of an app with a role.
type Agent struct{ ent.Schema }

// Mixin of Agent.
func (Agent) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Agent}, timestamps{}, tenant{access: policy.Agents()}}
}

// Fields of Agent.
func (Agent) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(200).Annotations(entgql.OrderField("NAME")),
		field.String("email").NotEmpty().MaxLen(320),
		field.String("time_zone").NotEmpty().MaxLen(64),
		field.Enum("role").GoType(domain.Role("")).Annotations(entgql.Type("Role")),
		field.Enum("status").GoType(domain.AgentStatus("")).Default(string(domain.AgentActive)).Annotations(entgql.Type("AgentStatus")),
		field.String("external_id").Optional().Nillable().NotEmpty().MaxLen(200).
			Comment("Who the agent is to the app's identity provider.").Annotations(entgql.MapsTo("externalId")),
	}
}

// Edges of Agent.
func (Agent) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("schedule", Schedule.Type).Unique().Annotations(cascade(), unfiltered).
			Comment("When contacts can book the agent; none: at any time."),
		edge.From("event_types", EventType.Type).Ref("agents").Through("hosts", Host.Type).Annotations(hidden),
		edge.From("meetings", Meeting.Type).Ref("agents").Through("agent_slots", AgentSlot.Type).Annotations(hidden),
	}
}

// Indexes of Agent.
func (Agent) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("app_id", "email").Unique(),
		index.Fields("app_id", "external_id").Unique(),
	}
}

// Annotations of Agent.
func (Agent) Annotations() []schema.Annotation { return listed() }
