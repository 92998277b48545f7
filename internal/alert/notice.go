package alert

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/auditentry"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
)

// notice is a change of a webhook's state that may be told.
type notice struct {
	id           string // the same whenever and by whomever it is told
	appID        string
	webhookID    string
	receiver     string // scheme and host of the subscriberUrl: the rest may be secret
	state        domain.WebhookState
	told         domain.WebhookState // of which state was told before
	since        time.Time
	failingSince *time.Time
	reason       string
}

func newNotice(w *ent.Webhook, told domain.WebhookState) notice {
	n := notice{
		id:    fmt.Sprintf("%s-%s-%d", w.ID, strings.ToLower(string(w.State)), w.StateSince.UnixMicro()),
		appID: w.AppID, webhookID: w.ID, receiver: receiverOf(w.SubscriberURL),
		state: w.State, told: told, since: w.StateSince.UTC(), failingSince: w.FailingSince,
	}
	if w.StateReason != nil {
		n.reason = oneLine(*w.StateReason)
	}
	return n
}

// receiverOf keeps of a URL what cannot be secret.
func receiverOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "an unknown host"
	}
	return oneLine(u.Scheme + "://" + u.Host)
}

// oneLine makes a text one line: control characters become spaces.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// changed returns webhooks that are in another state than was last told of; of
// those that are well, the ones that have been for a while.
func (w *Worker) changed(ctx context.Context, l *line) ([]*ent.Webhook, error) {
	rows, err := w.cfg.Client.Webhook.Query().
		Where(
			func(s *sql.Selector) {
				s.Where(sql.ColumnsNEQ(s.C(webhook.FieldState), s.C(l.mark)))
			},
			webhook.Or(webhook.StateNEQ(domain.WebhookActive), webhook.StateSinceLTE(w.cfg.Now().UTC().Add(-w.cfg.Calm))),
		).
		Order(webhook.ByStateSince(), webhook.ByID()).Limit(batch).
		Select(webhook.FieldID, webhook.FieldAppID, webhook.FieldSubscriberURL, webhook.FieldState, l.mark,
			webhook.FieldStateSince, webhook.FieldStateReason, webhook.FieldFailingSince).
		All(ctx)
	if err != nil {
		return nil, fmt.Errorf("looking for webhooks in another state: %w", err)
	}
	return rows, nil
}

// worthTelling reports whether there is anybody to tell, and the state is the
// server's doing: then the audit log says so, since the state began.
func (w *Worker) worthTelling(ctx context.Context, l *line, h *ent.Webhook) (bool, error) {
	if l.channel == nil {
		return false, nil
	}
	by := map[domain.WebhookState]domain.AuditAction{
		domain.WebhookActive: domain.AuditWebhookRecovered, domain.WebhookDegraded: domain.AuditWebhookDegraded,
		domain.WebhookPaused: domain.AuditWebhookPaused, domain.WebhookDisabled: domain.AuditWebhookDisabled,
	}
	ours, err := w.cfg.Client.AuditEntry.Query().
		Where(auditentry.TargetID(h.ID), auditentry.ActionEQ(by[h.State]), auditentry.ActorTypeEQ(domain.ActorSystem),
			auditentry.CreatedAtGTE(h.StateSince)).
		Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("reading who changed webhook %s: %w", h.ID, err)
	}
	return ours, nil
}

// move notes that a line was told of a state, if the webhook is still in it.
func (w *Worker) move(ctx context.Context, l *line, n notice) error {
	change := w.cfg.Client.Webhook.Update().Where(webhook.ID(n.webhookID), webhook.StateEQ(n.state), func(s *sql.Selector) {
		s.Where(sql.EQ(s.C(l.mark), n.told))
	})
	err := change.Mutation().SetField(l.mark, n.state)
	if err == nil {
		err = change.Exec(ctx)
	}
	if err != nil {
		return fmt.Errorf("noting that of webhook %s was told: %w", n.webhookID, err)
	}
	return nil
}

// kind is what has happened, in a word.
func (n notice) kind() string {
	switch n.state {
	case domain.WebhookActive:
		return "webhook.recovered"
	case domain.WebhookDegraded:
		return "webhook.degraded"
	case domain.WebhookPaused:
		return "webhook.paused"
	case domain.WebhookDisabled:
		return "webhook.disabled"
	}
	return "webhook.changed"
}
