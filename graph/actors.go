package graph

import (
	"context"
	"fmt"
	"sync"

	"github.com/99designs/gqlgen/graphql"

	"slotcast/ent"
	"slotcast/ent/agent"
)

// actors are the agents that a page of the audit log names, read at once when
// the first of them is asked for.
type actors struct {
	ids   []string
	once  sync.Once
	known map[string]*ent.Agent
	err   error
}

// actorsKey is where a list's field keeps its actors: among its arguments, none
// of which has such a name.
const actorsKey = "(actors)"

// withActors leaves a page's actors where the resolvers of its entries find
// them: an entry has no edge to its agent, who may be gone.
func withActors(ctx context.Context) func(*ent.AuditEntryConnection, error) (*ent.AuditEntryConnection, error) {
	return func(c *ent.AuditEntryConnection, err error) (*ent.AuditEntryConnection, error) {
		field := graphql.GetFieldContext(ctx)
		if err != nil || field == nil || field.Args == nil {
			return c, err
		}
		list := &actors{}
		for _, e := range c.Edges {
			if e.Node.ActorID != nil {
				list.ids = append(list.ids, *e.Node.ActorID)
			}
		}
		field.Args[actorsKey] = list
		return c, nil
	}
}

// actor is the agent who did what an entry tells; none where it was the server's
// operator, or somebody who is gone.
func (r *Resolver) actor(ctx context.Context, e *ent.AuditEntry) (*ent.Agent, error) {
	if e.ActorID == nil {
		return nil, nil
	}
	for field := graphql.GetFieldContext(ctx); field != nil; field = field.Parent {
		if list, ok := field.Args[actorsKey].(*actors); ok {
			list.once.Do(func() { list.known, list.err = r.agentsByID(ctx, list.ids) })
			return list.known[*e.ActorID], list.err
		}
	}
	return found(r.client.Agent.Query().Where(agent.ID(*e.ActorID)).WithSchedule().Only(ctx))
}

func (r *Resolver) agentsByID(ctx context.Context, ids []string) (map[string]*ent.Agent, error) {
	all, err := r.client.Agent.Query().Where(agent.IDIn(ids...)).WithSchedule().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the actors: %w", err)
	}
	known := make(map[string]*ent.Agent, len(all))
	for _, a := range all {
		known[a.ID] = a
	}
	return known, nil
}
