package account

import (
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/ent/schedule"
	"slotcast/internal/domain"
	"slotcast/internal/policy"
)

// Schedule says when an agent can be booked, in wall time of the agent's zone.
type Schedule struct {
	WeeklyHours   []domain.WeeklyHours
	DateOverrides []domain.DateOverride
}

// keepSchedule makes the agent's schedule, replaces the one that is there, or
// takes it away where there is to be none.
func keepSchedule(ctx context.Context, tx *ent.Tx, agentID string, in *Schedule) error {
	if in == nil {
		if _, err := tx.Schedule.Delete().Where(schedule.AgentID(agentID)).Exec(ctx); err != nil {
			return fmt.Errorf("taking away the schedule of agent %s: %w", agentID, err)
		}
		return nil
	}
	l := in.lists()
	n, err := tx.Schedule.Update().Where(schedule.AgentID(agentID)).
		SetWeeklyHours(l.WeeklyHours).SetDateOverrides(l.DateOverrides).Save(ctx)
	if err == nil && n == 0 {
		err = tx.Schedule.Create().SetAgentID(agentID).SetWeeklyHours(l.WeeklyHours).SetDateOverrides(l.DateOverrides).
			Exec(policy.Vouch(ctx, agentID))
	}
	if err != nil {
		return fmt.Errorf("keeping the schedule of agent %s: %w", agentID, err)
	}
	return nil
}

// scheduleLists is a schedule as it is kept, and as the audit log shows it.
type scheduleLists struct {
	WeeklyHours   []domain.WeeklyHours  `json:"weeklyHours"`
	DateOverrides []domain.DateOverride `json:"dateOverrides"`
}

// lists are kept as lists, though they be empty: in the API they are never null.
func (s *Schedule) lists() *scheduleLists {
	if s == nil {
		return nil
	}
	l := &scheduleLists{
		WeeklyHours:   append([]domain.WeeklyHours{}, s.WeeklyHours...),
		DateOverrides: append([]domain.DateOverride{}, s.DateOverrides...),
	}
	for i, o := range l.DateOverrides {
		l.DateOverrides[i].Windows = append([]domain.Window{}, o.Windows...)
	}
	return l
}
