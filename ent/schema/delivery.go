package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"slotcast/internal/domain"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// Delivery is one message to one webhook, with all its attempts. It refers to
// its webhook and event without foreign keys: it is a record that outlives them,
// and a webhook deleted meanwhile must not fail a flush of others' results.
type Delivery struct{ ent.Schema }

// Mixin of Delivery.
func (Delivery) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Delivery}, timestamps{}, tenant{access: policy.Deliveries()}}
}

// Fields of Delivery.
func (Delivery) Fields() []ent.Field {
	return []ent.Field{
		field.String("webhook_id").Immutable().MaxLen(40).Annotations(entgql.Type("ID"), entgql.MapsTo("webhookId")),
		field.String("event_id").Immutable().MaxLen(40).Annotations(entgql.Type("ID"), entgql.MapsTo("eventId")),
		field.String("part").Immutable().Default("").MaxLen(40).
			Comment("Tells the messages of one event to one webhook apart, where there are several.").
			Annotations(hidden),
		field.Int("shard").Immutable().Annotations(hidden),
		field.Int64("number").Immutable().Comment("The event's position in the shard.").Annotations(hidden),
		field.String("series_id").Immutable().MaxLen(40).Annotations(hidden),
		field.Enum("status").GoType(domain.DeliveryStatus("")).Annotations(entgql.Type("DeliveryStatus")),
		field.Int("attempt_count").NonNegative().Default(0),
		field.Time("next_attempt_at").Optional().Nillable(),
		field.JSON("attempts", []domain.Attempt{}).Default([]domain.Attempt{}).Annotations(entgql.Type("[DeliveryAttempt!]")),
	}
}

// Indexes of Delivery.
func (Delivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("event_id", "webhook_id", "part").Unique(),
		index.Fields("webhook_id", "created_at"),
		index.Fields("app_id", "id"),
		index.Fields("shard", "number"),
		index.Fields("webhook_id", "number").StorageKey("delivery_waiting").
			Annotations(entsql.IndexWhere("status = 'PENDING' AND next_attempt_at IS NULL")),
		index.Fields("webhook_id", "id").StorageKey("delivery_failing").
			Annotations(entsql.IndexWhere("status = 'PENDING' AND attempt_count > 0")),
		index.Fields("shard", "next_attempt_at").
			Annotations(entsql.IndexWhere("status = 'PENDING'")),
	}
}

// Annotations of Delivery.
func (Delivery) Annotations() []schema.Annotation { return listed() }
