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

// Meeting is one appointment: it is never moved, a reschedule makes a new one
// that points back at it.
type Meeting struct{ ent.Schema }

// Mixin of Meeting.
func (Meeting) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Meeting}, timestamps{}, tenant{access: policy.Meetings()}}
}

// Fields of Meeting.
func (Meeting) Fields() []ent.Field {
	return []ent.Field{
		field.String("event_type_id").Immutable().Annotations(filterOnly),
		field.String("series_id").Immutable().NotEmpty().MaxLen(40).
			Comment("The first meeting of the reschedule chain, itself where there is none.").
			Annotations(hidden),
		field.String("previous_id").Optional().Nillable().Immutable().
			Annotations(hidden),
		field.Time("start").Immutable().Annotations(entgql.OrderField("START")),
		field.Time("end").Immutable(),
		field.Int("duration_minutes").Positive().Immutable(),
		field.String("time_zone").NotEmpty().MaxLen(64).Immutable(),
		field.Enum("status").GoType(domain.MeetingStatus("")).Annotations(entgql.Type("MeetingStatus")),
		field.Enum("type").GoType(domain.MeetingType("")).Immutable().Annotations(entgql.Type("MeetingType")),
		field.String("event_name").NotEmpty().MaxLen(200).Immutable(),
		field.String("event_slug").NotEmpty().MaxLen(100).Immutable(),
		field.String("modified_event_name").Optional().Nillable().MaxLen(200),
		field.Bool("create_by_contact").Default(true).Immutable(),
		field.JSON("booked_by", &domain.Actor{}).Optional().Annotations(entgql.Type("Actor")),
		field.Int("max_attendees").Positive().Immutable(),
		field.Int("active_attendees").NonNegative().Annotations(hidden),
		field.Strings("external_ids").Default([]string{}).Annotations(entgql.Type("[String!]")),
		field.JSON("notes", []domain.Note{}).Default([]domain.Note{}).Annotations(entgql.Type("[Note!]")),
		field.JSON("reminders", []domain.Reminder{}).Default([]domain.Reminder{}).Annotations(entgql.Type("[Reminder!]")),
		field.String("mode_note").Optional().Nillable().MaxLen(1000),
		field.JSON("follow_up", map[string]any{}).Optional().Annotations(entgql.Type("Map")),
		field.JSON("calendar_event", &domain.CalendarEvent{}).Optional().Annotations(entgql.Type("CalendarEvent")),
		field.JSON("tracking", map[string]any{}).Optional().Annotations(entgql.Type("Map")),
		field.String("multiple_booking_identifier").Optional().Nillable().MaxLen(200).Immutable(),
		field.Bool("mark_as_no_show").Default(false),
		field.JSON("cancellation", &domain.Cancellation{}).Optional().Annotations(entgql.Type("Cancellation")),
		field.JSON("reschedule", &domain.Reschedule{}).Optional().Annotations(entgql.Type("Reschedule")),
		field.JSON("reassignment", &domain.Reassignment{}).Optional().Annotations(entgql.Type("Reassignment")),
		field.Int("sequence").NonNegative().Default(0).
			Comment("How many events the meeting has had.").Annotations(hidden),
	}
}

// Edges of Meeting.
func (Meeting) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("event_type", EventType.Type).Unique().Required().Immutable().
			Field("event_type_id").Annotations(restrict(), unfiltered),
		edge.To("agents", Agent.Type).Through("agent_slots", AgentSlot.Type).Annotations(unfiltered),
		edge.To("attendees", Attendee.Type).Annotations(cascade(), unfiltered),
		edge.To("payment", Payment.Type).Unique().Annotations(cascade(), unfiltered).
			Comment("Of a GROUP meeting, the attendees have payments of their own."),
		edge.To("next", Meeting.Type).Unique().Annotations(restrict(), unfiltered).
			From("previous").Unique().Immutable().Field("previous_id").Annotations(unfiltered),
	}
}

// Indexes of Meeting.
func (Meeting) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("app_id", "start"),
		index.Fields("app_id", "id"),
		index.Fields("series_id"),
		index.Fields("end").Annotations(entsql.IndexWhere("status = 'ACTIVE'")),
		index.Fields("event_type_id", "start").Unique().StorageKey("meeting_live_group").
			Annotations(entsql.IndexWhere("type = 'GROUP' AND (status = 'HELD' OR status = 'ACTIVE')")),
	}
}

// Annotations of Meeting.
func (Meeting) Annotations() []schema.Annotation {
	return listed(entsql.Checks(map[string]string{
		"meeting_seats":    "active_attendees >= 0 AND active_attendees <= max_attendees",
		"meeting_previous": "previous_id IS NULL OR previous_id <> id",
		"meeting_times":    `"start" < "end"`,
		"meeting_status":   "status IN ('HELD', 'ACTIVE', 'CANCELLED', 'RESCHEDULED', 'EXPIRED', 'COMPLETED')",
	}))
}
