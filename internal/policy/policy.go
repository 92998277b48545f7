// Package policy holds the privacy rules that every entity carries, so that no
// query and no change can leave what its viewer may see, whatever the code above
// says:
//
//   - without a viewer nothing is read or written;
//   - queries, updates and deletes are narrowed to rows of the viewer's app;
//   - a create is stamped with the viewer's app, and refused for another one;
//   - an edge may only lead to rows that the viewer sees;
//   - within the app, owners and admins see and change everything that their
//     token is for; members, booking pages and attendees see the rows that
//     access.go names, and of those members change what is their own;
//   - the server's own entities, and everything across apps, are for System.
//
// A service that has decided that a viewer may have more runs as the app; see
// viewer.ForApp. Then the app is the only border.
//
// Out of the rules' sight are raw SQL, and an upsert that updates: to them it is
// a create. A test allows those only in packages that run as System.
package policy

import (
	"context"

	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/entql"

	"slotcast/ent"
	"slotcast/ent/privacy"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// access says who of an app sees and changes the rows of an entity. P is its
// predicate, which narrows to the rows in question.
type access[P ~func(*sql.Selector)] struct {
	read, write domain.TokenScope // what a token must be for; empty: closed

	owner bool // closed to admins, too

	// The rows that others than owners and admins see; nil: none.
	member, page, attendee func(viewer.Viewer) P
	// Those that a member changes, and what he may make of them; nil: none.
	own   func(viewer.Viewer) P
	admit func(viewer.Viewer, ent.Mutation) error
}

// tenant is the policy of an entity that belongs to an app. Q is its query.
func tenant[Q interface{ Where(...P) Q }, P ~func(*sql.Selector)](a access[P]) ent.Policy {
	return privacy.Policy{
		Query: privacy.QueryPolicy{known(), narrow(), reads[Q](a)},
		Mutation: privacy.MutationPolicy{
			known(),
			privacy.OnMutationOperation(narrow(), notCreate),
			privacy.OnMutationOperation(changes(), ent.OpUpdateOne),
			writes(a),
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

// reads narrows a query to the rows that the viewer sees.
func reads[Q interface{ Where(...P) Q }, P ~func(*sql.Selector)](a access[P]) privacy.QueryRule {
	return privacy.QueryRuleFunc(func(ctx context.Context, q ent.Query) error {
		v, _ := viewer.From(ctx)
		see, all := a.sees(v)
		switch {
		case all:
		case see == nil:
			return privacy.Denyf("%T is closed to the viewer", q)
		default:
			q.(Q).Where(see(v))
		}
		return privacy.Skip
	})
}

// sees returns the rows that a viewer sees, or all.
func (a access[P]) sees(v viewer.Viewer) (some func(viewer.Viewer) P, all bool) {
	switch {
	case v.IsApp():
		return nil, true
	case v.Kind == viewer.Page:
		return a.page, false
	case v.Kind == viewer.Attendee:
		return a.attendee, false
	case a.read == "" || !v.Has(a.read):
		return nil, false
	case v.Leads():
		return nil, !a.owner || v.Role == domain.Owner
	case v.Role == domain.Member:
		return a.member, false
	}
	return nil, false
}

// writes lets through what the viewer may change, and denies the rest.
func writes[P ~func(*sql.Selector)](a access[P]) privacy.MutationRule {
	return privacy.MutationRuleFunc(func(ctx context.Context, m ent.Mutation) error {
		v, _ := viewer.From(ctx)
		switch {
		case v.IsApp():
			return privacy.Skip
		case a.write == "" || !v.Has(a.write) || a.owner && v.Role != domain.Owner:
		case v.Leads():
			return privacy.Skip
		case v.Role == domain.Member && a.own != nil:
			if err := a.admit(v, m); err != nil {
				return err
			}
			if m.Op().Is(notCreate) {
				m.(interface{ WhereP(...func(*sql.Selector)) }).WhereP(a.own(v))
			}
			return privacy.Skip
		}
		return privacy.Denyf("%s is not for the viewer to change", m.Type())
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
