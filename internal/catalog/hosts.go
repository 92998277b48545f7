package catalog

import (
	"context"
	"fmt"
	"slices"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/agentslot"
	"slotcast/ent/host"
	"slotcast/ent/meeting"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/policy"
)

// assign makes the wanted agents, and no others, the event type's hosts, and
// returns them. A host that stays keeps its row, which counts its meetings; a
// new one begins with the least of those counts, or all meetings would be its
// own until it has caught up.
func assign(ctx context.Context, tx *ent.Tx, eventTypeID string, wanted []string) ([]*ent.Agent, error) {
	agents, err := tx.Agent.Query().
		Where(agent.Or(agent.IDIn(wanted...), agent.HasHostsWith(host.EventTypeID(eventTypeID))), lock).
		WithSchedule().Order(agent.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("locking the agents of %s: %w", eventTypeID, err)
	}
	for i, id := range wanted {
		if !slices.ContainsFunc(agents, func(a *ent.Agent) bool { return a.ID == id }) {
			return nil, apperr.Missing("agent", input.At("agentIds", i), id)
		}
	}
	before, err := tx.Host.Query().Where(host.EventTypeID(eventTypeID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the hosts of %s: %w", eventTypeID, err)
	}
	kept, gone := split(before, wanted)
	for i, id := range wanted {
		off := func(a *ent.Agent) bool { return a.ID == id && a.Status == domain.AgentDeactivated }
		if kept[id] == nil && slices.ContainsFunc(agents, off) {
			return nil, apperr.BadInput(input.At("agentIds", i), "the agent is deactivated: choose another one, or reactivate this one")
		}
	}
	if len(gone) > 0 {
		if _, err := tx.Host.Delete().Where(host.IDIn(gone...)).Exec(ctx); err != nil {
			return nil, fmt.Errorf("removing hosts of %s: %w", eventTypeID, err)
		}
	}
	if err := add(ctx, tx, eventTypeID, wanted, kept); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(agents, func(a *ent.Agent) bool { return !slices.Contains(wanted, a.ID) }), nil
}

// split tells the hosts that stay, by agent, from the ids of those that go.
func split(before []*ent.Host, wanted []string) (kept map[string]*ent.Host, gone []string) {
	kept = map[string]*ent.Host{}
	for _, h := range before {
		if slices.Contains(wanted, h.AgentID) {
			kept[h.AgentID] = h
		} else {
			gone = append(gone, h.ID)
		}
	}
	return kept, gone
}

func add(ctx context.Context, tx *ent.Tx, eventTypeID string, wanted []string, kept map[string]*ent.Host) error {
	least, first := 0, true
	for _, h := range kept {
		if first || h.Assigned < least {
			least, first = h.Assigned, false
		}
	}
	had, err := meetings(ctx, tx, eventTypeID, wanted)
	if err != nil {
		return err
	}
	var creates []*ent.HostCreate
	for _, id := range wanted {
		if kept[id] == nil {
			creates = append(creates, tx.Host.Create().SetEventTypeID(eventTypeID).SetAgentID(id).SetAssigned(max(least, had[id])))
		}
	}
	if len(creates) == 0 {
		return nil
	}
	err = tx.Host.CreateBulk(creates...).Exec(policy.Vouch(ctx, append([]string{eventTypeID}, wanted...)...))
	if err != nil {
		return fmt.Errorf("adding hosts of %s: %w", eventTypeID, err)
	}
	return nil
}

// meetings counts, by agent, those that agents were given and that were not
// called off: they may have hosted the event type before.
func meetings(ctx context.Context, tx *ent.Tx, eventTypeID string, agentIDs []string) (map[string]int, error) {
	var counts []struct {
		AgentID string `json:"agent_id"`
		Count   int    `json:"count"`
	}
	err := tx.AgentSlot.Query().
		Where(agentslot.AgentIDIn(agentIDs...), agentslot.HasMeetingWith(
			meeting.EventTypeID(eventTypeID), meeting.StatusIn(domain.Held, domain.Active, domain.Completed))).
		GroupBy(agentslot.FieldAgentID).Aggregate(ent.Count()).Scan(ctx, &counts)
	if err != nil {
		return nil, fmt.Errorf("counting the agents' meetings: %w", err)
	}
	had := make(map[string]int, len(counts))
	for _, c := range counts {
		had[c.AgentID] = c.Count
	}
	return had, nil
}
