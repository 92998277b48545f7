package booking

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/agentslot"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/input"
)

// ReassignInput asks for another agent.
type ReassignInput struct {
	MeetingID, AgentID, Reason string
	By                         ActorInput
}

// Reassign gives a meeting to another agent of its event type, at the same time.
// There is no event of it. Its errors: NOT_FOUND, BAD_USER_INPUT with the field,
// SLOT_TAKEN, CONFLICT for a meeting that is not active or over, or COLLECTIVE,
// or with that agent already.
func (s *Service) Reassign(ctx context.Context, in ReassignInput) (*ent.Meeting, error) {
	if _, err := commanding(ctx); err != nil {
		return nil, err
	}
	err := input.First(
		input.Text("meetingId", in.MeetingID, maxWord),
		input.Text("agentId", in.AgentID, maxWord),
		input.Text("reason", in.Reason, maxText),
	)
	if err != nil {
		return nil, err
	}
	var done *ent.Meeting
	err = s.inTx(ctx, func(ctx context.Context, tx *ent.Tx) ([]*eventlog.Draft, error) {
		if err := seen(ctx, tx, "meetingId", in.MeetingID); err != nil {
			return nil, err
		}
		m, err := open(ctx, tx, "meetingId", in.MeetingID, agent.ID(in.AgentID))
		if err != nil {
			return nil, err
		}
		if err := s.reassign(ctx, tx, m, in); err != nil {
			return nil, err
		}
		done, err = load(ctx, tx, "meetingId", m.ID)
		return nil, err
	})
	if err != nil {
		return nil, err
	}
	return done, nil
}

func (s *Service) reassign(ctx context.Context, tx *ent.Tx, m *ent.Meeting, in ReassignInput) error {
	now := s.now()
	switch before := m.Edges.Agents[0]; {
	case m.Type == domain.Collective:
		return apperr.New(apperr.Conflict, "a COLLECTIVE meeting has all agents of its event type")
	case before.ID == in.AgentID:
		return apperr.New(apperr.Conflict, "the meeting is with that agent already")
	case !now.Before(m.End):
		return apperr.New(apperr.Conflict, "the meeting is over")
	}
	next, err := tx.Agent.Query().Where(agent.ID(in.AgentID), hosting(m.EventTypeID)).Only(ctx)
	if ent.IsNotFound(err) {
		return apperr.Missing("agent of this event type", "agentId", in.AgentID)
	}
	if err != nil {
		return fmt.Errorf("reading agent %s: %w", in.AgentID, err)
	}
	by, err := s.actor(ctx, tx, "reassignedBy", m, in.By)
	if err != nil {
		return err
	}
	change := &domain.Reassignment{Time: now, Reason: in.Reason, By: by, FromAgentID: m.Edges.Agents[0].ID}
	if err := move(ctx, tx, m, inPlace, func(u *ent.MeetingUpdate) { u.SetReassignment(change) }); err != nil {
		return err
	}
	at := spanOf(m.Edges.EventType, m.Start, m.DurationMinutes)
	free, err := s.free(ctx, tx, []*ent.Agent{next}, at)
	if err != nil {
		return err
	}
	if len(free) == 0 {
		e := apperr.New(apperr.SlotTaken, "the agent is not free at that time: choose another one")
		e.Field = "agentId"
		return e
	}
	if err := s.count(ctx, tx, m, m.Edges.Agents, -1); err != nil {
		return err
	}
	if _, err := tx.AgentSlot.Delete().Where(agentslot.MeetingID(m.ID)).Exec(ctx); err != nil {
		return fmt.Errorf("freeing the agent of meeting %s: %w", m.ID, err)
	}
	return s.take(ctx, tx, m, at, free)
}
