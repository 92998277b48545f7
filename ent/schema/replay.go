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

// Replay sends a webhook what happened in a range of time, once more. However
// long the range, it is this one row.
type Replay struct{ ent.Schema }

// Mixin of Replay.
func (Replay) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.Replay}, timestamps{}, tenant{access: policy.Replays()}}
}

// Fields of Replay.
func (Replay) Fields() []ent.Field {
	return []ent.Field{
		field.String("webhook_id").Immutable().MaxLen(40).Annotations(entgql.Type("ID"), entgql.MapsTo("webhookId")),
		field.String("agent_id").Immutable().NotEmpty().MaxLen(40).Comment("Who asked for it.").Annotations(hidden),
		field.Time("from").Immutable().Comment("Events from this time on,"),
		field.Time("to").Immutable().Comment("and before this one."),
		field.JSON("triggers", []domain.Trigger{}).Immutable().Default([]domain.Trigger{}).Comment("None: all.").
			Annotations(entgql.Type("[EventTrigger!]")),
		field.Bool("only_failed").Immutable().Default(false).Comment("Only what failed, or was cancelled."),
		field.Enum("status").GoType(domain.ReplayStatus("")).Default(string(domain.ReplayRunning)).Annotations(entgql.Type("ReplayStatus")),
		field.Int("shard").Immutable().NonNegative().Annotations(hidden),
		field.Int64("begin").Immutable().NonNegative().Comment("The event before the first one of the range.").Annotations(hidden),
		field.Int64("end").Immutable().NonNegative().Comment("The last event of the range.").Annotations(hidden),
		field.Int64("number").NonNegative().Comment("Every event up to this one is done.").Annotations(hidden),
		field.Int("sent").NonNegative().Default(0).Comment("Messages that were sent."),
		field.Int("delivered").NonNegative().Default(0).Comment("Those of them that were delivered at the first attempt."),
		field.Time("finished_at").Optional().Nillable(),
	}
}

// Indexes of Replay.
func (Replay) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("app_id", "id"),
		index.Fields("webhook_id").Unique().StorageKey("replay_running").
			Annotations(entsql.IndexWhere("status = 'RUNNING'")),
		index.Fields("shard").Annotations(entsql.IndexWhere("status = 'RUNNING'")),
	}
}

// Annotations of Replay.
func (Replay) Annotations() []schema.Annotation { return listed() }
