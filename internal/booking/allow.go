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

// hosts reports whether the viewer is one of the agents.
func hosts(v viewer.Viewer, agents []*ent.Agent) bool {
	return v.Kind == viewer.Agent && slices.ContainsFunc(agents, func(a *ent.Agent) bool { return a.ID == v.AgentID })
}

// byHand refuses a member who books other agents outside their hours.
func (r *request) byHand(ctx context.Context, agents []*ent.Agent) error {
	if v, _ := viewer.From(ctx); r.CreateByContact || v.Leads() || hosts(v, agents) {
		return nil
	}
	e := apperr.New(apperr.Forbidden, "a MEMBER books by hand what he hosts himself: leave it out to book as a contact")
	e.Field = "createByContact"
	return e
}

// forPages refuses what a booking page may not say: it would stand in the
// meeting of others, too, or is what the app keeps for itself.
func (in *BookInput) forPages() error {
	for _, f := range []struct {
		field string
		said  bool
	}{
		{"createByContact", !in.CreateByContact}, {"modeNote", in.ModeNote != nil},
		{"modifiedEventName", in.ModifiedEventName != nil}, {"externalIds", len(in.ExternalIDs) > 0},
	} {
		if f.said {
			e := apperr.New(apperr.Forbidden, "a booking page may not set it: leave it out, or use an access token")
			e.Field = f.field
			return e
		}
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
	case whole && m.Type == domain.Group && slices.ContainsFunc(taken(m), func(a *ent.Attendee) bool { return string(a.ManageHash) != v.ManageHash }):
		return apperr.New(apperr.Forbidden, "others take part as well: give your seats back, with cancelAttendee for each")
	case !s.now().Before(m.Start):
		return apperr.New(apperr.Forbidden, "the meeting has begun")
	case s.now().Add(minutes(notice)).After(m.Start):
		return apperr.New(apperr.Forbidden, "it starts in less than %d minutes: ask the host", notice)
	}
	return nil
}

// discreet takes out of a meeting what a visitor, or a member who does not host
// it, must not see of the others in a GROUP. The seats booked with the given
// manage token are his own.
func discreet(ctx context.Context, m *ent.Meeting, manageHash []byte) *ent.Meeting {
	if v, _ := viewer.From(ctx); m.Type != domain.Group || v.Leads() || hosts(v, m.Edges.Agents) {
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
