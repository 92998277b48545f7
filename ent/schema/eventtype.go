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
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// EventType is what can be booked.
type EventType struct{ ent.Schema }

// Mixin of EventType.
func (EventType) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.EventType}, timestamps{}, tenant{access: policy.EventTypes()}}
}

// Fields of EventType.
func (EventType) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(200).Annotations(entgql.OrderField("NAME")),
		field.String("slug").NotEmpty().MaxLen(100),
		field.Enum("type").GoType(domain.MeetingType("")).Annotations(entgql.Type("MeetingType")),
		field.Int("duration_minutes").Range(1, 1440).Comment("The duration where none is chosen."),
		field.Ints("durations").Optional().Comment("All durations that may be chosen, in minutes; none: the one above only.").
			Annotations(hidden),
		field.Int("slot_interval_minutes").Optional().Nillable().Range(1, 1440).
			Comment("From one offered start to the next; none: the duration."),
		field.Int("buffer_before_minutes").Range(0, 1440).Default(0),
		field.Int("buffer_after_minutes").Range(0, 1440).Default(0),
		field.Int("minimum_notice_minutes").NonNegative().Default(0),
		field.Int("horizon_days").Range(1, 3650).Default(365),
		field.Int("max_attendees").Positive().Default(1),
		field.JSON("reminders", []domain.Reminder{}).Default([]domain.Reminder{}).
			Annotations(entgql.Type("[Reminder!]")),
		field.JSON("questions", []domain.Question{}).Optional().Annotations(hidden),
		field.Enum("mode").GoType(domain.Mode("")).Default(string(domain.Online)).Annotations(entgql.Type("MeetingMode")),
		field.String("mode_note").Optional().Nillable().MaxLen(1000),
		field.String("currency_code").Optional().Nillable().MinLen(3).MaxLen(3),
		field.JSON("amount_on_duration", map[string]int64{}).Optional().Annotations(hidden).
			Comment("Minutes to minor units; in a GROUP for each seat. None: free."),
		field.Int("hold_minutes").Range(1, 1440).Default(15).
			Comment("How long the time is held for somebody who has yet to pay."),
		field.Int("refund_notice_minutes").Optional().Nillable().NonNegative().
			Comment("A cancellation at least so long before the start is refunded; none: no cancellation is."),
		field.Bool("public").Default(true).Comment("Booking pages see it, as long as it is active."),
		field.Int("manage_notice_minutes").NonNegative().Default(0).
			Comment("Attendees cancel or move their meeting by themselves at least so long before the start."),
		field.Bool("active").Default(true),
		field.Time("archived_at").Optional().Nillable().Comment("It is not bookable any more, and its slug is free again."),
	}
}

// Edges of EventType.
func (EventType) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("agents", Agent.Type).Through("hosts", Host.Type).Annotations(unfiltered),
		edge.From("meetings", Meeting.Type).Ref("event_type").Annotations(hidden),
	}
}

// Indexes of EventType.
func (EventType) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("app_id", "slug").Unique().Annotations(entsql.IndexWhere("archived_at IS NULL")),
		index.Fields("app_id", "id"),
	}
}

// Annotations of EventType.
func (EventType) Annotations() []schema.Annotation {
	return listed(entsql.Checks(map[string]string{"event_type_solo_seats": "type <> 'SOLO' OR max_attendees = 1"}))
}
