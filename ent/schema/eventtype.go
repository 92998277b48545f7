package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

// EventType is what can be booked.
type EventType struct{ ent.Schema }

// Mixin of EventType.
func (EventType) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.EventType}, timestamps{}, tenant{}}
}

// Fields of EventType.
func (EventType) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(200).Annotations(entgql.OrderField("NAME")),
		field.String("slug").NotEmpty().MaxLen(100),
		field.Enum("type").GoType(domain.MeetingType("")).Annotations(entgql.Type("MeetingType")),
		field.Int("duration_minutes").Range(1, 1440),
		field.Int("buffer_before_minutes").Range(0, 1440).Default(0),
		field.Int("buffer_after_minutes").Range(0, 1440).Default(0),
		field.Int("minimum_notice_minutes").NonNegative().Default(0),
		field.Int("horizon_days").Range(1, 3650).Default(365),
		field.Int("max_attendees").Positive().Default(1),
		field.JSON("reminders", []domain.Reminder{}).Default([]domain.Reminder{}).
			Annotations(entgql.Type("[Reminder!]")),
		field.String("mode_note").Optional().Nillable().MaxLen(1000),
		field.Bool("active").Default(true),
	}
}

// Edges of EventType.
func (EventType) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agents", Agent.Type).Through("hosts", Host.Type).Annotations(unfiltered),
	}
}

// Indexes of EventType.
func (EventType) Indexes() []ent.Index {
	return []ent.Index{index.Fields("app_id", "slug").Unique()}
}

// Annotations of EventType.
func (EventType) Annotations() []schema.Annotation {
	return listed(entsql.Checks(map[string]string{"event_type_solo_seats": "type <> 'SOLO' OR max_attendees = 1"}))
}
