package booking

import (
	"cmp"
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// actor says who did it: the one named, who must have to do with the meeting or
// the app, or else the viewer. An attendee does what he does himself, a member
// does nothing in the name of other agents or of the server; owners and admins,
// whose tokens back ends have, name whom they act for.
func (s *Service) actor(ctx context.Context, tx *ent.Tx, field string, m *ent.Meeting, in ActorInput) (domain.Actor, error) {
	if err := input.First(input.Optional(field+".name", in.Name, maxWord), input.Optional(field+".id", in.ID, maxWord)); err != nil {
		return domain.Actor{}, err
	}
	v, _ := viewer.From(ctx)
	if v.Kind == viewer.Attendee {
		return himself(v, field, m, in)
	}
	switch in.Type {
	case "":
		return agentActor(ctx, tx, field, v.AgentID)
	case domain.ActorAgent:
		id := *cmp.Or(in.ID, &v.AgentID)
		if id != v.AgentID && !v.Leads() {
			return domain.Actor{}, notFor(field, "another agent")
		}
		return agentActor(ctx, tx, field+".id", id)
	case domain.ActorAttendee:
		for _, a := range m.Edges.Attendees {
			if in.ID != nil && a.ID == *in.ID || in.ID == nil && len(m.Edges.Attendees) == 1 {
				return domain.Actor{Type: in.Type, ID: a.ID, Name: a.Name}, nil
			}
		}
		return domain.Actor{}, apperr.BadInput(field+".id", "the id of one of the meeting's attendees is needed")
	case domain.ActorAPI, domain.ActorSystem:
		if in.Type == domain.ActorSystem && !v.Leads() {
			return domain.Actor{}, notFor(field, "the server")
		}
		none := ""
		return domain.Actor{Type: in.Type, ID: *cmp.Or(in.ID, &none), Name: *cmp.Or(in.Name, &none)}, nil
	}
	return domain.Actor{}, apperr.BadInput(field+".type", "%q is not one of %v", in.Type, in.Type.Values())
}

// himself is the first of the seats that the viewer's manage token is for, or the
// one of them that is named.
func himself(v viewer.Viewer, field string, m *ent.Meeting, in ActorInput) (domain.Actor, error) {
	for _, a := range m.Edges.Attendees {
		if string(a.ManageHash) == v.ManageHash && (in.ID == nil || a.ID == *in.ID) && (in.Type == "" || in.Type == domain.ActorAttendee) {
			return domain.Actor{Type: domain.ActorAttendee, ID: a.ID, Name: a.Name}, nil
		}
	}
	return domain.Actor{}, notFor(field, "somebody else")
}

func notFor(field, whom string) error {
	e := apperr.New(apperr.Forbidden, "the token does not allow to act for %s: leave it out", whom)
	e.Field = field
	return e
}

func agentActor(ctx context.Context, tx *ent.Tx, field, id string) (domain.Actor, error) {
	a, err := tx.Agent.Query().Where(agent.ID(id)).Only(ctx)
	if ent.IsNotFound(err) {
		return domain.Actor{}, apperr.Missing("agent", field, id)
	}
	if err != nil {
		return domain.Actor{}, fmt.Errorf("reading agent %s: %w", id, err)
	}
	return domain.Actor{Type: domain.ActorAgent, ID: a.ID, Name: a.Name}, nil
}
