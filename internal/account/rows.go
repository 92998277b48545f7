package account

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/app"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/sqlerr"
)

// agentRows are an agent and, where they were asked for, the app's owners: all
// of them locked.
type agentRows struct {
	agent  *ent.Agent // with its schedule
	owners []*ent.Agent
}

// lockAgents reads an agent, and with owners those of the app, too. Whoever
// makes an owner less than that locks all of them first, so that of two who do
// it at once the second sees what the first has left.
func lockAgents(ctx context.Context, tx *ent.Tx, id string, owners bool) (agentRows, error) {
	which := agent.ID(id)
	if owners {
		which = agent.Or(which, agent.RoleEQ(domain.Owner))
	}
	all, err := tx.Agent.Query().Where(which, lock).WithSchedule().Order(agent.ByID()).All(ctx)
	if err != nil {
		return agentRows{}, fmt.Errorf("reading agent %s: %w", id, err)
	}
	var rows agentRows
	for _, a := range all {
		if a.ID == id {
			rows.agent = a
		}
		if a.Role == domain.Owner {
			rows.owners = append(rows.owners, a)
		}
	}
	if rows.agent == nil {
		return rows, apperr.Missing("agent", "id", id)
	}
	return rows, nil
}

// lastOwner reports whether the agent is an owner who takes part, and the only
// one.
func (r agentRows) lastOwner() bool {
	if r.agent.Role != domain.Owner || r.agent.Status != domain.AgentActive {
		return false
	}
	for _, o := range r.owners {
		if o.ID != r.agent.ID && o.Status == domain.AgentActive {
			return false
		}
	}
	return true
}

// readAgent reads it with its schedule.
func readAgent(ctx context.Context, tx *ent.Tx, id string) (*ent.Agent, error) {
	a, err := tx.Agent.Query().Where(agent.ID(id)).WithSchedule().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading agent %s: %w", id, err)
	}
	return a, nil
}

// lockApp makes others wait who give out addresses, or count what the app has
// at most so many of, until this transaction ends. It is taken before any other
// lock.
func lockApp(ctx context.Context, tx *ent.Tx, id string) error {
	shared := func(s *sql.Selector) {
		if s.Dialect() == dialect.Postgres {
			s.For("NO KEY UPDATE")
		}
	}
	if _, err := tx.App.Query().Where(app.ID(id), shared).OnlyID(ctx); err != nil {
		return fmt.Errorf("locking app %s: %w", id, err)
	}
	return nil
}

// addressOf returns the agent who has an e-mail address, in whatever case, or
// nil. The unique index tells upper and lower case apart, so whoever gives out
// an address holds lockApp and looks here: until he is done nobody else gives it
// out. It locks no agent, since others may be locked that come behind it.
func addressOf(ctx context.Context, tx *ent.Tx, appID, email, otherThan string) (*ent.Agent, error) {
	a, err := tx.Agent.Query().
		Where(agent.AppID(appID), agent.EmailEqualFold(email), agent.IDNEQ(otherThan)).
		Order(agent.ByID()).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the address: %w", err)
	}
	return a, nil
}

// addressFree refuses an address that another agent has.
func addressFree(ctx context.Context, tx *ent.Tx, appID, email, otherThan string) error {
	a, err := addressOf(ctx, tx, appID, email, otherThan)
	if err == nil && a != nil {
		err = addressTaken(email)
	}
	return err
}

// identityFree refuses an external id by which somebody else would be signed in:
// the e-mail address or the id of another agent; and an address that is another's
// external id.
func identityFree(ctx context.Context, tx *ent.Tx, appID, otherThan string, in *AgentInput) error {
	others := tx.Agent.Query().Where(agent.AppID(appID), agent.IDNEQ(otherThan))
	if in.ExternalID != nil {
		found, err := others.Clone().Where(agent.Or(agent.ID(*in.ExternalID), agent.EmailEqualFold(*in.ExternalID))).Exist(ctx)
		if err != nil {
			return fmt.Errorf("looking for the external id: %w", err)
		}
		if found {
			return apperr.BadInput("externalId", "it is the id or the e-mail address of another agent, who would be signed in by it")
		}
	}
	found, err := others.Where(agent.ExternalIDEqualFold(in.Email)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("looking for the address: %w", err)
	}
	if found {
		return apperr.BadInput("email", "it is the external id of another agent, who is signed in by it")
	}
	return nil
}

func addressTaken(email string) error {
	return apperr.BadInput("email", "another agent has the address %s: each has one of their own", email)
}

// taken reads what the unique indexes say.
func taken(err error, in *AgentInput, attempted string) error {
	switch {
	case sqlerr.Violates(err, sqlerr.Constraint{Name: "agent_app_id_email", Columns: "agents.email"}):
		return addressTaken(in.Email)
	case sqlerr.Violates(err, sqlerr.Constraint{Name: "agent_app_id_external_id", Columns: "agents.external_id"}):
		return apperr.BadInput("externalId", "another agent has this external id: each has one of their own")
	}
	return fmt.Errorf("%s: %w", attempted, err)
}

// lock makes other changes of the rows wait until this transaction ends, so that
// none is lost. It is the strongest lock, since the e-mail address is part of a
// key. SQLite has one writer at a time anyway.
func lock(s *sql.Selector) {
	if s.Dialect() == dialect.Postgres {
		s.ForUpdate()
	}
}

func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
