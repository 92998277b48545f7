package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/ent/webhook"
	"slotcast/internal/audit"
	"slotcast/internal/backoff"
	"slotcast/internal/domain"
)

const (
	maxReason  = 1000        // bytes of the words for a state
	checkAgain = time.Minute // between looks for webhooks that have been failing for long
)

// news is what is to be written about the health of a webhook.
type news struct {
	runner *runner // whose lease must hold
	appID  string
	change verdict
	at     time.Time
	since  time.Time // opened: the first of the failures
	last   domain.Attempt
}

// ward keeps news until they are written: of each webhook the latest alone.
type ward struct {
	mu      sync.Mutex
	waiting map[string]news
	some    chan struct{} // holds a token while there may be news
}

func newWard() *ward {
	return &ward{waiting: map[string]news{}, some: make(chan struct{}, 1)}
}

// put adds news of a webhook. Later ones replace them, but for the end: what a
// request answers that was in flight beside that one no longer matters.
func (h *ward) put(id string, n news) {
	h.mu.Lock()
	if h.waiting[id].change != gone {
		h.waiting[id] = n
	}
	h.mu.Unlock()
	h.wake()
}

// back puts news back that could not be written, unless there are newer ones.
func (h *ward) back(all map[string]news) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, n := range all {
		if _, newer := h.waiting[id]; !newer || n.change == gone {
			h.waiting[id] = n
		}
	}
}

func (h *ward) take() map[string]news {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := h.waiting
	h.waiting = map[string]news{}
	return all
}

func (h *ward) wake() {
	select {
	case h.some <- struct{}{}:
	default:
	}
}

// health notes what a result means for its lane's webhook, to be written soon. It never
// blocks.
func (w *Worker) health(of *lane, change verdict, r result) {
	n := news{runner: of.runner, appID: r.appID, change: change, at: time.Now().UTC(), since: r.failingSince.UTC()}
	if i := len(r.attempts); i > 0 {
		n.last = r.attempts[i-1]
	}
	w.ward.put(of.target.id, n)
}

// healthLoop writes news of webhooks until ended closes, and pauses those that
// have been failing for too long.
func (w *Worker) healthLoop(ctx context.Context, ended <-chan struct{}) {
	minute := time.NewTicker(checkAgain)
	defer minute.Stop()
	w.pause(ctx)
	for {
		select {
		case <-w.ward.some:
			if !w.writeNews(ctx) {
				_ = backoff.Wait(ctx, time.Second)
				w.ward.wake()
			}
		case <-minute.C:
			w.pause(ctx)
		case <-ended:
			w.writeNews(ctx)
			return
		}
	}
}

// writeNews writes what there is, and reports whether nothing is left of it. What
// another owner has taken over is dropped.
func (w *Worker) writeNews(ctx context.Context) (done bool) {
	left := map[string]news{}
	for id, n := range w.ward.take() {
		if n.runner.fenced.Load() {
			continue
		}
		if err := w.writeOne(ctx, id, n); err != nil && !n.runner.fenced.Load() {
			w.cfg.Logger.WarnContext(ctx, "health_unwritten", "webhook_id", id, "error", err)
			left[id] = n
		}
	}
	w.ward.back(left)
	return len(left) == 0
}

func (w *Worker) writeOne(ctx context.Context, id string, n news) error {
	return w.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := n.runner.hold(ctx, n.runner.lease(tx.Client())); err != nil {
			return err
		}
		return w.turn(ctx, tx, id, n)
	})
}

// turn changes the state of a webhook, if it is one from which there is a way:
//
//	opened  ACTIVE → DEGRADED, and DEGRADED says what it fails of by now
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

// pause stops sending to those that have been failing for too long. Any process
// may do it; the state in the UPDATE sees to it that it happens once.
func (w *Worker) pause(ctx context.Context) {
	for {
		n, err := w.pauseSome(ctx)
		if err != nil {
			w.cfg.Logger.WarnContext(ctx, "pausing", "error", err)
		}
		if err != nil || n < maxRows {
			return
		}
	}
}

func (w *Worker) pauseSome(ctx context.Context) (n int, err error) {
	err = w.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		now := time.Now().UTC()
		long := webhook.And(webhook.StateEQ(domain.WebhookDegraded), webhook.FailingSinceLTE(now.Add(-w.cfg.GiveUp)))
		hooks, err := tx.Webhook.Query().Where(long).Order(webhook.ByID()).Limit(maxRows).
			Select(webhook.FieldID, webhook.FieldAppID, webhook.FieldStateReason, webhook.FieldFailingSince).All(ctx)
		if err != nil {
			return fmt.Errorf("looking for webhooks that have been failing for long: %w", err)
		}
		n = len(hooks)
		for _, h := range hooks {
			reason := cut(fmt.Sprintf("it has been failing since %s, so that nothing is tried any more. All is kept for it: resumeWebhook delivers it in order",
				h.FailingSince.UTC().Format(time.RFC3339)), maxReason)
			if h.StateReason != nil {
				reason = cut(reason+". Before: "+*h.StateReason, maxReason)
			}
			changed, err := tx.Webhook.Update().Where(webhook.ID(h.ID), long).
				SetState(domain.WebhookPaused).SetStateSince(now).SetStateReason(reason).Save(ctx)
			if err := w.told(ctx, tx, err, changed, h.ID, h.AppID, domain.AuditWebhookPaused, domain.WebhookDegraded, domain.WebhookPaused, reason); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}
