package account

import (
	"cmp"
	"context"
	"fmt"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// CreateAgent makes an agent of the viewer's app, with its schedule in its
// edges. Its errors: FORBIDDEN for a MEMBER, and for an OWNER made by somebody
// else than one; BAD_USER_INPUT with the field, also for an e-mail address or
// external id that another agent has.
func (s *Service) CreateAgent(ctx context.Context, in AgentInput) (*ent.Agent, error) {
	v, err := s.leader(ctx, domain.AgentsWrite, "add agents")
	if err != nil {
		return nil, err
	}
	if err := cmp.Or(in.check(), mayGive(v, in.Role)); err != nil {
		return nil, err
	}
	var made *ent.Agent
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		if err := lockApp(ctx, tx, v.AppID); err != nil {
			return err
		}
		if err := input.First(addressFree(ctx, tx, v.AppID, in.Email, ""), identityFree(ctx, tx, v.AppID, "", &in)); err != nil {
			return err
		}
		made, err = addAgent(ctx, tx, v.AppID, in, domain.AgentActive)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: domain.AuditAgentCreated, TargetID: made.ID, Changes: in.changed(&AgentInput{}).Made(),
		})
	})
	if err != nil {
		return nil, err
	}
	return made, nil
}

// UpdateAgent changes an agent. A MEMBER may change himself and nobody else, but
// for his role and external id. Nobody changes an agent whose role is above his
// own. Its errors are those of CreateAgent, NOT_FOUND, and CONFLICT where no
// OWNER would be left.
func (s *Service) UpdateAgent(ctx context.Context, id string, c AgentChanges) (*ent.Agent, error) {
	v, err := s.caller(ctx, domain.AgentsWrite)
	if err != nil {
		return nil, err
	}
	if !v.Leads() && id != v.AgentID {
		return nil, apperr.New(apperr.Forbidden, "a MEMBER may change himself only: ask an OWNER or ADMIN")
	}
	if err := input.Text("id", id, maxID); err != nil {
		return nil, err
	}
	var changed *ent.Agent
	var tokens []*ent.AccessToken
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) (err error) {
		if c.Email != nil || c.ExternalID != nil {
			if err := lockApp(ctx, tx, v.AppID); err != nil {
				return err
			}
		}
		rows, err := lockAgents(ctx, tx, id, c.Role != nil)
		if err != nil {
			return err
		}
		if err := changeAgent(ctx, tx, v, rows, c); err != nil {
			return err
		}
		if changed, err = readAgent(ctx, tx, id); err != nil {
			return err
		}
		if changed.Role != rows.agent.Role {
			tokens, err = liveTokens(ctx, tx, id)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	s.forgetAll(tokens)
	return changed, nil
}

func changeAgent(ctx context.Context, tx *ent.Tx, v viewer.Viewer, rows agentRows, c AgentChanges) error {
	a := rows.agent
	if err := mayChange(v, a, ""); err != nil {
		return err
	}
	was, to := kept(a), kept(a)
	c.onto(to)
	if err := to.check(); err != nil {
		return err
	}
	changes := to.changed(was)
	if err := mayHave(v, rows, to, changes); err != nil {
		return err
	}
	if changes["email"] != nil {
		if err := addressFree(ctx, tx, v.AppID, to.Email, a.ID); err != nil {
			return err
		}
	}
	if changes["email"] != nil || changes["externalId"] != nil {
		if err := identityFree(ctx, tx, v.AppID, a.ID, to); err != nil {
			return err
		}
	}
	if err := writeAgent(ctx, tx, a.ID, to, changes); err != nil {
		return err
	}
	if role := changes["role"]; role != nil {
		delete(changes, "role")
		err := audit.Record(ctx, tx, audit.Entry{
			Action: domain.AuditAgentRoleChanged, TargetID: a.ID, Changes: audit.Changes{"role": role},
		})
		if err != nil {
			return err
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return audit.Record(ctx, tx, audit.Entry{Action: domain.AuditAgentUpdated, TargetID: a.ID, Changes: changes})
}

// mayHave refuses changes that the viewer may not make of an agent, and those
// that leave no owner.
func mayHave(v viewer.Viewer, rows agentRows, to *AgentInput, changes audit.Changes) error {
	switch {
	case changes["externalId"] != nil && !v.Leads():
		return forbidden("externalId", "only an OWNER or ADMIN may say who an agent is to the identity provider: ask one of them")
	case changes["role"] == nil:
		return nil
	case !v.Leads():
		return forbidden("role", "only an OWNER or ADMIN may change roles: ask one of them")
	case rows.lastOwner() && to.Role != domain.Owner:
		e := apperr.New(apperr.Conflict, "the agent is the last OWNER: make somebody else an OWNER first")
		e.Field = "role"
		return e
	}
	return mayGive(v, to.Role)
}

// writeAgent writes the fields that changed, and no others: a MEMBER must not
// write his role, though it be the one that he has.
func writeAgent(ctx context.Context, tx *ent.Tx, id string, in *AgentInput, changes audit.Changes) error {
	update := tx.Agent.UpdateOneID(id)
	columns := 0
	for field, set := range map[string]func(){
		"name": func() { update.SetName(in.Name) }, "email": func() { update.SetEmail(in.Email) },
		"timeZone": func() { update.SetTimeZone(in.TimeZone) }, "role": func() { update.SetRole(in.Role) },
		"externalId": func() {
			if in.ExternalID == nil {
				update.ClearExternalID()
			}
			update.SetNillableExternalID(in.ExternalID)
		},
	} {
		if changes[field] != nil {
			set()
			columns++
		}
	}
	if columns > 0 {
		if err := update.Exec(ctx); err != nil {
			return taken(err, in, "changing agent "+id)
		}
	}
	if changes["schedule"] == nil {
		return nil
	}
	return keepSchedule(ctx, tx, id, in.Schedule)
}

// addAgent makes an agent, with its schedule in its edges.
func addAgent(ctx context.Context, tx *ent.Tx, appID string, in AgentInput, status domain.AgentStatus) (*ent.Agent, error) {
	a, err := tx.Agent.Create().SetAppID(appID).
		SetName(in.Name).SetEmail(in.Email).SetTimeZone(in.TimeZone).SetRole(in.Role).SetStatus(status).
		SetNillableExternalID(in.ExternalID).Save(ctx)
	if err != nil {
		return nil, taken(err, &in, "making the agent")
	}
	if in.Schedule != nil {
		if err := keepSchedule(ctx, tx, a.ID, in.Schedule); err != nil {
			return nil, err
		}
	}
	a, err = readAgent(ctx, tx, a.ID)
	if err != nil {
		return nil, fmt.Errorf("reading the new agent: %w", err)
	}
	return a, nil
}
