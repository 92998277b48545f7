package delivery

import (
	"context"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/webhook"
	"slotcast/internal/audit"
	"slotcast/internal/backoff"
	"slotcast/internal/domain"
)

const maxReason = 1000 // bytes of the words for a state

// news is what is to be written about the health of a webhook.
type news struct {
	runner *runner // whose lease must hold
	appID  string
	change verdict
	at     time.Time
	since  time.Time // opened: the first of the failures
	last   domain.Attempt
	hold   hold
}

// then is what is to be written of two news: the later change, but for the end, for
// what a request answers that was in flight beside that one no longer matters; and
// the later wish.
func (n news) then(later news) news {
	if n.runner != later.runner {
		return later
	}
	if later.hold.until.IsZero() {
		later.hold = n.hold
	}
	if later.change == none || n.change == gone {
		n.hold = later.hold
		return n
	}
	return later
}

// join is then for news that are counted, each by its runner: what is left is
// counted once.
func (n news) join(later news) news {
	n.runner.unwritten.Done()
	return n.then(later)
}

// health notes what a result means for its lane's webhook, to be written soon. It never
// blocks.
func (w *Worker) health(of *lane, change verdict, r result) {
	n := news{runner: of.runner, appID: r.appID, change: change, at: stamp(time.Now()), since: stamp(r.failingSince)}
	if i := len(r.attempts); i > 0 {
		n.last = r.attempts[i-1]
	}
	if !r.heldUntil.IsZero() {
		n.hold = hold{until: r.heldUntil.UTC(), at: n.at, url: r.from}
	}
	w.ward.put(of.target.id, n)
}

// healthLoop writes news of webhooks until ended closes.
func (w *Worker) healthLoop(ctx context.Context, ended <-chan struct{}) {
	for {
		select {
		case <-w.ward.some:
			if !w.writeNews(ctx) {
				_ = backoff.Wait(ctx, time.Second)
				w.ward.wake()
			}
		case <-ended:
			w.writeNews(ctx)
			return
		}
	}
}

// writeNews writes what there is, and reports whether nothing is left of it. What
// another owner has taken over is dropped, and what cannot be written: because the
// database refuses it, or there is no time left.
func (w *Worker) writeNews(ctx context.Context) (done bool) {
	left := map[string]news{}
	for id, n := range w.ward.take() {
		var err error
		if !n.runner.fenced.Load() {
			err = w.writeOne(ctx, id, n)
		}
		if err != nil && !n.runner.fenced.Load() {
			w.cfg.Logger.WarnContext(ctx, "health_unwritten", "webhook_id", id, "error", err)
			if !unwritable(err) && ctx.Err() == nil {
				left[id] = n
				continue
			}
		} else if err == nil && !n.runner.fenced.Load() {
			if n.change == gone {
				w.cancelRows(ctx, id, n.runner)
			}
			w.cfg.Changed()
		}
		n.runner.unwritten.Done()
	}
	w.ward.back(left)
	return len(left) == 0
}

func (w *Worker) writeOne(ctx context.Context, id string, n news) error {
	return w.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := n.runner.hold(ctx, n.runner.lease(tx.Client())); err != nil {
			return err
		}
		if err := n.hold.write(ctx, tx, id); err != nil {
			return err
		}
		return w.turn(ctx, tx, id, n)
	})
}

// turn changes the state of a webhook, if it is one from which there is a way:
//
//	opened  ACTIVE → DEGRADED, and DEGRADED says what it fails of by now,
//	        or → PAUSED if it has been failing for too long
//	closed  DEGRADED → ACTIVE
//	gone    all others → DISABLED
//
// What somebody has decided since the result came is left alone.
func (w *Worker) turn(ctx context.Context, tx *ent.Tx, id string, n news) error {
	asked := tx.Webhook.Update().Where(webhook.ID(id), webhook.StateSinceLTE(n.at))
	switch n.change {
	case none:
		return nil
	case opened:
		reason := cut("messages to it fail again and again, so that they wait, and one is tried now and then. The last time: "+told(n.last), maxReason)
		if paused, err := w.pause(ctx, tx, id, n); paused || err != nil {
			return err
		}
		changed, err := asked.Where(webhook.StateEQ(domain.WebhookActive)).
			SetState(domain.WebhookDegraded).SetStateSince(n.at).SetStateReason(reason).SetFailingSince(n.since).Save(ctx)
		if err != nil || changed > 0 {
			return w.told(ctx, tx, err, changed, id, n.appID, domain.AuditWebhookDegraded, domain.WebhookActive, domain.WebhookDegraded, reason)
		}
		return tx.Webhook.Update().
			Where(webhook.ID(id), webhook.StateEQ(domain.WebhookDegraded), webhook.Or(webhook.StateReasonIsNil(), webhook.StateReasonNEQ(reason))).
			SetStateReason(reason).Exec(ctx)
	case closed:
		changed, err := tx.Webhook.Update().Where(webhook.ID(id), webhook.StateEQ(domain.WebhookDegraded)).
			SetState(domain.WebhookActive).SetStateSince(n.at).ClearStateReason().ClearFailingSince().Save(ctx)
		return w.told(ctx, tx, err, changed, id, n.appID, domain.AuditWebhookRecovered, domain.WebhookDegraded, domain.WebhookActive, "")
	case gone:
		before, err := tx.Webhook.Query().Where(webhook.ID(id)).Select(webhook.FieldState).Only(ctx)
		if err != nil {
			return ent.MaskNotFound(err)
		}
		reason := fmt.Sprintf("its receiver answered 410 Gone at %s: it wants no more messages. What it was owed is cancelled; resumeWebhook sends to it again",
			n.last.At.UTC().Format(time.RFC3339))
		changed, err := asked.Where(webhook.StateEQ(before.State), webhook.StateNEQ(domain.WebhookDisabled)).
			SetState(domain.WebhookDisabled).SetStateSince(n.at).SetStateReason(reason).ClearFailingSince().Save(ctx)
		return w.told(ctx, tx, err, changed, id, n.appID, domain.AuditWebhookDisabled, before.State, domain.WebhookDisabled, reason)
	}
	return nil
}

// told writes the audit log of a change, if there was one.
func (w *Worker) told(
	ctx context.Context, tx *ent.Tx, err error, changed int, id, appID string, action domain.AuditAction, from, to domain.WebhookState, reason string,
) error {
	if err != nil {
		return fmt.Errorf("changing the state of webhook %s: %w", id, err)
	}
	if changed == 0 {
		return nil
	}
	changes := audit.Changes{}.Move("state", from, to)
	if reason != "" {
		changes.Set("stateReason", reason)
	}
	if err := audit.Record(ctx, tx, audit.Entry{AppID: appID, Action: action, TargetID: id, Changes: changes}); err != nil {
		return err
	}
	w.cfg.Logger.InfoContext(ctx, "webhook_state", "webhook_id", id, "from", from, "to", to)
	return nil
}

// stamp is a time as both databases keep it: in UTC, to the microsecond.
func stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// pause stops sending to a webhook that has been failing for too long, and has failed
// just now: a server that was itself off for as long has to try it out first.
func (w *Worker) pause(ctx context.Context, tx *ent.Tx, id string, n news) (paused bool, err error) {
	long := webhook.And(webhook.ID(id), webhook.StateEQ(domain.WebhookDegraded), webhook.StateSinceLTE(n.at),
		webhook.FailingSinceLTE(n.at.Add(-w.cfg.GiveUp)))
	h, err := tx.Webhook.Query().Where(long).Select(webhook.FieldID, webhook.FieldFailingSince).Only(ctx)
	if err != nil {
		return false, ent.MaskNotFound(err)
	}
	reason := cut(fmt.Sprintf("it has been failing since %s, so that nothing is tried any more. All is kept for it: resumeWebhook delivers it in order. The last time: %s",
		h.FailingSince.UTC().Format(time.RFC3339), told(n.last)), maxReason)
	changed, err := tx.Webhook.Update().Where(long).
		SetState(domain.WebhookPaused).SetStateSince(n.at).SetStateReason(reason).Save(ctx)
	err = w.told(ctx, tx, err, changed, id, n.appID, domain.AuditWebhookPaused, domain.WebhookDegraded, domain.WebhookPaused, reason)
	return changed > 0, err
}
