package graph

import (
	"context"
	"strings"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/meeting"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

func viewerKind(k viewer.Kind) domain.ViewerKind {
	switch k {
	case viewer.Page:
		return domain.ViewerPage
	case viewer.Attendee:
		return domain.ViewerAttendee
	case viewer.Invited:
		return domain.ViewerInvited
	case viewer.Agent:
	}
	return domain.ViewerAgent
}

// accessToken is the id of the token in use. An invitation is one that cannot be
// used, and the credential of a JSON Web Token is its provider.
func accessToken(v viewer.Viewer) *string {
	if v.Kind != viewer.Agent || !strings.HasPrefix(v.CredentialID, string(typeid.AccessToken)+"_") {
		return nil
	}
	return &v.CredentialID
}

// himself is the viewer's agent, whom he sees though his token may show him
// nobody else.
func (r *Resolver) himself(ctx context.Context, v viewer.Viewer) (*ent.Agent, error) {
	return r.client.Agent.Query().Where(agent.ID(v.AgentID)).WithSchedule().Only(viewer.ForApp(ctx))
}

// managed is the newest of the meetings that a manage token shows: the others
// were moved.
func (r *Resolver) managed(ctx context.Context) (*ent.Meeting, error) {
	return found(r.client.Meeting.Query().Order(meeting.ByCreatedAt(sql.OrderDesc()), meeting.ByID(sql.OrderDesc())).First(ctx))
}
