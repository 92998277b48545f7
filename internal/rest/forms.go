package rest

import (
	"context"

	"slotcast/ent"
	"slotcast/ent/routingform"
	"slotcast/internal/typeid"
)

func (h *Handler) listForms(ctx context.Context, c *call) (*reply, error) {
	if err := c.organization("organization", c.query.Get("organization")); err != nil {
		return nil, err
	}
	by := c.sorting(typeid.RoutingForm, "created_at:asc")
	rows, page, err := pageOf(ctx, c, h.client.RoutingForm.Query(), by, func(f *ent.RoutingForm) (any, string) { return f.CreatedAt, f.ID })
	if err != nil {
		return nil, err
	}
	return collected(rows, page, h.links.RoutingFormOf), nil
}

func (h *Handler) getForm(ctx context.Context, c *call) (*reply, error) {
	id, err := c.id("uuid", typeid.RoutingForm)
	if err != nil {
		return nil, err
	}
	f, err := seen(ctx, h.client.RoutingForm.Query().Where(routingform.ID(id)))
	if err != nil {
		return nil, err
	}
	return resource(h.links.RoutingFormOf(f)), nil
}
