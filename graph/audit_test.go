package graph_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

const auditLog = `query($first: Int) {
	auditEntries(first: $first, orderBy: {field: CREATED_AT, direction: DESC}, where: {actorType: AGENT}) {
		edges { node { id action targetId actorType actorId changes actor { id name schedule { id } } } }
	}
}`

type auditEntries struct {
	AuditEntries struct {
		Edges []struct{ Node vars }
	}
}

func TestAuditEntries(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		admin := s.member(t, o, "ada", domain.Admin)
		other.run(t, createAgent, in(vars{"name": "Ben", "email": "ben@example.org"}))
		ben := admin.run(t, createAgent, in(vars{"name": "Ben", "email": "ben@example.org"}))["id"]
		o.run(t, updateAgent, vars{"id": ben, "in": vars{"role": "ADMIN", "name": "Benjamin"}})
		o.run(t, updateAgent, vars{"id": ben, "in": vars{"name": "Benjamin"}}) // as he is
		jo := vars{"id": o.agent.ID, "name": "Jo Park", "schedule": nil}
		want := []vars{
			{"action": "AGENT_UPDATED", "targetId": ben, "actorType": "AGENT", "actorId": o.agent.ID, "actor": jo,
				"changes": vars{"name": vars{"from": "Ben", "to": "Benjamin"}}},
			{"action": "AGENT_ROLE_CHANGED", "targetId": ben, "actorType": "AGENT", "actorId": o.agent.ID, "actor": jo,
				"changes": vars{"role": vars{"from": "MEMBER", "to": "ADMIN"}}},
			{"action": "AGENT_CREATED", "targetId": ben, "actorType": "AGENT", "actorId": admin.agent.ID,
				"actor":   vars{"id": admin.agent.ID, "name": "ada", "schedule": nil},
				"changes": vars{"name": vars{"to": "Ben"}, "email": vars{"to": "ben@example.org"}, "role": vars{"to": "MEMBER"}, "timeZone": vars{"to": "UTC"}}},
		}
		var got auditEntries
		o.Do(t, auditLog, vars{"first": 10}, &got)
		for i, e := range got.AuditEntries.Edges {
			read := o.run(t, `query($id: ID!) { node(id: $id) { ... on AuditEntry { action targetId actorType actorId changes actor { id name schedule { id } } } } }`,
				vars{"id": e.Node["id"]})
			delete(e.Node, "id")
			if i >= len(want) {
				t.Errorf("and %v", e.Node)
			} else if diff := cmp.Diff([]vars{want[i], want[i]}, []vars{e.Node, read}); diff != "" {
				t.Errorf("entry %d (-want +got):\n%s", i, diff)
			}
		}
		if len(got.AuditEntries.Edges) < len(want) {
			t.Errorf("%d entries", len(got.AuditEntries.Edges))
		}
		var operator struct {
			AuditEntries struct {
				Edges []struct {
					Node struct{ Actor *struct{ ID string } }
				}
			}
		}
		o.Do(t, `{ auditEntries(where: {actorType: SYSTEM}) { edges { node { actor { id } } } } }`, nil, &operator)
		if edges := operator.AuditEntries.Edges; len(edges) != 2 || edges[0].Node.Actor != nil { // the tokens of the tests
			t.Errorf("the operator's: %+v", edges)
		}
		list := badInput{"the log", `{ auditEntries { totalCount } }`, nil, "FORBIDDEN", ""}
		admin.refused(t, list)
		s.member(t, o, "cleo", domain.Member).refused(t, list)
		s.as(t, o, viewer.Viewer{Scopes: viewer.ScopesOf([]domain.TokenScope{domain.MeetingsWrite})}).refused(t, list)
	})
}

// The actors of a page are read at once.
func TestActorsAreReadTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		for i := range 20 {
			by := s.member(t, o, fmt.Sprint("a", i), domain.Admin)
			by.run(t, createAgent, in(vars{"name": "x", "email": fmt.Sprintf("x%d@example.org", i)}))
		}
		var n [2]int64
		o.Do(t, auditLog, nil, nil) // looks up the token
		for i, first := range []int{5, 20} {
			before := s.statements.Load()
			var got auditEntries
			o.Do(t, auditLog, vars{"first": first}, &got)
			n[i] = s.statements.Load() - before
			if len(got.AuditEntries.Edges) != first || got.AuditEntries.Edges[first-1].Node["actor"] == nil {
				t.Errorf("%d entries", len(got.AuditEntries.Edges))
			}
		}
		if n[0] != n[1] || n[0] == 0 {
			t.Errorf("%d statements for 5 entries, %d for 20", n[0], n[1])
		}
	})
}
