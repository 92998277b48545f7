package account

import (
	"cmp"
	"reflect"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	hours "slotcast/internal/schedule"
)

const (
	maxName = 200 // bytes
	maxID   = 200
)

// AgentInput describes a new agent; see the GraphQL input CreateAgentInput.
type AgentInput struct {
	Name       string
	Email      string
	TimeZone   string // an IANA name
	Role       domain.Role
	ExternalID *string   // who it is to the app's identity provider
	Schedule   *Schedule // nil: at any time
}

// AgentChanges describes what to change; nil leaves as it is. A pointer to nil
// takes the external id or the schedule away.
type AgentChanges struct {
	Name       *string
	Email      *string
	TimeZone   *string
	Role       *domain.Role
	ExternalID **string
	Schedule   **Schedule
}

func (in *AgentInput) check() error {
	err := input.First(
		input.Name("name", in.Name, maxName), input.Email("email", in.Email), input.Zone("timeZone", in.TimeZone),
		input.Member("role", in.Role))
	if err == nil && in.ExternalID != nil {
		if err = input.Name("externalId", *in.ExternalID, maxID); err != nil {
			err = apperr.BadInput("externalId", "1 to %d bytes of text are needed; null takes it away", maxID)
		}
	}
	if err != nil || in.Schedule == nil {
		return err
	}
	return hours.Check("schedule", in.Schedule.WeeklyHours, in.Schedule.DateOverrides)
}

// kept is what can be changed of an agent, as it is.
func kept(a *ent.Agent) *AgentInput {
	in := &AgentInput{Name: a.Name, Email: a.Email, TimeZone: a.TimeZone, Role: a.Role, ExternalID: a.ExternalID}
	if s := a.Edges.Schedule; s != nil {
		in.Schedule = &Schedule{WeeklyHours: s.WeeklyHours, DateOverrides: s.DateOverrides}
	}
	return in
}

func (c AgentChanges) onto(in *AgentInput) {
	in.Name, in.Email = *cmp.Or(c.Name, &in.Name), *cmp.Or(c.Email, &in.Email)
	in.TimeZone, in.Role = *cmp.Or(c.TimeZone, &in.TimeZone), *cmp.Or(c.Role, &in.Role)
	in.ExternalID = *cmp.Or(c.ExternalID, &in.ExternalID)
	in.Schedule = *cmp.Or(c.Schedule, &in.Schedule)
}

// changed lists the fields that differ from what was.
func (in *AgentInput) changed(was *AgentInput) audit.Changes {
	c := audit.Changes{}.Diff("name", was.Name, in.Name).Diff("email", was.Email, in.Email).
		Diff("timeZone", was.TimeZone, in.TimeZone).Diff("role", was.Role, in.Role).
		Diff("externalId", was.ExternalID, in.ExternalID)
	if from, to := was.Schedule.lists(), in.Schedule.lists(); !reflect.DeepEqual(from, to) {
		c.Move("schedule", from, to)
	}
	return c
}
