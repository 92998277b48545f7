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

// Webhook is a subscription to events: where they are sent, and which.
type Webhook struct{ ent.Schema }

// Mixin of Webhook.
func (Webhook) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Webhook}, timestamps{}, tenant{access: policy.Webhooks()}}
}

// Fields of Webhook.
func (Webhook) Fields() []ent.Field {
	return []ent.Field{
		field.String("agent_id").Immutable().NotEmpty().MaxLen(40).Comment("Who made it.").Annotations(hidden),
		field.String("subscriber_url").NotEmpty().MaxLen(2048).Annotations(entgql.MapsTo("subscriberUrl")),
		field.JSON("triggers", []domain.Trigger{}).Annotations(entgql.Type("[EventTrigger!]")),
		field.Strings("event_type_ids").Default([]string{}).Comment("None: all.").Annotations(entgql.Type("[ID!]")),
		field.JSON("meeting_types", []domain.MeetingType{}).Default([]domain.MeetingType{}).Comment("None: all.").
			Annotations(entgql.Type("[MeetingType!]")),
		field.Enum("scope").GoType(domain.WebhookScope("")).Annotations(entgql.Type("WebhookScope")),
		field.Enum("format").GoType(domain.WebhookFormat("")).Annotations(entgql.Type("WebhookFormat")),
		field.Enum("state").GoType(domain.WebhookState("")).Default(string(domain.WebhookActive)).
			Annotations(entgql.Type("WebhookState")),
		field.String("secret").Sensitive().MaxLen(500).Comment("Sealed; empty where messages are not signed.").Annotations(hidden),
		field.String("description").Optional().Nillable().MaxLen(1000),
		field.String("secret_header").Optional().Nillable().MaxLen(100).
			Comment("The header that carries the secret itself, for receivers that only compare a string."),
		field.Strings("events").Optional().
			Comment("Of a format whose words are finer than the triggers: those that are sent; none: all.").Annotations(hidden),
		field.Enum("order_policy").GoType(domain.OrderPolicy("")).Default(string(domain.OrderBounded)).
			Annotations(entgql.Type("OrderPolicy")),
		field.Ints("retry_schedule").Default([]int{}).Comment("Seconds before each further attempt; none: the server's own.").
			Annotations(entgql.Type("[Int!]")),
		field.Int("rate_limit_per_minute").Optional().Nillable().Positive().Comment("Messages; none: no limit."),
		field.Text("payload_template").Optional().Nillable().MaxLen(20_000).
			Comment("JSON with expressions, that bodies are made by; none: those of the format."),
		field.String("previous_secret").Sensitive().Optional().MaxLen(500).
			Comment("Sealed: the one before, while both are valid.").Annotations(hidden),
		field.Time("previous_secret_until").Optional().Nillable().Comment("Until then both secrets are valid."),
		field.Time("secret_since").Default(now).Comment("When the secret last changed."),
		field.Text("client_certificate").Optional().MaxLen(20_000).Comment("PEM, for mutual TLS: the chain.").Annotations(hidden),
		field.Text("client_key").Sensitive().Optional().MaxLen(20_000).Comment("PEM, sealed.").Annotations(hidden),
		field.String("state_reason").Optional().Nillable().MaxLen(1000).Comment("Why it is in this state, in words."),
		field.Time("state_since").Default(now),
		field.Time("failing_since").Optional().Nillable().Comment("DEGRADED, PAUSED: the first failure since it last answered."),
		field.Enum("alerted_state").GoType(domain.WebhookState("")).Default(string(domain.WebhookActive)).
			Comment("The state that the alert URL was last told of.").Annotations(hidden),
		field.Enum("mailed_state").GoType(domain.WebhookState("")).Default(string(domain.WebhookActive)).
			Comment("The state that was last told of by e-mail.").Annotations(hidden),
		field.Time("held_until").Optional().Nillable().Comment("Until then its receiver asked to be left alone.").Annotations(hidden),
		field.Int64("owed_after").Default(0).
			Comment("It was switched off: of its shard's events it is owed only what is behind this one.").Annotations(hidden),
		field.JSON("headers", map[string]string{}).Optional().Comment("Fixed extra headers.").
			Annotations(entgql.Type("Map")),
	}
}

// Indexes of Webhook.
func (Webhook) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("app_id", "id"),
		index.Fields("state").Annotations(entsql.IndexWhere("state <> 'ACTIVE'")),
		index.Fields("app_id", "subscriber_url").Unique().StorageKey("webhook_once_organization").
			Annotations(entsql.IndexWhere("format = 'CALENDLY' AND scope = 'ORGANIZATION'")),
		index.Fields("app_id", "subscriber_url", "agent_id").Unique().StorageKey("webhook_once_user").
			Annotations(entsql.IndexWhere("format = 'CALENDLY' AND scope = 'USER'")),
	}
}

// Annotations of Webhook.
func (Webhook) Annotations() []schema.Annotation { return listed() }
