package booking

import (
	"context"
	"fmt"
	"slices"

	"slotcast/ent"
	"slotcast/ent/meeting"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// commanding returns the viewer where he may give commands of a kind at all:
// agents whose token is for changing meetings, and of the visitors the given.
func commanding(ctx context.Context, visitors ...viewer.Kind) (viewer.Viewer, error) {
	v, ok := viewer.From(ctx)
	switch {
	case !ok:
		return v, apperr.New(apperr.Unauthenticated, "a token is needed")
	case v.Kind == viewer.Agent && !v.Has(domain.MeetingsWrite):
		return v, apperr.New(apperr.Forbidden, "the token lacks the scope %s", domain.MeetingsWrite)
	case v.Kind != viewer.Agent && !slices.Contains(visitors, v.Kind):
		return v, apperr.New(apperr.Forbidden, "this is for the agents of the app: their access tokens allow it")
	}
	return v, nil
}

// seen makes sure that the viewer sees a meeting by himself, before a command
// looks at it as the app. Owners and admins see all of them.
func seen(ctx context.Context, tx *ent.Tx, field, id string) error {
	if v, _ := viewer.From(ctx); v.Leads() {
		return nil
	}
	found, err := tx.Meeting.Query().Where(meeting.ID(id)).Exist(viewer.AsCaller(ctx))
	if err != nil {
		return fmt.Errorf("looking for meeting %s: %w", id, err)
	}
	if !found {
		return apperr.Missing("meeting", field, id)
	}
	return nil
}

// changeable refuses an attendee who wants to change what is not his alone, or
// later than the event type lets him.
func (s *Service) changeable(ctx context.Context, m *ent.Meeting, whole bool) error {
	v, _ := viewer.From(ctx)
	if v.Kind != viewer.Attendee {
		return nil
	}
	notice := m.Edges.EventType.ManageNoticeMinutes
	switch {
	case whole && m.Type == domain.Group:
		return apperr.New(apperr.Forbidden, "others take part as well: give your seats back, with cancelAttendee for each")
	case !s.now().Before(m.Start):
		return apperr.New(apperr.Forbidden, "the meeting has begun")
	case s.now().Add(minutes(notice)).After(m.Start):
		return apperr.New(apperr.Forbidden, "it starts in less than %d minutes: ask the host", notice)
	}
	return nil
}

// discreet takes out of a meeting what a visitor must not see of the others in a
// GROUP. The seats booked with the given manage token are his own.
func discreet(ctx context.Context, m *ent.Meeting, manageHash []byte) *ent.Meeting {
	v, _ := viewer.From(ctx)
	if v.Kind == viewer.Agent || m.Type != domain.Group {
		return m
	}
	own := *m
	own.Edges.Attendees = slices.DeleteFunc(slices.Clone(m.Edges.Attendees), func(a *ent.Attendee) bool {
		return string(a.ManageHash) != string(manageHash)
	})
	own.Notes, own.ExternalIds = []domain.Note{}, []string{}
	own.Tracking, own.MultipleBookingIdentifier = nil, nil
	return &own
}
