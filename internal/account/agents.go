package account

import (
	"cmp"
	"context"
	"fmt"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/schedule"
	"slotcast/internal/apperr"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/policy"
	hours "slotcast/internal/schedule"
	"slotcast/internal/sqlerr"
	"slotcast/internal/viewer"
)

const (
	maxName = 200 // bytes
	maxID   = 200
)

// AgentInput describes a new agent; see the GraphQL input CreateAgentInput.
type AgentInput struct {
	Name     string
	Email    string
	TimeZone string // an IANA name
	Role     domain.Role
	Schedule *Schedule // nil: at any time
}

// Schedule says when an agent can be booked, in wall time of the agent's zone.
type Schedule struct {
	WeeklyHours   []domain.WeeklyHours
	DateOverrides []domain.DateOverride
}

// AgentChanges describes what to change; nil leaves as it is. A pointer to a nil
// schedule takes the schedule away.
type AgentChanges struct {
	Name     *string
	Email    *string
	TimeZone *string
	Schedule **Schedule
}

// CreateAgent makes an agent of the viewer's app, with its schedule in its
// edges. Its errors: FORBIDDEN for a MEMBER, and for an OWNER made by somebody
// else than one; BAD_USER_INPUT with the field, also for an e-mail address that
// another agent has.
func (s *Service) CreateAgent(ctx context.Context, in AgentInput) (*ent.Agent, error) {
	v, err := known(ctx)
	if err != nil {
		return nil, err
	}
	if !leads(v) {
		return nil, apperr.New(apperr.Forbidden, "only an OWNER or ADMIN may add agents: ask one of them")
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	if in.Role == domain.Owner && v.Role != domain.Owner {
		e := apperr.New(apperr.Forbidden, "only an OWNER may add an OWNER: choose another role, or ask one of them")
		e.Field = "role"
		return nil, e
	}
	var made *ent.Agent
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		a, err := tx.Agent.Create().
			SetName(in.Name).SetEmail(in.Email).SetTimeZone(in.TimeZone).SetRole(in.Role).Save(ctx)
		if err != nil {
			return emailTaken(err, in.Email, "making the agent")
		}
		if err := keepSchedule(ctx, tx, a.ID, in.Schedule); err != nil {
			return err
		}
		made, err = readAgent(ctx, tx, a.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// UpdateAgent changes an agent. A MEMBER may change himself and nobody else. Its
// errors are those of CreateAgent, and NOT_FOUND.
func (s *Service) UpdateAgent(ctx context.Context, id string, c AgentChanges) (*ent.Agent, error) {
	v, err := known(ctx)
	if err != nil {
		return nil, err
	}
	if !leads(v) && id != v.AgentID {
		return nil, apperr.New(apperr.Forbidden, "a MEMBER may change himself only: ask an OWNER or ADMIN")
	}
	if err := input.Text("id", id, maxID); err != nil {
		return nil, err
	}
	var changed *ent.Agent
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) (err error) {
		if err := changeAgent(ctx, tx, id, c); err != nil {
			return err
		}
		changed, err = readAgent(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

func changeAgent(ctx context.Context, tx *ent.Tx, id string, c AgentChanges) error {
	a, err := readAgent(ctx, tx, id, lock)
	if err != nil {
		return err
	}
	in := AgentInput{
		Name: *cmp.Or(c.Name, &a.Name), Email: *cmp.Or(c.Email, &a.Email), TimeZone: *cmp.Or(c.TimeZone, &a.TimeZone),
		Role: a.Role,
	}
	if c.Schedule != nil {
		in.Schedule = *c.Schedule
	}
	if err := in.check(); err != nil {
		return err
	}
	err = tx.Agent.UpdateOneID(id).SetName(in.Name).SetEmail(in.Email).SetTimeZone(in.TimeZone).Exec(ctx)
	if err != nil {
		return emailTaken(err, in.Email, "changing agent "+id)
	}
	switch {
	case c.Schedule == nil:
		return nil
	case in.Schedule == nil:
		if _, err := tx.Schedule.Delete().Where(schedule.AgentID(id)).Exec(ctx); err != nil {
			return fmt.Errorf("taking away the schedule of agent %s: %w", id, err)
		}
		return nil
	}
	return keepSchedule(ctx, tx, id, in.Schedule)
}

func (in AgentInput) check() error {
	err := input.First(
		input.Name("name", in.Name, maxName), input.Email("email", in.Email), input.Zone("timeZone", in.TimeZone),
		input.Member("role", in.Role))
	if err != nil || in.Schedule == nil {
		return err
	}
	return hours.Check("schedule", in.Schedule.WeeklyHours, in.Schedule.DateOverrides)
}

// keepSchedule makes the agent's schedule, or replaces the one that is there.
// Lists are kept as lists, though they be empty: in the API they are never null.
func keepSchedule(ctx context.Context, tx *ent.Tx, agentID string, in *Schedule) error {
	if in == nil {
		return nil
	}
	weekly := append([]domain.WeeklyHours{}, in.WeeklyHours...)
	overrides := append([]domain.DateOverride{}, in.DateOverrides...)
	for i, o := range overrides {
		overrides[i].Windows = append([]domain.Window{}, o.Windows...)
	}
	n, err := tx.Schedule.Update().Where(schedule.AgentID(agentID)).
		SetWeeklyHours(weekly).SetDateOverrides(overrides).Save(ctx)
	if err == nil && n == 0 {
		err = tx.Schedule.Create().SetAgentID(agentID).SetWeeklyHours(weekly).SetDateOverrides(overrides).
			Exec(policy.Vouch(ctx, agentID))
	}
	if err != nil {
		return fmt.Errorf("keeping the schedule of agent %s: %w", agentID, err)
	}
	return nil
}

// readAgent reads it with its schedule.
func readAgent(ctx context.Context, tx *ent.Tx, id string, how ...func(*sql.Selector)) (*ent.Agent, error) {
	query := tx.Agent.Query().Where(agent.ID(id)).WithSchedule()
	for _, h := range how {
		query.Where(h)
	}
	a, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.Missing("agent", "id", id)
	}
	if err != nil {
		return nil, fmt.Errorf("reading agent %s: %w", id, err)
	}
	return a, nil
}

// lock makes other changes of the row wait until this transaction ends, so that
// none is lost. It is the strongest lock, since the e-mail address is part of a
// key. SQLite has one writer at a time anyway.
func lock(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.ForUpdate()
	}
}

func emailTaken(err error, email, attempted string) error {
	if sqlerr.Violates(err, sqlerr.Constraint{Name: "agent_app_id_email", Columns: "agents.email"}) {
		return apperr.BadInput("email", "another agent has the address %s: each has one of their own", email)
	}
	return fmt.Errorf("%s: %w", attempted, err)
}

func known(ctx context.Context) (viewer.Viewer, error) {
	v, ok := viewer.From(ctx)
	if !ok {
		return v, apperr.New(apperr.Unauthenticated, "a token is needed")
	}
	return v, nil
}

func leads(v viewer.Viewer) bool { return v.Role == domain.Owner || v.Role == domain.Admin }
