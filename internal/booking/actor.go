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
// the app, or else the viewer's agent.
func (s *Service) actor(ctx context.Context, tx *ent.Tx, field string, m *ent.Meeting, in ActorInput) (domain.Actor, error) {
	if err := input.First(input.Optional(field+".name", in.Name, maxWord), input.Optional(field+".id", in.ID, maxWord)); err != nil {
		return domain.Actor{}, err
	}
	v, _ := viewer.From(ctx)
	switch in.Type {
	case "":
		return agentActor(ctx, tx, field, v.AgentID)
	case domain.ActorAgent:
		return agentActor(ctx, tx, field+".id", *cmp.Or(in.ID, &v.AgentID))
	case domain.ActorAttendee:
		for _, a := range m.Edges.Attendees {
			if in.ID != nil && a.ID == *in.ID || in.ID == nil && len(m.Edges.Attendees) == 1 {
				return domain.Actor{Type: in.Type, ID: a.ID, Name: a.Name}, nil
			}
		}
		return domain.Actor{}, apperr.BadInput(field+".id", "the id of one of the meeting's attendees is needed")
	case domain.ActorAPI, domain.ActorSystem:
		none := ""
		return domain.Actor{Type: in.Type, ID: *cmp.Or(in.ID, &none), Name: *cmp.Or(in.Name, &none)}, nil
	}
	return domain.Actor{}, apperr.BadInput(field+".type", "%q is not one of %v", in.Type, in.Type.Values())
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
