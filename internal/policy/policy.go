// Package policy holds the privacy rules that every entity carries, so that no
// query and no change can leave the viewer's app, whatever the code above says:
//
//   - without a viewer nothing is read or written;
//   - queries, updates and deletes are narrowed to rows of the viewer's app;
//   - a create is stamped with the viewer's app, and refused for another one;
//   - an edge may only lead to rows of the viewer's app;
//   - the server's own entities, and everything across apps, are for System.
//
// Out of the rules' sight are raw SQL, and an upsert that updates: to them it is
// a create. A test allows those only in packages that run as System.
package policy

import (
	"context"

	"entgo.io/ent/entql"

	"slotcast/ent"
	"slotcast/ent/privacy"
	"slotcast/internal/viewer"
)

// Tenant is the policy of an entity that belongs to an app.
func Tenant() ent.Policy {
	return privacy.Policy{
		Query: privacy.QueryPolicy{known(), narrow()},
		Mutation: privacy.MutationPolicy{
			known(),
			privacy.OnMutationOperation(narrow(), notCreate),
			privacy.OnMutationOperation(changes(), ent.OpUpdateOne),
			edges(),
		},
	}
}

// App is the policy of the app itself: its members read it, the server makes it.
func App() ent.Policy {
	return privacy.Policy{
		Query:    privacy.QueryPolicy{known(), narrowApp()},
		Mutation: privacy.MutationPolicy{known(), privacy.AlwaysDenyRule()},
	}
}

// Internal is the policy of an entity that belongs to the server.
func Internal() ent.Policy {
	return privacy.Policy{
		Query:    privacy.QueryPolicy{known(), privacy.AlwaysDenyRule()},
		Mutation: privacy.MutationPolicy{known(), privacy.AlwaysDenyRule()},
	}
}

const notCreate = ent.OpUpdate | ent.OpUpdateOne | ent.OpDelete | ent.OpDeleteOne

// known allows the server everything, denies where there is no viewer, and
// leaves the rest to the next rule.
func known() privacy.QueryMutationRule {
	return privacy.ContextQueryMutationRule(func(ctx context.Context) error {
		v, ok := viewer.From(ctx)
		switch {
		case !ok:
			return privacy.Denyf("no viewer in the context")
		case v.IsSystem():
			return privacy.Allow
		case v.AppID == "":
			return privacy.Denyf("the viewer has no app")
		}
		return privacy.Skip
	})
}

func narrow() privacy.QueryMutationRule {
	type byApp interface{ WhereAppID(entql.StringP) }
	return privacy.FilterFunc(func(ctx context.Context, f privacy.Filter) error {
		v, _ := viewer.From(ctx)
		tenant, ok := f.(byApp)
		if !ok {
			return privacy.Denyf("%T has no app to filter by", f)
		}
		tenant.WhereAppID(entql.StringEQ(v.AppID))
		return privacy.Skip
	})
}

// changes refuses an update of one row that sets nothing: ent would not update
// but read it, by its id alone.
func changes() privacy.MutationRule {
	return privacy.MutationRuleFunc(func(_ context.Context, m ent.Mutation) error {
		fields := len(m.Fields()) + len(m.AddedFields()) + len(m.ClearedFields())
		if fields+len(m.AddedEdges())+len(m.RemovedEdges())+len(m.ClearedEdges()) == 0 {
			return privacy.Denyf("an update of one %s that changes nothing", m.Type())
		}
		return privacy.Skip
	})
}

func narrowApp() privacy.QueryMutationRule {
	type byID interface{ WhereID(entql.StringP) }
	return privacy.FilterFunc(func(ctx context.Context, f privacy.Filter) error {
		v, _ := viewer.From(ctx)
		app, ok := f.(byID)
		if !ok {
			return privacy.Denyf("%T has no id to filter by", f)
		}
		app.WhereID(entql.StringEQ(v.AppID))
		return privacy.Skip
	})
}
