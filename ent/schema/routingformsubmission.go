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

// RoutingFormSubmission is what somebody answered to a routing form, and where
// that led him.
type RoutingFormSubmission struct{ ent.Schema }

// Mixin of RoutingFormSubmission.
func (RoutingFormSubmission) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.FormSubmission}, timestamps{}, tenant{access: policy.RoutingFormSubmissions()}}
}

// Fields of RoutingFormSubmission.
func (RoutingFormSubmission) Fields() []ent.Field {
	return []ent.Field{
		field.String("routing_form_id").Immutable().Annotations(filterOnly),
		field.JSON("answers", []domain.FormAnswer{}).Immutable().Annotations(entgql.Type("[FormAnswer!]")),
		field.JSON("tracking", map[string]any{}).Optional().Immutable().Annotations(entgql.Type("Map")),
		field.JSON("result", &domain.FormDestination{}).Immutable().Annotations(entgql.Type("FormDestination")),
	}
}

// Edges of RoutingFormSubmission.
func (RoutingFormSubmission) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("routing_form", RoutingForm.Type).Ref("submissions").Unique().Required().Immutable().
			Field("routing_form_id").Annotations(unfiltered),
		edge.To("attendees", Attendee.Type).Annotations(unfiltered, entsql.OnDelete(entsql.SetNull)).
			Comment("Who booked on its account; after a reschedule the seats of both meetings."),
	}
}

// Indexes of RoutingFormSubmission.
func (RoutingFormSubmission) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("app_id", "id"),
		index.Fields("routing_form_id", "created_at"),
	}
}

// Annotations of RoutingFormSubmission.
func (RoutingFormSubmission) Annotations() []schema.Annotation { return listed() }
