package rest

import (
	"context"
	"strings"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

// belonging are the agents who are members. Those who were deactivated are not,
// although what they did still names them as users.
func (h *Handler) belonging() *ent.AgentQuery {
	return h.client.Agent.Query().Where(agent.StatusNEQ(domain.AgentDeactivated))
}

func (h *Handler) listMemberships(ctx context.Context, c *call) (*reply, error) {
	user, err := h.ownUser(ctx, c)
	if err != nil {
		return nil, err
	}
	q := h.belonging()
	if user != "" {
		q.Where(agent.ID(user))
	}
	if c.query.Has("email") {
		q.Where(agent.Email(c.query.Get("email")))
	}
	if c.query.Has("role") {
		q.Where(agent.RoleEQ(roleOf(c.query.Get("role"))))
	}
	by := order{column: agent.FieldCreatedAt, kind: typeid.Agent}
	rows, page, err := pageOf(ctx, c, q, by, func(a *ent.Agent) (any, string) { return a.CreatedAt, a.ID })
	if err != nil {
		return nil, err
	}
	return collected(rows, page, h.links.MembershipOf), nil
}

func (h *Handler) getMembership(ctx context.Context, c *call) (*reply, error) {
	id, err := c.id("uuid", typeid.Agent)
	if err != nil {
		return nil, err
	}
	a, err := seen(ctx, h.belonging().Where(agent.ID(id)))
	if err != nil {
		return nil, err
	}
	return resource(h.links.MembershipOf(a)), nil
}

// roleOf is the role that memberships have a word for; see wire.MembershipOf.
func roleOf(word string) domain.Role {
	if word == "user" {
		return domain.Member
	}
	return domain.Role(strings.ToUpper(word))
}
