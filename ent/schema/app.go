package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"

	"slotcast/internal/policy"
	"slotcast/internal/typeid"
)

// App is a tenant: everything else belongs to one.
type App struct{ ent.Schema }

// Mixin of App.
func (App) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: typeid.App}, timestamps{}}
}

// Fields of App.
func (App) Fields() []ent.Field {
	return []ent.Field{field.String("name").NotEmpty().MaxLen(200)}
}

// Policy of App.
func (App) Policy() ent.Policy { return policy.App() }

// Annotations of App.
func (App) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Skip(entgql.SkipWhereInput | entgql.SkipOrderField)}
}
