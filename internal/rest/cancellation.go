package rest

import (
	"context"
	"errors"

	"slotcast/ent"
	"slotcast/ent/meeting"
	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

func (h *Handler) cancelEvent(ctx context.Context, c *call) (*reply, error) {
	var in struct {
		Reason string `json:"reason"`
	}
	if err := c.decode(&in); err != nil {
		return nil, err
	}
	m, err := h.cancelable(ctx, c)
	if err != nil {
		return nil, err
	}
	done, err := h.booking.Cancel(ctx, booking.CancelInput{MeetingID: m.ID, Reason: in.Reason})
	if apperr.CodeOf(err) == apperr.Conflict { // it has changed meanwhile: say how
		if _, why := h.cancelable(ctx, c); why != nil {
			return nil, why
		}
	}
	if err != nil {
		return nil, err
	}
	return created(h.links.ScheduledEventOf(done).Cancellation), nil
}

// cancelable is the meeting that a call is to cancel. Clients tell by the message
// why one is not.
func (h *Handler) cancelable(ctx context.Context, c *call) (*ent.Meeting, error) {
	id, err := c.id("uuid", typeid.Meeting)
	if err != nil {
		return nil, err
	}
	m, err := seen(ctx, h.client.Meeting.Query().Where(told(), meeting.ID(id)))
	switch p := (*problem)(nil); {
	case errors.As(err, &p): // his app has it, and others host it
		return nil, forbidden(cancelNotAllowed, "")
	case err != nil:
		return nil, err
	case m.Status == domain.Cancelled || m.Status == domain.Rescheduled:
		return nil, forbidden(cancelAlready, "")
	case m.Status == domain.Completed || !h.now().Before(m.Start):
		return nil, forbidden(cancelPast, "")
	}
	return m, nil
}
