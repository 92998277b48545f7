package rest

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

func (h *Handler) listInvitees(ctx context.Context, c *call) (*reply, error) {
	id, err := c.id("uuid", typeid.Meeting)
	if err != nil {
		return nil, err
	}
	m, err := seen(ctx, h.client.Meeting.Query().Where(told(), meeting.ID(id)).WithPayment())
	if err != nil {
		return nil, err
	}
	q := h.seats().Where(attendee.MeetingID(m.ID))
	if c.query.Has("email") {
		q.Where(attendee.Email(c.query.Get("email")))
	}
	switch moved := m.Status == domain.Rescheduled; c.query.Get("status") {
	case "active":
		q.Where(attendee.StatusNEQ(domain.AttendeeCancelled))
		if moved { // all of them are in the new meeting
			q.Where(attendee.IDIn())
		}
	case "canceled":
		if !moved {
			q.Where(attendee.StatusEQ(domain.AttendeeCancelled))
		}
	}
	by := c.sorting(typeid.Attendee, "created_at:asc")
	rows, page, err := pageOf(ctx, c, q, by, func(a *ent.Attendee) (any, string) { return a.CreatedAt, a.ID })
	if err != nil {
		return nil, err
	}
	next, err := h.next(ctx, m, rows...)
	if err != nil {
		return nil, err
	}
	return collected(rows, page, func(a *ent.Attendee) wire.Invitee { return h.links.InviteeOf(m, a, next[a.ID]) }), nil
}

func (h *Handler) getInvitee(ctx context.Context, c *call) (*reply, error) {
	meetingID, err := c.id("uuid", typeid.Meeting)
	if err != nil {
		return nil, err
	}
	attendeeID, err := c.id("invitee_uuid", typeid.Attendee)
	if err != nil {
		return nil, err
	}
	a, err := h.invitee(ctx, meetingID, attendeeID)
	if err != nil {
		return nil, err
	}
	m := a.Edges.Meeting
	next, err := h.next(ctx, m, a)
	if err != nil {
		return nil, err
	}
	return resource(h.links.InviteeOf(m, a, next[a.ID])), nil
}

// invitee is the seat that the two ids of an invitee's URI name, with its meeting.
func (h *Handler) invitee(ctx context.Context, meetingID, attendeeID string) (*ent.Attendee, error) {
	return seen(ctx, h.seats().Where(attendee.ID(attendeeID), attendee.MeetingID(meetingID)).
		WithMeeting(func(q *ent.MeetingQuery) { q.WithPayment() }))
}

// next are the seats that have replaced those of a meeting, by the ids of these.
// Whoever sees the old seat is told which is the new one, as deliveries do; he
// may have to do with another agent by now.
func (h *Handler) next(ctx context.Context, m *ent.Meeting, seats ...*ent.Attendee) (map[string]*ent.Attendee, error) {
	if m.Status != domain.Rescheduled || len(seats) == 0 {
		return nil, nil
	}
	ids := make([]string, len(seats))
	for i, a := range seats {
		ids[i] = a.ID
	}
	found, err := h.client.Attendee.Query().Where(attendee.PreviousIDIn(ids...), confirmed).
		Select(attendee.FieldPreviousID).All(viewer.ForApp(ctx))
	if err != nil {
		return nil, fmt.Errorf("looking for the seats that replace those of meeting %s: %w", m.ID, err)
	}
	next := make(map[string]*ent.Attendee, len(found))
	for _, a := range found {
		next[*a.PreviousID] = a
	}
	return next, nil
}
