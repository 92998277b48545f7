package booking

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/agentslot"
	"slotcast/ent/host"
	"slotcast/internal/apperr"
	"slotcast/internal/policy"
)

// lockAgents makes other commands on the same agents wait until this
// transaction ends. SQLite has one writer at a time anyway.
func lockAgents(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.For("NO KEY UPDATE")
	}
}

// choose locks and returns the agents that a meeting of the event type takes:
// those asked for, or by its rule. For SOLO that is one; the others of the pool
// are left alone.
func choose(ctx context.Context, tx *ent.Tx, et *ent.EventType, wanted []string) ([]*ent.Agent, error) {
	pool := tx.Agent.Query().Where(agent.HasHostsWith(host.EventTypeID(et.ID)), lockAgents)
	if len(wanted) > 1 {
		return nil, apperr.BadInput("agentIds", "a SOLO meeting has one agent")
	}
	if len(wanted) == 1 {
		pool.Where(agent.ID(wanted[0]))
	}
	agents, err := pool.Order(agent.ByID()).Limit(1).All(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("locking the agent of %s: %w", et.ID, err)
	case len(agents) == 1:
		return agents, nil
	case len(wanted) == 1:
		return nil, apperr.Missing("agent of this event type", "agentIds.0", wanted[0])
	}
	return nil, apperr.New(apperr.Conflict, "event type %q has no agent to book", et.Slug)
}

// take gives the meeting its agents' time, buffers included.
func take(ctx context.Context, tx *ent.Tx, m *ent.Meeting, et *ent.EventType, agents []*ent.Agent) error {
	for _, a := range agents {
		err := tx.AgentSlot.Create().
			SetMeetingID(m.ID).SetAgentID(a.ID).
			SetBusyFrom(m.Start.Add(-minutes(et.BufferBeforeMinutes))).
			SetBusyUntil(m.End.Add(minutes(et.BufferAfterMinutes))).
			Exec(policy.Vouch(ctx, m.ID, a.ID))
		if err != nil {
			return fmt.Errorf("taking the time of agent %s: %w", a.ID, err)
		}
	}
	return nil
}

// release gives the time back.
func release(ctx context.Context, tx *ent.Tx, meetingID string) error {
	err := tx.AgentSlot.Update().Where(agentslot.MeetingID(meetingID)).SetLive(false).Exec(ctx)
	if err != nil {
		return fmt.Errorf("releasing the slots of meeting %s: %w", meetingID, err)
	}
	return nil
}
