package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect"
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
//
// Its id follows from event, webhook and part (see typeid.Derive), so that there
// is one row of each, whoever writes it. created_at is when the event happened:
// from then on it was owed. On PostgreSQL the table is partitioned by it.
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
		field.Enum("trigger").GoType(domain.Trigger("")).Immutable().Annotations(entgql.Type("EventTrigger")),
		field.Int("shard").Immutable().SchemaType(small).Annotations(hidden),
		field.Int64("number").Immutable().Comment("The event's position in the shard.").Annotations(hidden),
		field.Enum("status").GoType(domain.DeliveryStatus("")).Annotations(entgql.Type("DeliveryStatus")),
		field.Int("status_code").Optional().Nillable().SchemaType(small).Comment("Of the last answer; none where there was no answer."),
		field.Int("attempt_count").NonNegative().Default(0).SchemaType(small),
		field.Int("attempts_before").NonNegative().Default(0).SchemaType(small).
			Comment("How many attempts there were when it was last asked for anew: the schedule begins there.").Annotations(hidden),
		field.Time("next_attempt_at").Optional().Nillable(),
		field.JSON("attempts", []domain.Attempt{}).Default([]domain.Attempt{}).
			SchemaType(map[string]string{dialect.Postgres: "text"}).
			Comment("The latest ones.").Annotations(entgql.Type("[DeliveryAttempt!]")),
		field.Text("body").Optional().Nillable().
			Comment("What is sent, where it cannot be made again from the event: by a template, or a sample.").Annotations(hidden),
		field.Bool("urgent").Default(false).
			Comment("Somebody asked for it to be sent now; until it is in hand.").Annotations(hidden),
		field.Bool("test").Immutable().Default(false).Comment("A sample, asked for to try the webhook out."),
	}
}

// Indexes of Delivery.
func (Delivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("app_id", "id"),
		index.Fields("webhook_id", "number"),
		index.Fields("webhook_id", "id").StorageKey("delivery_failing").
			Annotations(entsql.IndexWhere("status = 'PENDING' AND attempt_count > 0")),
		index.Fields("shard", "next_attempt_at").
			Annotations(entsql.IndexWhere("status = 'PENDING'")),
	}
}

// Annotations of Delivery.
func (Delivery) Annotations() []schema.Annotation { return listed() }
