package booking

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/agentslot"
	"slotcast/ent/host"
	"slotcast/ent/predicate"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/policy"
)

// hosting selects the agents of an event type who take part.
func hosting(eventTypeID string) predicate.Agent {
	return agent.And(agent.HasHostsWith(host.EventTypeID(eventTypeID)), agent.StatusNEQ(domain.AgentDeactivated))
}

// joined selects the same agents by a join, which cannot stand in an Or. Unlike
// hosting it has SQLite begin with the hosts, of whom there are few, instead of
// looking at every agent of the app.
func joined(eventTypeID string) predicate.Agent {
	return func(s *sql.Selector) {
		t := sql.Table(host.Table)
		s.Join(t).On(s.C(agent.FieldID), t.C(host.FieldAgentID))
		s.Where(sql.EQ(t.C(host.FieldEventTypeID), eventTypeID))
	}
}

// pool locks and returns the agents that a meeting of the event type may take,
// in the order of their ids: those asked for, or by its rule. For SOLO that is
// one; the others are left alone.
func pool(ctx context.Context, tx *ent.Tx, et *ent.EventType, wanted []string) ([]*ent.Agent, error) {
	hosts := tx.Agent.Query().Where(joined(et.ID), agent.StatusNEQ(domain.AgentDeactivated), withHours, forChange).Order(agent.ByID())
	one := len(wanted) == 1 && et.Type != domain.Collective
	switch {
	case len(wanted) > 1 && et.Type != domain.Collective:
		return nil, apperr.BadInput("agentIds", "a %s meeting has one agent", et.Type)
	case et.Type == domain.Group: // all of them: the group at a time may be with any
	case one:
		hosts.Where(agent.ID(wanted[0]))
	case et.Type == domain.Solo:
		hosts.Limit(1)
	}
	agents, err := hosts.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("locking the agents of %s: %w", et.ID, err)
	}
	for i, id := range wanted {
		if !slices.ContainsFunc(agents, func(a *ent.Agent) bool { return a.ID == id }) {
			return nil, apperr.Missing("agent of this event type", fmt.Sprintf("agentIds.%d", i), id)
		}
	}
	switch {
	case len(agents) == 0:
		return nil, apperr.New(apperr.Conflict, "event type %q has no agent to book", et.Slug)
	case et.Type == domain.Collective && len(wanted) > 0 && !all(agents, wanted):
		return nil, apperr.BadInput("agentIds", "a COLLECTIVE meeting has all agents of its event type: name each, or none")
	case one:
		agents = slices.DeleteFunc(agents, func(a *ent.Agent) bool { return a.ID != wanted[0] })
	}
	return agents, nil
}

func all(agents []*ent.Agent, wanted []string) bool {
	return !slices.ContainsFunc(agents, func(a *ent.Agent) bool { return !slices.Contains(wanted, a.ID) })
}

// choose returns the agents that take the meeting, of those in the pool. A
// contact books within their hours only.
func (s *Service) choose(
	ctx context.Context, tx *ent.Tx, et *ent.EventType, hosts []*ent.Agent, at span, byContact bool,
) ([]*ent.Agent, error) {
	everybody := len(hosts)
	if byContact {
		var err error
		if hosts, err = workable(ctx, tx, hosts, at.start, at.end); err != nil {
			return nil, err
		}
		if len(hosts) == 0 || et.Type == domain.Collective && len(hosts) < everybody {
			return nil, apperr.BadInput("start", "it is outside the hours of those who host it: ask for the availability")
		}
	}
	free, err := s.free(ctx, tx, hosts, at)
	if err != nil {
		return nil, err
	}
	switch {
	case et.Type == domain.Collective && len(free) < everybody:
		return nil, slotTaken("not all agents are free at that time: choose another start")
	case len(free) == 0:
		return nil, slotTaken("no agent is free at that time: choose another start")
	case et.Type == domain.Collective:
		return free, nil
	case et.Type == domain.RoundRobin:
		return fairest(ctx, tx, et, free)
	}
	return free[:1], nil
}

// maxBusy is the longest time that a meeting can take of an agent: a day, with
// two buffers of a day. It lets the index on the slots' beginnings find all that
// reach into a time.
const maxBusy = 3 * 24 * time.Hour

// free are those of the agents, who are locked, with nothing else to do. Holds
// in the way whose time has run out are ended.
func (s *Service) free(ctx context.Context, tx *ent.Tx, agents []*ent.Agent, at span) ([]*ent.Agent, error) {
	ids := make([]string, len(agents))
	for i, a := range agents {
		ids[i] = a.ID
	}
	slots, err := tx.AgentSlot.Query().
		Where(agentslot.AgentIDIn(ids...), agentslot.Live(true),
			agentslot.BusyFromLT(at.busyUntil), agentslot.BusyUntilGT(at.busyFrom), agentslot.BusyFromGT(at.busyFrom.Add(-maxBusy))).
		WithMeeting().
		Order(agentslot.ByMeetingID()).
		All(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking for what the agents do at that time: %w", err)
	}
	busy, ended := map[string]bool{}, map[string]bool{}
	for _, slot := range slots {
		if slot.Edges.Meeting.Status == domain.Held && !ended[slot.MeetingID] {
			if ended[slot.MeetingID], err = s.end(ctx, tx, slot.MeetingID); err != nil {
				return nil, err
			}
		}
		busy[slot.AgentID] = busy[slot.AgentID] || !ended[slot.MeetingID]
	}
	return slices.DeleteFunc(slices.Clone(agents), func(a *ent.Agent) bool { return busy[a.ID] }), nil
}

// fairest is the agent with the fewest meetings of the event type, then the one
// who has waited longest, then the first by id.
func fairest(ctx context.Context, tx *ent.Tx, et *ent.EventType, agents []*ent.Agent) ([]*ent.Agent, error) {
	if len(agents) == 1 { // who may have the meeting, but host the event type no more
		return agents, nil
	}
	ids := make([]string, len(agents))
	for i, a := range agents {
		ids[i] = a.ID
	}
	hosts, err := tx.Host.Query().Where(host.EventTypeID(et.ID), host.AgentIDIn(ids...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the agents' turns: %w", err)
	}
	if len(hosts) == 0 { // others have taken their place while this waited for the lock
		return nil, eventlog.ErrAgain
	}
	next := slices.MinFunc(hosts, func(a, b *ent.Host) int {
		return cmp.Or(cmp.Compare(a.Assigned, b.Assigned), since(a).Compare(since(b)), cmp.Compare(a.AgentID, b.AgentID))
	})
	return agents[slices.Index(ids, next.AgentID):][:1], nil
}

func since(h *ent.Host) time.Time {
	if h.AssignedAt == nil {
		return time.Time{}
	}
	return *h.AssignedAt
}

// take gives the meeting its agents' time, and the agents of a ROUNDROBIN their
// turn.
func (s *Service) take(ctx context.Context, tx *ent.Tx, m *ent.Meeting, at span, agents []*ent.Agent) error {
	creates := make([]*ent.AgentSlotCreate, len(agents))
	ids := []string{m.ID}
	for i, a := range agents {
		creates[i] = tx.AgentSlot.Create().SetMeetingID(m.ID).SetAgentID(a.ID).SetBusyFrom(at.busyFrom).SetBusyUntil(at.busyUntil)
		ids = append(ids, a.ID)
	}
	if err := tx.AgentSlot.CreateBulk(creates...).Exec(policy.Vouch(ctx, ids...)); err != nil {
		return fmt.Errorf("taking the agents' time: %w", err)
	}
	return s.count(ctx, tx, m, agents, 1)
}

// giveBack frees the agents of a meeting that will not be.
func (s *Service) giveBack(ctx context.Context, tx *ent.Tx, m *ent.Meeting) error {
	if err := occupy(ctx, tx, m, false); err != nil {
		return err
	}
	return s.count(ctx, tx, m, m.Edges.Agents, -1)
}

// occupy says whether a meeting's slots count.
func occupy(ctx context.Context, tx *ent.Tx, m *ent.Meeting, live bool) error {
	if err := tx.AgentSlot.Update().Where(agentslot.MeetingID(m.ID)).SetLive(live).Exec(ctx); err != nil {
		return fmt.Errorf("changing the slots of meeting %s: %w", m.ID, err)
	}
	return nil
}

// count notes that agents were given a meeting of a ROUNDROBIN, or that it was
// taken from them again.
func (s *Service) count(ctx context.Context, tx *ent.Tx, m *ent.Meeting, agents []*ent.Agent, n int) error {
	if m.Type != domain.RoundRobin {
		return nil
	}
	for _, a := range agents {
		update := tx.Host.Update().Where(host.EventTypeID(m.EventTypeID), host.AgentID(a.ID)).AddAssigned(n)
		if n > 0 {
			update.SetAssignedAt(s.now())
		} else {
			update.Where(host.AssignedGT(0))
		}
		if err := update.Exec(ctx); err != nil {
			return fmt.Errorf("counting the turn of agent %s: %w", a.ID, err)
		}
	}
	return nil
}
