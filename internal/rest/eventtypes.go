package rest

import (
	"context"
	"strconv"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/eventtype"
	"slotcast/ent/host"
	"slotcast/internal/typeid"
)

// eventTypes are with those who host them.
func (h *Handler) eventTypes() *ent.EventTypeQuery {
	return h.client.EventType.Query().WithAgents(func(q *ent.AgentQuery) { q.Order(agent.ByID()) })
}

// listEventTypes leaves out what was archived: only what was booked with it
// still names it.
func (h *Handler) listEventTypes(ctx context.Context, c *call) (*reply, error) {
	user, err := h.user(ctx, c)
	if err != nil {
		return nil, err
	}
	q := h.eventTypes().Where(eventtype.ArchivedAtIsNil())
	if user != "" {
		q.Where(eventtype.HasHostsWith(host.AgentID(user)))
	}
	if c.query.Has("active") {
		active, err := strconv.ParseBool(c.query.Get("active"))
		if err != nil {
			return nil, invalid("active", "it is true or false")
		}
		q.Where(eventtype.Active(active))
	}
	by := c.sorting(typeid.EventType, "name:asc")
	rows, page, err := pageOf(ctx, c, q, by, func(et *ent.EventType) (any, string) {
		if by.column == eventtype.FieldCreatedAt {
			return et.CreatedAt, et.ID
		}
		return et.Name, et.ID
	})
	if err != nil {
		return nil, err
	}
	return collected(rows, page, h.links.EventTypeOf), nil
}

func (h *Handler) getEventType(ctx context.Context, c *call) (*reply, error) {
	id, err := c.id("uuid", typeid.EventType)
	if err != nil {
		return nil, err
	}
	et, err := seen(ctx, h.eventTypes().Where(eventtype.ID(id)))
	if err != nil {
		return nil, err
	}
	return resource(h.links.EventTypeOf(et)), nil
}
