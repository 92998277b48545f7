package webhook

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/agent"
	"slotcast/ent/webhook"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/caller"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// command is what moves a webhook from one state to another.
type command string

const (
	pausing      command = "pause"
	resuming     command = "resume"
	switchingOff command = "switch off"
	switchingOn  command = "switch on"
)

// transitions says where each command leads. One that leads to the same state
// changes nothing; one that is not here is a CONFLICT.
func transitions() map[command]map[domain.WebhookState]domain.WebhookState {
	const active, degraded, paused, disabled = domain.WebhookActive, domain.WebhookDegraded, domain.WebhookPaused, domain.WebhookDisabled
	return map[command]map[domain.WebhookState]domain.WebhookState{
		pausing:      {active: paused, degraded: paused, paused: paused},
		resuming:     {active: active, degraded: active, paused: active, disabled: active},
		switchingOff: {active: disabled, degraded: disabled, paused: disabled, disabled: disabled},
		// one that is sent to, well or badly, is on
		switchingOn: {active: active, degraded: degraded, paused: active, disabled: active},
	}
}

// Pause stops sending to a webhook; what happens meanwhile is kept for it. One
// that is paused stays as it is. Its errors are those of Update, and CONFLICT for
// one that is switched off.
func (s *Service) Pause(ctx context.Context, id string) (*ent.Webhook, error) {
	return s.command(ctx, id, pausing, domain.AuditWebhookPaused)
}

// Resume sends to a webhook again, at once, also to one that is switched off. One
// that is sent to, and answers, stays as it is. Its errors are those of Update.
func (s *Service) Resume(ctx context.Context, id string) (*ent.Webhook, error) {
	return s.command(ctx, id, resuming, domain.AuditWebhookResumed)
}

func (s *Service) command(ctx context.Context, id string, c command, as domain.AuditAction) (*ent.Webhook, error) {
	v, err := caller.Agent(ctx, s.client, domain.WebhooksWrite)
	if err != nil {
		return nil, err
	}
	var moved *ent.Webhook
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		w, err := get(ctx, tx, id)
		if err != nil {
			return err
		}
		to, ok := transitions()[c][w.State]
		if !ok {
			return apperr.New(apperr.Conflict, "a %s webhook cannot be %sd: nothing is sent to it, nor kept for it; resumeWebhook switches it on", w.State, c)
		}
		if to == w.State {
			moved = w
			return nil
		}
		update := tx.Webhook.UpdateOneID(w.ID)
		if err := s.enter(ctx, tx, update, v, w, to); err != nil {
			return err
		}
		if moved, err = save(ctx, update, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{
			Action: as, TargetID: id, Changes: audit.Changes{}.Move("state", w.State, to),
		})
	})
	return moved, err
}

// enter makes an update of a webhook one to another state on behalf of an agent:
// it does nothing to one that has left its state meanwhile. Nobody is alerted of
// what an agent has done himself. Who has it sent to again does so at once, also
// where the receiver had asked to be left alone. What was owed to one that was, or
// is, switched off has ended.
func (s *Service) enter(ctx context.Context, tx *ent.Tx, update *ent.WebhookUpdateOne, v viewer.Viewer, w *ent.Webhook, to domain.WebhookState) error {
	update.Where(webhook.StateEQ(w.State)).SetState(to).SetStateSince(s.time()).SetAlertedState(to).SetMailedState(to)
	if w.State == domain.WebhookDisabled || to == domain.WebhookDisabled {
		if err := s.end(viewer.ForApp(ctx), tx, update, w); err != nil {
			return err
		}
	}
	switch to {
	case domain.WebhookActive:
		update.ClearStateReason().ClearFailingSince().ClearHeldUntil()
		return nil
	case domain.WebhookPaused, domain.WebhookDisabled, domain.WebhookDegraded:
	}
	name, err := tx.Agent.Query().Where(agent.ID(v.AgentID)).Select(agent.FieldName).String(viewer.ForApp(ctx))
	if err != nil {
		return fmt.Errorf("reading who changes the webhook: %w", err)
	}
	done := "paused"
	if to == domain.WebhookDisabled {
		done = "switched off"
	}
	update.SetStateReason(done + " by " + name)
	return nil
}

// save runs an update; CONFLICT where the webhook left the state that it is from.
func save(ctx context.Context, update *ent.WebhookUpdateOne, id string) (*ent.Webhook, error) {
	w, err := update.Save(ctx)
	if ent.IsNotFound(err) {
		return nil, apperr.New(apperr.Conflict, "the webhook's state has changed meanwhile: look at it, and try again")
	}
	if err != nil {
		return nil, fmt.Errorf("changing webhook %s: %w", id, err)
	}
	return w, nil
}

// time is now, as the database keeps it.
func (s *Service) time() time.Time { return s.now().UTC().Truncate(time.Microsecond) }
