// Package schema describes the entities, one in each file, from which the data
// layer, the SQL migrations and a part of the GraphQL schema are generated. The
// mixins in this file give them ids, times and their app; every entity has
// exactly one of tenant, internal or, for App, a policy of its own.
package schema

import (
	"time"

	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/mixin"

	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// identity gives an entity its TypeID.
type identity struct {
	mixin.Schema
	prefix typeid.Prefix
}

func (m identity) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").NotEmpty().MaxLen(40).Immutable().DefaultFunc(typeid.Maker(m.prefix)),
	}
}

// timestamps says when a row was made and last changed: UTC, whole microseconds,
// as PostgreSQL keeps them.
type timestamps struct{ mixin.Schema }

func (timestamps) Fields() []ent.Field {
	return []ent.Field{
		field.Time("created_at").Immutable().Default(now).
			Annotations(entgql.OrderField("CREATED_AT")),
		field.Time("updated_at").Default(now).UpdateDefault(now),
	}
}

// tenant binds an entity to its app, and says who of the app sees and changes it.
type tenant struct {
	mixin.Schema
	access ent.Policy
}

// Policy of an entity of an app.
func (t tenant) Policy() ent.Policy { return t.access }

// Hooks of an entity of an app.
func (tenant) Hooks() []ent.Hook { return []ent.Hook{policy.Stamp} }

func (tenant) Fields() []ent.Field {
	return []ent.Field{
		field.String("app_id").Immutable().NotEmpty().MaxLen(40).Annotations(hidden),
	}
}

// internal marks an entity that belongs to the server, not to an app.
type internal struct{ mixin.Schema }

// Policy of an entity of the server.
func (internal) Policy() ent.Policy { return policy.Internal() }

func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// small is the type of columns of which there are many, with numbers that stay
// below 32,768.
var small = map[string]string{dialect.Postgres: "smallint"}

// hidden keeps an entity or a field out of the GraphQL schema.
var hidden = entgql.Skip(entgql.SkipAll)

// filterOnly keeps the id behind an edge out of the type, where the edge itself
// stands, but leaves it in the where-input.
var filterOnly = entgql.Skip(entgql.SkipType)

// unfiltered keeps an edge out of the where-input: predicates over
// an edge are not filtered by the other entity's privacy rules.
var unfiltered = entgql.Skip(entgql.SkipWhereInput)

// listed makes an entity a node with a connection of its own in Query.
func listed(more ...schema.Annotation) []schema.Annotation {
	return append([]schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}, more...)
}

// restrict refuses to delete a row that others refer to.
func restrict() schema.Annotation { return entsql.OnDelete(entsql.Restrict) }

// cascade deletes a row together with the one it is part of.
func cascade() schema.Annotation { return entsql.OnDelete(entsql.Cascade) }
