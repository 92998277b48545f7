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

// Attendee is a seat in one meeting, and who sits in it.
type Attendee struct{ ent.Schema }

// Mixin of Attendee.
func (Attendee) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Attendee}, timestamps{}, tenant{access: policy.Attendees()}}
}

// Fields of Attendee.
func (Attendee) Fields() []ent.Field {
	return []ent.Field{
		field.String("meeting_id").Immutable().Annotations(filterOnly),
		field.String("previous_id").Optional().Nillable().Immutable().MaxLen(40).
			Comment("The seat in the meeting that this one's meeting replaced.").Annotations(hidden),
		field.Int("position").NonNegative().Immutable().Annotations(hidden),
		field.String("name").NotEmpty().MaxLen(200),
		field.String("email").NotEmpty().MaxLen(320),
		field.String("phone").Optional().Nillable().MaxLen(50),
		field.String("time_zone").NotEmpty().MaxLen(64),
		field.Enum("status").GoType(domain.AttendeeStatus("")).Annotations(entgql.Type("AttendeeStatus")),
		field.JSON("answers", []domain.Answer{}).Default([]domain.Answer{}).Annotations(entgql.Type("[Answer!]")),
		field.String("payment_id").Optional().Nillable().Annotations(filterOnly),
		field.String("routing_form_submission_id").Optional().Nillable().Immutable().Annotations(filterOnly),
		field.JSON("tracking", map[string]any{}).Optional().Annotations(entgql.Type("Map")),
		field.String("multiple_booking_identifier").Optional().Nillable().MaxLen(200).Immutable(),
		field.Bytes("manage_hash").Optional().Immutable().MaxLen(32).Sensitive().
			Comment("SHA-256 of the manage token of those booked together; it moves along when the meeting is rescheduled.").
			Annotations(hidden),
		field.JSON("no_show", &domain.NoShow{}).Optional().Annotations(entgql.Type("NoShow")),
		field.JSON("cancellation", &domain.Cancellation{}).Optional().Annotations(entgql.Type("Cancellation")),
	}
}

// Edges of Attendee.
func (Attendee) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("meeting", Meeting.Type).Ref("attendees").Unique().Required().Immutable().
			Field("meeting_id").Annotations(unfiltered),
		edge.From("payment", Payment.Type).Ref("attendees").Unique().
			Field("payment_id").Annotations(unfiltered).
			Comment("What a seat of a GROUP meeting costs; the other types have theirs at the meeting."),
		edge.From("routing_form_submission", RoutingFormSubmission.Type).Ref("attendees").Unique().Immutable().
			Field("routing_form_submission_id").Annotations(unfiltered).
			Comment("What led to the booking."),
	}
}

// Indexes of Attendee.
func (Attendee) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("meeting_id", "position").Unique(),
		index.Fields("app_id", "created_at").Unique().StorageKey("attendee_distinct_time"),
		index.Fields("app_id", "email"),
		index.Fields("payment_id"),
		index.Fields("previous_id"),
		index.Fields("routing_form_submission_id"),
		index.Fields("manage_hash"),
		index.Fields("app_id", "id"),
	}
}

// Annotations of Attendee.
func (Attendee) Annotations() []schema.Annotation {
	return listed(entsql.Checks(map[string]string{
		"attendee_status": "status IN ('ACTIVE', 'CANCELLED', 'NO_SHOW')",
	}))
}
