package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"slotcast/internal/domain"
	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// Event is a row of the log. Rows are appended by package eventlog and never
// change. On PostgreSQL the table is partitioned by occurred_at.
type Event struct{ ent.Schema }

// Mixin of Event.
func (Event) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Event}, tenant{access: policy.Events()}}
}

// Fields of Event.
func (Event) Fields() []ent.Field {
	return []ent.Field{
		field.Int("shard").Immutable().NonNegative(),
		field.Int64("number").Immutable().Positive().Comment("Position in the shard, without gaps."),
		field.Enum("trigger").GoType(domain.Trigger("")).Immutable(),
		field.String("meeting_id").Immutable().Optional().MaxLen(40),
		field.String("series_id").Immutable().MaxLen(40).
			Comment("Events with the same series are delivered in order."),
		field.String("attendee_id").Immutable().Optional().MaxLen(40),
		field.Int("sequence").Immutable().NonNegative().Comment("Number within the meeting: 1, 2, 3."),
		field.Time("occurred_at").Immutable(),
		field.Text("snapshot").Immutable().
			SchemaType(map[string]string{dialect.Postgres: "text"}).
			Comment("The meeting as it was then, as JSON text: what was sent can be rebuilt to the byte."),
		field.Text("body").Immutable().Optional().
			SchemaType(map[string]string{dialect.Postgres: "text"}).
			Comment("The message of the format NATIVE, made at commit where somebody is owed one and it is the same for all."),
		field.Strings("owed").Immutable().Comment("The messages that must be sent, fixed at commit: webhook ids, with a part where there are several."),
	}
}

// Indexes of Event.
func (Event) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("shard", "number").Unique(),
		index.Fields("app_id", "number"),
		index.Fields("meeting_id", "sequence"),
	}
}

// Annotations of Event.
func (Event) Annotations() []schema.Annotation { return []schema.Annotation{hidden} }
