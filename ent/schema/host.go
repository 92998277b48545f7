package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// Host says that an agent can be booked through an event type.
type Host struct{ ent.Schema }

// Mixin of Host.
func (Host) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Host}, tenant{access: policy.Hosts()}}
}

// Fields of Host.
func (Host) Fields() []ent.Field {
	return []ent.Field{
		field.String("event_type_id").Immutable(),
		field.String("agent_id").Immutable(),
		field.Int("assigned").NonNegative().Default(0).
			Comment("ROUNDROBIN: meetings given to the agent and not called off."),
		field.Time("assigned_at").Optional().Nillable().Comment("ROUNDROBIN: when the last one was given."),
	}
}

// Edges of Host.
func (Host) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("event_type", EventType.Type).Unique().Required().Immutable().Field("event_type_id").Annotations(cascade()),
		edge.To("agent", Agent.Type).Unique().Required().Immutable().Field("agent_id").Annotations(restrict()),
	}
}

// Indexes of Host.
func (Host) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("event_type_id", "agent_id").Unique(),
		index.Fields("agent_id"),
	}
}

// Annotations of Host.
func (Host) Annotations() []schema.Annotation { return []schema.Annotation{hidden} }
