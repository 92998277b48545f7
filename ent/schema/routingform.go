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

// RoutingForm asks visitors some questions, and leads them by their answers to
// what they should book or read.
type RoutingForm struct{ ent.Schema }

// Mixin of RoutingForm.
func (RoutingForm) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.RoutingForm}, timestamps{}, tenant{access: policy.RoutingForms()}}
}

// Fields of RoutingForm.
func (RoutingForm) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxLen(200).Annotations(entgql.OrderField("NAME")),
		field.Enum("status").GoType(domain.RoutingFormStatus("")).Default(string(domain.FormPublished)).
			Annotations(entgql.Type("RoutingFormStatus")),
		field.JSON("questions", []domain.FormQuestion{}).Annotations(entgql.Type("[FormQuestion!]")),
		field.JSON("routes", []domain.FormRoute{}).Default([]domain.FormRoute{}).
			Comment("The first one whose conditions are met counts.").Annotations(entgql.Type("[FormRoute!]")),
		field.JSON("fallback", &domain.FormDestination{}).
			Comment("Where a submission leads to that no route takes.").Annotations(entgql.Type("FormDestination")),
	}
}

// Edges of RoutingForm.
func (RoutingForm) Edges() []ent.Edge {
	return []ent.Edge{edge.To("submissions", RoutingFormSubmission.Type).Annotations(restrict(), hidden)}
}

// Indexes of RoutingForm.
func (RoutingForm) Indexes() []ent.Index {
	return []ent.Index{index.Fields("app_id", "id")}
}

// Annotations of RoutingForm.
func (RoutingForm) Annotations() []schema.Annotation { return listed() }
