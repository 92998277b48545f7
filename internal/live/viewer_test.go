package live_test

import (
	"testing"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/live"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// A member sees what happens to the meetings that he hosts, and to no others.
func TestMembersSeeTheirMeetings(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		a := e.apps(1)[0]
		ben := &ent.Agent{ID: typeid.New(typeid.Agent), AppID: a.meeting.AppID, Name: "Ben"}
		ours := a.other(func(m *ent.Meeting) { m.Edges.Agents = []*ent.Agent{a.meeting.Edges.Agents[0], ben} })
		cursor := a.append(domain.MeetingBooked).Position().Cursor()
		member := *a
		member.ctx = viewer.With(t.Context(), viewer.Viewer{AppID: a.meeting.AppID, AgentID: ben.ID, Role: domain.Member})
		s := member.subscribe(&cursor, live.Filter{})
		first := ours.append(domain.MeetingBooked)
		a.append(domain.MeetingRescheduled)
		a.append(domain.MeetingCanceled)
		s.want(first, ours.append(domain.MeetingCanceled))
		filtered := member.subscribe(&cursor, live.Filter{AgentIDs: []string{a.meeting.Edges.Agents[0].ID}})
		filtered.want(first)
	})
}

func TestWatchingIsForAgents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, e *env) {
		app := e.apps(1)[0].meeting.AppID
		for name, v := range map[string]viewer.Viewer{
			"page": {AppID: app, Kind: viewer.Page}, "attendee": {AppID: app, Kind: viewer.Attendee, ManageHash: "x"},
			"invited":     {AppID: app, Kind: viewer.Invited, AgentID: "agt_x", Role: domain.Owner},
			"other scope": {AppID: app, AgentID: "agt_x", Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{domain.WebhooksWrite})},
		} {
			_, _, err := e.hub.Feed(viewer.With(t.Context(), v), nil, live.Filter{})
			if apperr.CodeOf(err) != apperr.Forbidden {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
