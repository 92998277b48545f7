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

// Payment is what a meeting costs, or the seats of a GROUP that were booked
// together, and how that was settled. It moves along when the meeting is
// rescheduled. Until it is done, the time or the seats are held for it.
type Payment struct{ ent.Schema }

// Mixin of Payment.
func (Payment) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Payment}, timestamps{}, tenant{access: policy.Payments()}}
}

// Fields of Payment.
func (Payment) Fields() []ent.Field {
	return []ent.Field{
		field.String("meeting_id").Optional().Nillable().Annotations(filterOnly).
			Comment("None: it is for the attendees that name it."),
		field.Time("held_until").Optional().Nillable().Comment("Until then the time or the seats are held."),
		field.Int64("amount_minor").NonNegative().Annotations(hidden).
			Comment("In the currency's smallest unit: cents, yen, fils."),
		field.String("currency_code").MinLen(3).MaxLen(3),
		field.String("method").Optional().MaxLen(50).Comment("STRIPE, PAYPAL, …: an open set."),
		field.Enum("status").GoType(domain.PaymentStatus("")).Annotations(entgql.Type("PaymentStatus")),
		field.String("billing_name").Optional().MaxLen(200),
		field.String("billing_address").Optional().MaxLen(1000),
		field.Time("payment_time").Optional().Nillable(),
		field.String("external_payment_id").Optional().Nillable().MaxLen(200).Annotations(entgql.MapsTo("externalPaymentId")),
		field.String("email_id").Optional().MaxLen(320).Annotations(entgql.MapsTo("emailId")),
		field.String("note").Optional().MaxLen(1000),
		field.Time("meet_created_at").Optional().Nillable(),
		field.JSON("amount_on_duration", map[string]int64{}).Optional().Annotations(hidden).
			Comment("Minutes to minor units."),
		field.String("order_id").Optional().MaxLen(100).Annotations(entgql.MapsTo("orderId")),
	}
}

// Edges of Payment.
func (Payment) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("meeting", Meeting.Type).Ref("payment").Unique().
			Field("meeting_id").Annotations(unfiltered),
		edge.To("attendees", Attendee.Type).Annotations(unfiltered, entsql.OnDelete(entsql.SetNull)).
			Comment("The seats of a GROUP meeting that it is for; else none."),
	}
}

// Indexes of Payment.
func (Payment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("app_id", "method", "external_payment_id").Unique(),
		index.Fields("app_id", "id"),
		index.Fields("held_until").Annotations(entsql.IndexWhere("status = 'PENDING' OR status = 'FAILED'")),
	}
}

// Annotations of Payment.
func (Payment) Annotations() []schema.Annotation {
	return listed(entsql.Checks(map[string]string{
		"payment_status": "status IN ('PENDING', 'DONE', 'FAILED', 'REFUNDED', 'EXPIRED')",
	}))
}
