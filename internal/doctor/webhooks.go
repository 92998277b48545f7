package doctor

import (
	"context"
	"fmt"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/ent/backlog"
	"slotcast/ent/predicate"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

const (
	maxNamed = 5   // webhooks that are told of one by one
	maxWords = 300 // bytes of a webhook's reason
)

// failingWebhooks names the webhooks that nothing is sent to although nobody wants it
// so: those that fail, and those that the server has paused because they did. What
// people have paused they know of.
func failingWebhooks(ctx context.Context, e *examination) {
	ctx, cancel := e.look(viewer.System(ctx))
	defer cancel()
	all := e.db.Client.Webhook.Query().Where(isFailing())
	count, err := all.Clone().Count(ctx)
	var hooks []*ent.Webhook
	if err == nil && count > 0 {
		hooks, err = all.Order(webhook.ByFailingSince(), webhook.ByID()).Limit(maxNamed).All(ctx)
	}
	var waiting map[string]int64
	if err == nil && count > 0 {
		waiting, err = e.waiting(ctx, hooks)
	}
	if err != nil {
		e.tell(Failure, "reading which webhooks fail: "+e.said(err), "look at the database's log")
		return
	}
	if count == 0 {
		e.tell(OK, "none fails", "")
		return
	}
	for _, w := range hooks {
		e.tell(Warning, e.ofFailing(w, waiting[w.ID]), adviceFor(w.State))
	}
	if more := count - len(hooks); more > 0 {
		e.tell(Warning, fmt.Sprintf("%d more fail, or were paused because they did", more), "put these right, then run slotcast doctor again")
	}
}

// isFailing selects webhooks that are DEGRADED, or PAUSED by the server.
func isFailing() predicate.Webhook {
	return webhook.Or(
		webhook.StateEQ(domain.WebhookDegraded),
		webhook.And(webhook.StateEQ(domain.WebhookPaused), webhook.FailingSinceNotNil(), webhook.Not(webhook.StateReasonHasPrefix("paused by "))),
	)
}

// waiting is how many events each webhook is behind the end of the log.
func (e *examination) waiting(ctx context.Context, hooks []*ent.Webhook) (map[string]int64, error) {
	ids := make([]string, len(hooks))
	for i, w := range hooks {
		ids[i] = w.ID
	}
	behind, err := e.db.Client.Backlog.Query().Where(backlog.IDIn(ids...)).All(ctx)
	if err != nil {
		return nil, err
	}
	shards, err := e.db.Client.Shard.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	heads := map[int]int64{}
	for _, s := range shards {
		heads[s.ID] = s.Head
	}
	waiting := map[string]int64{}
	for _, b := range behind {
		waiting[b.ID] = heads[b.Shard] - b.Number
	}
	return waiting, nil
}

// ofFailing is one line about a webhook. Its URL is left out: it may hold a password.
func (e *examination) ofFailing(w *ent.Webhook, waiting int64) string {
	facts := fmt.Sprintf("%s of app %s is %s", w.ID, w.AppID, w.State)
	if w.FailingSince != nil {
		facts += ", failing since " + w.FailingSince.UTC().Format(time.RFC3339)
	}
	if waiting > 0 {
		facts += ", " + number(waiting, "event") + " behind"
	}
	if w.StateReason != nil {
		reason := e.hide.Replace(strings.Join(strings.Fields(*w.StateReason), " "))
		if len(reason) > maxWords {
			reason = strings.ToValidUTF8(reason[:maxWords], "") + "…"
		}
		facts += ": " + reason
	}
	return facts
}

func adviceFor(s domain.WebhookState) string {
	if s == domain.WebhookPaused {
		return "put its receiver right, then resumeWebhook: what it has missed is delivered in order; or delete it, and nothing is kept for it"
	}
	return "put its receiver right: the server tries it by itself, every 15 minutes at the latest, and resumeWebhook does so at once"
}

// alerts looks whether what is set for alerts goes together.
func alerts(_ context.Context, e *examination) {
	if e.Settings.AlertSecret != "" && e.Settings.AlertURL == "" {
		e.tell(Warning, "SLOTCAST_ALERT_SECRET is set, and SLOTCAST_ALERT_URL is not: there are no messages to sign, and no alert is sent to a URL",
			"set SLOTCAST_ALERT_URL, or unset SLOTCAST_ALERT_SECRET")
	}
}
