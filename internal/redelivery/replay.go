package redelivery

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/replay"
	"slotcast/internal/apperr"
	"slotcast/internal/audit"
	"slotcast/internal/caller"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
	"slotcast/internal/input"
	"slotcast/internal/sqlerr"
	"slotcast/internal/viewer"
)

// Range says what to send once more.
type Range struct {
	WebhookID  string
	From       time.Time
	To         *time.Time       // nil or in the future: now
	Triggers   []domain.Trigger // none: all that the webhook chooses
	OnlyFailed bool
}

// operator stands for who asked where that was nobody of the app.
const operator = "system"

// Replay begins to send a webhook what happened in a range of time. Its errors:
// NOT_FOUND, BAD_USER_INPUT, and CONFLICT where the webhook is switched off or
// another replay of it runs.
func (s *Service) Replay(ctx context.Context, r Range) (*ent.Replay, error) {
	v, err := caller.Agent(ctx, s.client, domain.WebhooksWrite)
	if err != nil {
		return nil, err
	}
	w, err := hook(ctx, s.client.Webhook, "webhookId", r.WebhookID)
	if err != nil {
		return nil, err
	}
	return s.replay(viewer.ForApp(ctx), w, v.AgentID, r)
}

// ReplayAsSystem is Replay for the server's operator.
func (s *Service) ReplayAsSystem(ctx context.Context, r Range) (*ent.Replay, error) {
	ctx = viewer.System(ctx)
	w, err := hook(ctx, s.client.Webhook, "webhookId", r.WebhookID)
	if err != nil {
		return nil, err
	}
	return s.replay(ctx, w, operator, r)
}

// firstYear keeps out the times that other languages have for none.
const firstYear = 1970

// check puts a range into the form that is kept.
func (r *Range) check(now time.Time) error {
	to := now
	if r.To != nil && r.To.Before(now) {
		to = r.To.UTC().Truncate(time.Microsecond)
	}
	r.From, r.To = r.From.UTC().Truncate(time.Microsecond), &to
	switch {
	case r.From.Year() < firstYear:
		return apperr.BadInput("from", "a time from the year %d on is needed", firstYear)
	case r.From.After(now):
		return apperr.BadInput("from", "nothing has happened there yet: a time in the past is needed")
	case !r.From.Before(to):
		return apperr.BadInput("to", "the range ends where it begins, or before: a time behind from is needed")
	}
	seen := map[domain.Trigger]bool{}
	for i, t := range r.Triggers {
		if err := input.Member(input.At("triggers", i), t); err != nil {
			return err
		}
		if seen[t] {
			return apperr.BadInput(input.At("triggers", i), "%s is there twice", t)
		}
		seen[t] = true
	}
	return nil
}

func (s *Service) replay(ctx context.Context, w *ent.Webhook, asker string, r Range) (*ent.Replay, error) {
	now := s.now()
	if err := r.check(now); err != nil {
		return nil, err
	}
	if w.State == domain.WebhookDisabled {
		e := apperr.New(apperr.Conflict, "the webhook is switched off: resumeWebhook first")
		e.Field = "webhookId"
		return nil, e
	}
	begin, end, err := s.span(ctx, w.AppID, r)
	if err != nil {
		return nil, err
	}
	var made *ent.Replay
	err = dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		create := tx.Replay.Create().SetAppID(w.AppID).SetWebhookID(w.ID).SetAgentID(asker).SetCreatedAt(now).SetUpdatedAt(now).
			SetFrom(r.From).SetTo(*r.To).SetTriggers(append([]domain.Trigger{}, r.Triggers...)).SetOnlyFailed(r.OnlyFailed).
			SetShard(s.log.ShardOf(w.AppID)).SetBegin(begin).SetEnd(end).SetNumber(begin).SetStatus(domain.ReplayRunning)
		if begin == end {
			create.SetStatus(domain.ReplayDone).SetFinishedAt(now)
		}
		if made, err = create.Save(ctx); err != nil {
			return fmt.Errorf("making the replay: %w", err)
		}
		changes := audit.Changes{}.Set("webhookId", w.ID).Set("from", r.From).Set("to", *r.To).Set("onlyFailed", r.OnlyFailed)
		if len(r.Triggers) > 0 {
			changes.Set("triggers", r.Triggers)
		}
		return audit.Record(ctx, tx, audit.Entry{AppID: w.AppID, Action: domain.AuditReplayStarted, TargetID: made.ID, Changes: changes})
	})
	if err != nil {
		return nil, s.told(ctx, w.ID, err)
	}
	return made, nil
}

// span is the part of the log that a range is in.
func (s *Service) span(ctx context.Context, appID string, r Range) (begin, end int64, err error) {
	if begin, err = s.log.Before(ctx, appID, r.From); err != nil {
		return 0, 0, err
	}
	end, err = s.log.Until(ctx, appID, *r.To)
	return begin, max(begin, end), err
}

// told turns the database's refusal of a second replay into words.
func (s *Service) told(ctx context.Context, webhookID string, err error) error {
	if !sqlerr.Violates(err, sqlerr.Constraint{Name: "replay_running", Columns: "replays.webhook_id"}) {
		return err
	}
	which := "another replay"
	running, readErr := s.client.Replay.Query().Where(replay.WebhookID(webhookID), replay.StatusEQ(domain.ReplayRunning)).OnlyID(ctx)
	if readErr == nil {
		which = "the replay " + running
	}
	e := apperr.New(apperr.Conflict, "%s of this webhook runs: wait for it, or cancelReplay", which)
	e.Field = "webhookId"
	return e
}

// CancelReplay stops a replay. One that was stopped stays so; CONFLICT for one
// that is done, NOT_FOUND where there is none.
func (s *Service) CancelReplay(ctx context.Context, id string) (*ent.Replay, error) {
	if _, err := caller.Agent(ctx, s.client, domain.WebhooksWrite); err != nil {
		return nil, err
	}
	if err := input.Text("id", id, maxID); err != nil {
		return nil, err
	}
	var stopped *ent.Replay
	err := dbtx.Run(ctx, s.client, func(tx *ent.Tx) error {
		r, err := tx.Replay.Query().Where(replay.ID(id)).Only(ctx)
		if ent.IsNotFound(err) {
			return apperr.Missing("replay", "id", id)
		}
		if err != nil {
			return fmt.Errorf("reading replay %s: %w", id, err)
		}
		stopped, err = s.cancel(viewer.ForApp(ctx), tx, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return stopped, nil
}

func (s *Service) cancel(ctx context.Context, tx *ent.Tx, r *ent.Replay) (*ent.Replay, error) {
	now := s.now()
	n, err := tx.Replay.Update().Where(replay.ID(r.ID), replay.StatusEQ(domain.ReplayRunning)).
		SetStatus(domain.ReplayCancelled).SetFinishedAt(now).SetUpdatedAt(now).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("cancelling replay %s: %w", r.ID, err)
	}
	after, err := tx.Replay.Query().Where(replay.ID(r.ID)).Only(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading replay %s: %w", r.ID, err)
	case n == 0 && after.Status == domain.ReplayDone:
		return nil, apperr.New(apperr.Conflict, "it is done: there is nothing left to stop")
	case n == 0:
		return after, nil
	}
	changes := audit.Changes{}.Move("status", domain.ReplayRunning, domain.ReplayCancelled).Set("sent", after.Sent)
	return after, audit.Record(ctx, tx, audit.Entry{Action: domain.AuditReplayCancelled, TargetID: r.ID, Changes: changes})
}

// Progress is how much of a replay's range is done, from 0 to 1.
func Progress(r *ent.Replay) float64 {
	if r.Status == domain.ReplayDone || r.End <= r.Begin {
		return 1
	}
	return min(1, max(0, float64(r.Number-r.Begin)/float64(r.End-r.Begin)))
}
