package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"slotcast/internal/domain"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// Schedule says when an agent can be booked, in wall time of the agent's zone.
type Schedule struct{ ent.Schema }

// Mixin of Schedule.
func (Schedule) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Schedule}, timestamps{}, tenant{access: policy.Schedules()}}
}

// Fields of Schedule.
func (Schedule) Fields() []ent.Field {
	return []ent.Field{
		field.String("agent_id").Immutable().Annotations(hidden),
		field.JSON("weekly_hours", []domain.WeeklyHours{}).Annotations(entgql.Type("[WeeklyHours!]")),
		field.JSON("date_overrides", []domain.DateOverride{}).Annotations(entgql.Type("[DateOverride!]")).
			Comment("They replace the weekly hours on their dates."),
	}
}

// Edges of Schedule.
func (Schedule) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("agent", Agent.Type).Ref("schedule").Unique().Required().Immutable().
			Field("agent_id").Annotations(unfiltered),
	}
}

// Annotations of Schedule.
func (Schedule) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipWhereInput | entgql.SkipOrderField)}
}
