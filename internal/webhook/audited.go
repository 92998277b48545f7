package webhook

import (
	"maps"
	"slices"

	"slotcast/ent"
	"slotcast/internal/audit"
	"slotcast/internal/domain"
)

// differences lists what changes, for the audit log.
func differences(w *ent.Webhook, to next) audit.Changes {
	c := audit.Changes{}.Diff("subscriberUrl", w.SubscriberURL, to.SubscriberURL).Diff("triggers", w.Triggers, to.Triggers).
		Diff("events", w.Events, to.Events).
		Diff("eventTypeIds", w.EventTypeIds, to.EventTypeIDs).Diff("meetingTypes", w.MeetingTypes, to.MeetingTypes).
		Diff("description", w.Description, to.Description).Diff("secretHeader", w.SecretHeader, to.SecretHeader).
		Diff("state", w.State, to.state).Diff("payloadTemplate", w.PayloadTemplate, to.PayloadTemplate).
		Diff("orderPolicy", w.OrderPolicy, to.OrderPolicy).Diff("rateLimitPerMinute", w.RateLimitPerMinute, to.RateLimitPerMinute)
	if !slices.Equal(w.RetrySchedule, to.RetrySchedule) {
		c.Move("retrySchedule", w.RetrySchedule, to.RetrySchedule)
	}
	if before := (pair{chain: w.ClientCertificate}); to.certificate.chain != before.chain || to.certificate.key != "" {
		c.Move("clientCertificate", before.told(), to.certificate.told())
	}
	if !maps.Equal(w.Headers, to.headers) {
		c.Move("headers", names(w.Headers), names(to.headers))
	}
	return c
}

// hidden stands for a secret; none stays none.
func hidden(secret string) any {
	if secret == "" {
		return nil
	}
	return audit.Hidden
}

// made lists all that a new webhook is, for the audit log.
func made(w *ent.Webhook) audit.Changes {
	c := audit.Changes{}.Set("subscriberUrl", w.SubscriberURL).Set("triggers", w.Triggers).
		Set("eventTypeIds", w.EventTypeIds).Set("meetingTypes", w.MeetingTypes).Set("scope", w.Scope).Set("format", w.Format)
	if w.Secret != "" {
		c.Set("secret", audit.Hidden)
	}
	if len(w.Events) > 0 {
		c.Set("events", w.Events)
	}
	if w.State != domain.WebhookActive {
		c.Set("state", w.State)
	}
	if w.Description != nil {
		c.Set("description", *w.Description)
	}
	if w.SecretHeader != nil {
		c.Set("secretHeader", *w.SecretHeader)
	}
	if len(w.Headers) > 0 {
		c.Set("headers", names(w.Headers))
	}
	return madeOptions(c, w)
}

// madeOptions adds the ways to send that are not the usual ones.
func madeOptions(c audit.Changes, w *ent.Webhook) audit.Changes {
	if w.PayloadTemplate != nil {
		c.Set("payloadTemplate", *w.PayloadTemplate)
	}
	if w.OrderPolicy != domain.OrderBounded {
		c.Set("orderPolicy", w.OrderPolicy)
	}
	if len(w.RetrySchedule) > 0 {
		c.Set("retrySchedule", w.RetrySchedule)
	}
	if w.RateLimitPerMinute != nil {
		c.Set("rateLimitPerMinute", *w.RateLimitPerMinute)
	}
	if p := (pair{chain: w.ClientCertificate}); p.chain != "" {
		c.Set("clientCertificate", p.told())
	}
	return c
}

// names are the fixed headers without their values, which may be passwords.
func names(headers map[string]string) map[string]string {
	out := map[string]string{}
	for name := range headers {
		out[name] = audit.Hidden
	}
	return out
}
