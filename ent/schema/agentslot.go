package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// AgentSlot is the time that a meeting takes of one agent, buffers included.
// While it is live no other live slot of the agent may overlap it: an exclusion
// constraint on PostgreSQL and triggers on SQLite see to that.
type AgentSlot struct{ ent.Schema }

// Mixin of AgentSlot.
func (AgentSlot) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.AgentSlot}, tenant{access: policy.AgentSlots()}}
}

// Fields of AgentSlot.
func (AgentSlot) Fields() []ent.Field {
	return []ent.Field{
		field.String("meeting_id").Immutable(),
		field.String("agent_id").Immutable(),
		field.Time("busy_from").Immutable(),
		field.Time("busy_until").Immutable().Comment("Half-open: free again at this instant."),
		field.Bool("live").Default(true),
	}
}

// Edges of AgentSlot.
func (AgentSlot) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("meeting", Meeting.Type).Unique().Required().Immutable().Field("meeting_id").Annotations(cascade()),
		edge.To("agent", Agent.Type).Unique().Required().Immutable().Field("agent_id").Annotations(restrict()),
	}
}

// Indexes of AgentSlot.
func (AgentSlot) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("meeting_id", "agent_id").Unique(),
		index.Fields("agent_id", "busy_from").Annotations(entsql.IndexWhere("live")),
	}
}

// Annotations of AgentSlot.
func (AgentSlot) Annotations() []schema.Annotation {
	return []schema.Annotation{hidden, entsql.Checks(map[string]string{
		"agent_slot_times": "busy_from < busy_until",
	})}
}
