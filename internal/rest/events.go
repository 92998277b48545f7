package rest

import (
	"context"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/agentslot"
	"slotcast/ent/attendee"
	"slotcast/ent/meeting"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

// events are the meetings that others were told of, with what is shown of them.
func (h *Handler) events() *ent.MeetingQuery {
	return h.client.Meeting.Query().Where(told()).
		WithAgents(func(q *ent.AgentQuery) { q.Order(agent.ByID()) }).
		WithAttendees(func(q *ent.AttendeeQuery) { // who is counted
			q.Where(confirmed).Select(attendee.FieldMeetingID, attendee.FieldStatus)
		}).
		WithEventType()
}

func (h *Handler) listEvents(ctx context.Context, c *call) (*reply, error) {
	user, err := h.ownUser(ctx, c)
	if err != nil {
		return nil, err
	}
	q := h.events()
	if user != "" {
		q.Where(meeting.HasAgentSlotsWith(agentslot.AgentID(user)))
	}
	if err := c.narrow(q); err != nil {
		return nil, err
	}
	by := c.sorting(typeid.Meeting, "start_time:asc")
	by.column = meeting.FieldStart
	rows, page, err := pageOf(ctx, c, q, by, func(m *ent.Meeting) (any, string) { return m.Start, m.ID })
	if err != nil {
		return nil, err
	}
	return collected(rows, page, h.links.ScheduledEventOf), nil
}

// narrow takes the other filters into a query for events. Both bounds of the
// start are inside.
func (c *call) narrow(q *ent.MeetingQuery) error {
	if c.query.Has("invitee_email") {
		q.Where(meeting.HasAttendeesWith(
			attendee.AppID(c.viewer.AppID), attendee.Email(c.query.Get("invitee_email")), confirmed, // by the index of both
		))
	}
	switch c.query.Get("status") {
	case "active":
		q.Where(meeting.StatusNotIn(domain.Cancelled, domain.Rescheduled))
	case "canceled":
		q.Where(meeting.StatusIn(domain.Cancelled, domain.Rescheduled))
	}
	from, err := c.instant("min_start_time")
	if err != nil {
		return err
	}
	until, err := c.instant("max_start_time")
	if err != nil {
		return err
	}
	if from != nil {
		q.Where(meeting.StartGTE(*from))
	}
	if until != nil {
		q.Where(meeting.StartLTE(*until))
	}
	return nil
}

func (h *Handler) getEvent(ctx context.Context, c *call) (*reply, error) {
	id, err := c.id("uuid", typeid.Meeting)
	if err != nil {
		return nil, err
	}
	m, err := seen(ctx, h.events().Where(meeting.ID(id)))
	if err != nil {
		return nil, err
	}
	return resource(h.links.ScheduledEventOf(m)), nil
}
