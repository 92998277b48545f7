package account

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// DeactivateAgent takes an agent out: he cannot sign in, his tokens and his
// webhooks of scope USER end. What he did stays. Its errors: FORBIDDEN,
// NOT_FOUND, and CONFLICT where he is deactivated already, or the last owner.
func (s *Service) DeactivateAgent(ctx context.Context, id string) (*ent.Agent, error) {
	var ended []*ent.AccessToken
	a, err := s.turn(ctx, id, "deactivate agents", func(ctx context.Context, tx *ent.Tx, rows agentRows) (err error) {
		switch {
		case rows.agent.Status == domain.AgentDeactivated:
			return apperr.New(apperr.Conflict, "the agent is deactivated already")
		case rows.lastOwner():
			return apperr.New(apperr.Conflict, "the agent is the last OWNER: make somebody else an OWNER first")
		}
		if ended, err = endTokens(ctx, tx, id); err != nil {
			return err
		}
		hooks, err := s.endWebhooks(ctx, tx, rows.agent)
		if err != nil {
			return err
		}
		return setStatus(ctx, tx, rows.agent, domain.AgentDeactivated, domain.AuditAgentDeactivated,
			audit.Changes{}.Set("revokedAccessTokens", ids(ended)).Set("disabledWebhooks", hooks))
	})
	s.forgetAll(ended)
	return a, err
}

// ReactivateAgent takes an agent in again. Tokens and webhooks stay ended. Its
// errors: FORBIDDEN, NOT_FOUND, and CONFLICT where he is not deactivated.
func (s *Service) ReactivateAgent(ctx context.Context, id string) (*ent.Agent, error) {
	return s.turn(ctx, id, "reactivate agents", func(ctx context.Context, tx *ent.Tx, rows agentRows) error {
		if rows.agent.Status != domain.AgentDeactivated {
			return apperr.New(apperr.Conflict, "the agent is not deactivated, but %s", rows.agent.Status)
		}
		return setStatus(ctx, tx, rows.agent, domain.AgentActive, domain.AuditAgentReactivated, audit.Changes{})
	})
}

// turn runs a change of an agent's status, on behalf of the app.
func (s *Service) turn(
	ctx context.Context, id, to string, do func(ctx context.Context, tx *ent.Tx, rows agentRows) error,
) (*ent.Agent, error) {
	v, err := s.leader(ctx, domain.AgentsWrite, to)
	if err != nil {
		return nil, err
	}
	if err := input.Text("id", id, maxID); err != nil {
		return nil, err
	}
	var turned *ent.Agent
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		ctx := viewer.ForApp(ctx)
		rows, err := lockAgents(ctx, tx, id, true)
		if err != nil {
			return err
		}
		if err := mayChange(v, rows.agent, "id"); err != nil {
			return err
		}
		if err := do(ctx, tx, rows); err != nil {
			return err
		}
		turned, err = readAgent(ctx, tx, id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return turned, nil
}

func setStatus(
	ctx context.Context, tx *ent.Tx, a *ent.Agent, to domain.AgentStatus, action domain.AuditAction, changes audit.Changes,
) error {
	if err := tx.Agent.UpdateOneID(a.ID).SetStatus(to).Exec(ctx); err != nil {
		return fmt.Errorf("making agent %s %s: %w", a.ID, to, err)
	}
	return audit.Record(ctx, tx, audit.Entry{
		Action: action, TargetID: a.ID, Changes: changes.Move("status", a.Status, to),
	})
}

// endWebhooks disables an agent's own webhooks and returns their ids. What they
// were owed ends with them.
func (s *Service) endWebhooks(ctx context.Context, tx *ent.Tx, a *ent.Agent) ([]string, error) {
	hooks, err := tx.Webhook.Query().
		Where(webhook.AgentID(a.ID), webhook.ScopeEQ(domain.ScopeUser), webhook.StateNEQ(domain.WebhookDisabled), lock).
		Order(webhook.ByID()).Select(webhook.FieldID).Strings(ctx)
	if err == nil && len(hooks) > 0 {
		err = tx.Webhook.Update().Where(webhook.IDIn(hooks...)).
			SetState(domain.WebhookDisabled).SetStateSince(s.now().UTC().Truncate(time.Microsecond)).
			SetStateReason(a.Name + ", who made it, was deactivated").SetAlertedState(domain.WebhookDisabled).ClearFailingSince().
			Exec(ctx)
	}
	if err == nil && len(hooks) > 0 {
		err = s.endDeliveries(ctx, tx, a.AppID, hooks)
	}
	if err != nil {
		return nil, fmt.Errorf("disabling the webhooks of agent %s: %w", a.ID, err)
	}
	return hooks, nil
}

// maxTold bounds what is told of one change. It is more than live.Changes keeps:
// whoever watches learns that it was not all, and looks at everything.
const maxTold = 2*4096 + 1

// endDeliveries cancels what webhooks are owed.
func (s *Service) endDeliveries(ctx context.Context, tx *ent.Tx, appID string, hooks []string) error {
	owed := delivery.And(delivery.WebhookIDIn(hooks...), delivery.StatusEQ(domain.DeliveryPending), delivery.Test(false))
	ids, err := tx.Delivery.Query().Where(owed).Limit(maxTold).IDs(ctx)
	if err != nil {
		return err
	}
	dbtx.After(tx, func() { s.tell(appID, ids...) })
	return tx.Delivery.Update().Where(owed).
		SetStatus(domain.DeliveryCancelled).ClearNextAttemptAt().SetUrgent(false).Exec(ctx)
}
