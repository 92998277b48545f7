package rest

import (
	"context"
	"strings"

	"slotcast/ent"
	"slotcast/ent/attendee"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

// A no-show has no row of its own: its id is that of the attendee.

func (h *Handler) createNoShow(ctx context.Context, c *call) (*reply, error) {
	var in struct {
		Invitee string `json:"invitee"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	meetingID, attendeeID, err := c.inviteeOf("invitee", in.Invitee)
	if err != nil {
		return nil, err
	}
	if _, err := h.invitee(ctx, meetingID, attendeeID); err != nil {
		return nil, err
	}
	a, err := h.booking.MarkNoShow(ctx, attendeeID)
	if err != nil {
		return nil, about(err, "invitee")
	}
	return created(h.links.NoShowOf(a)), nil
}

func (h *Handler) getNoShow(ctx context.Context, c *call) (*reply, error) {
	a, err := h.missing(ctx, c)
	if err != nil {
		return nil, err
	}
	return resource(h.links.NoShowOf(a)), nil
}

func (h *Handler) deleteNoShow(ctx context.Context, c *call) (*reply, error) {
	a, err := h.missing(ctx, c)
	if err != nil {
		return nil, err
	}
	if _, err := h.booking.UnmarkNoShow(ctx, a.ID); err != nil {
		if _, gone := h.missing(ctx, c); gone != nil { // somebody was faster
			return nil, gone
		}
		return nil, about(err, "uuid")
	}
	return noContent(), nil
}

// missing is the attendee of a no-show that a path names.
func (h *Handler) missing(ctx context.Context, c *call) (*ent.Attendee, error) {
	id, err := c.id("uuid", typeid.Attendee)
	if err != nil {
		return nil, err
	}
	return seen(ctx, h.seats().Where(attendee.ID(id), attendee.StatusEQ(domain.AttendeeNoShow)))
}

// inviteeOf are the two ids in an invitee's URI.
func (c *call) inviteeOf(parameter, uri string) (meetingID, attendeeID string, err error) {
	event, attendeeID, _ := strings.Cut(uri, "/invitees/")
	meetingID, err = c.idOf(parameter, event, "scheduled_events", typeid.Meeting)
	if err != nil || typeid.Check(typeid.Attendee, attendeeID) != nil {
		return "", "", invalid(parameter, "it is not the URI of an invitee here, such as %s/scheduled_events/mtg_…/invitees/att_…", c.base)
	}
	return meetingID, attendeeID, nil
}

// about names the parameter that a service's refusal is about.
func about(err error, parameter string) error {
	if e := apperr.From(err); e != nil {
		named := *e
		named.Field = parameter
		return &named
	}
	return err
}
