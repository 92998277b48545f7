package rest

import (
	"context"

	"slotcast/ent/agent"
	"slotcast/ent/app"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

func (h *Handler) getCurrentUser(ctx context.Context, c *call) (*reply, error) {
	// His token may not be for agents: who he is he knows.
	a, err := h.client.Agent.Query().Where(agent.ID(c.viewer.AgentID)).Only(viewer.ForApp(ctx))
	if err != nil {
		return nil, err
	}
	return resource(h.links.UserOf(a)), nil
}

func (h *Handler) getUser(ctx context.Context, c *call) (*reply, error) {
	id, err := c.id("uuid", typeid.Agent)
	if err != nil {
		return nil, err
	}
	a, err := seen(ctx, h.client.Agent.Query().Where(agent.ID(id)))
	if err != nil {
		return nil, err
	}
	return resource(h.links.UserOf(a)), nil
}

func (h *Handler) getOrganization(ctx context.Context, c *call) (*reply, error) {
	id, err := c.id("uuid", typeid.App)
	if err != nil {
		return nil, err
	}
	a, err := h.client.App.Query().Where(app.ID(id)).Only(ctx)
	if err != nil {
		return nil, err
	}
	return resource(h.links.OrganizationOf(a)), nil
}
