package graph_test

import (
	"fmt"
	"testing"

	"slotcast/internal/account"
	"slotcast/internal/app/apptest"
	"slotcast/internal/entdb/entdbtest"
)

// TestNode finds a row of every kind by its id alone, and for another app none.
func TestNode(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		mine, theirs := entdbtest.NewRows(t, s.client), entdbtest.NewRows(t, s.client)
		token, err := account.New(s.client).CreateToken(t.Context(), mine["App"], mine["Agent"], "test")
		must(t, err)
		o := apptest.NewClient(s.url, token)
		kinds := []string{"App", "Agent", "EventType", "Meeting", "Attendee", "Payment", "Webhook", "Delivery"}
		type node struct {
			Typename string `json:"__typename"`
			ID       string
		}
		var ids []string
		for _, kind := range kinds {
			var out struct{ Mine, Theirs *node }
			o.Do(t, `query($mine: ID!, $theirs: ID!) {
				mine: node(id: $mine) { __typename id } theirs: node(id: $theirs) { __typename id }
			}`, vars{"mine": mine[kind], "theirs": theirs[kind]}, &out)
			if out.Mine == nil || *out.Mine != (node{kind, mine[kind]}) {
				t.Errorf("node %s: %v", mine[kind], out.Mine)
			}
			if out.Theirs != nil {
				t.Errorf("%s of another app: %v", kind, out.Theirs)
			}
			ids = append(ids, mine[kind], theirs[kind])
		}
		var out struct{ Nodes []*node }
		o.Do(t, `query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }`, vars{"ids": ids}, &out)
		for i, n := range out.Nodes {
			if (n != nil) != (i%2 == 0) || n != nil && *n != (node{kinds[i/2], ids[i]}) {
				t.Errorf("nodes[%d] is %v for %s", i, n, ids[i])
			}
		}
	})
}

// TestListsEndAtTheApp asks for everything in every way that a list offers.
func TestListsEndAtTheApp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		mine, theirs := entdbtest.NewRows(t, s.client), entdbtest.NewRows(t, s.client)
		token, err := account.New(s.client).CreateToken(t.Context(), mine["App"], mine["Agent"], "test")
		must(t, err)
		o := apptest.NewClient(s.url, token)
		for list, kind := range map[string]string{
			"agents": "Agent", "attendees": "Attendee", "deliveries": "Delivery", "eventTypes": "EventType",
			"meetings": "Meeting", "payments": "Payment", "webhooks": "Webhook",
		} {
			for _, where := range []vars{nil, {"idNEQ": "x"}, {"or": []vars{{"id": mine[kind]}, {"id": theirs[kind]}}}, {"not": vars{"id": "x"}}} {
				var out map[string]struct {
					TotalCount int
					Edges      []struct{ Node struct{ ID string } }
				}
				o.Do(t, fmt.Sprintf(`query($w: %sWhereInput) { %s(where: $w) { totalCount edges { node { id } } } }`, kind, list), vars{"w": where}, &out)
				got := out[list]
				if got.TotalCount != 1 || len(got.Edges) != 1 || got.Edges[0].Node.ID != mine[kind] {
					t.Errorf("%s where %v: %+v", list, where, got)
				}
			}
		}
		for _, kind := range []string{"Meeting", "Agent", "EventType", "Webhook"} {
			field := map[string]string{"Meeting": "meeting", "Agent": "agent", "EventType": "eventType", "Webhook": "webhook"}[kind]
			var out map[string]*struct{ ID string }
			o.Do(t, fmt.Sprintf(`query($mine: ID!, $theirs: ID!) { mine: %s(id: $mine) { id } theirs: %s(id: $theirs) { id } }`, field, field),
				vars{"mine": mine[kind], "theirs": theirs[kind]}, &out)
			if out["mine"] == nil || out["theirs"] != nil {
				t.Errorf("%s: %v", field, out)
			}
		}
	})
}

// TestEventsEndAtTheApp: on SQLite both apps are in the same shard.
func TestEventsEndAtTheApp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, other := s.tenant(t), s.tenant(t)
		stream, err := o.WebSocket(t.Context(), events, vars{"after": s.cursor(t, o, 0)})
		must(t, err)
		defer stream.Cut()
		other.book(t, 1)
		mine := o.book(t, 1)
		if e := next(t, stream); e.Meeting.ID != mine {
			t.Errorf("the first event is %+v, want that of %s", e, mine)
		}
	})
}
