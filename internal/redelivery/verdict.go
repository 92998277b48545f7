package redelivery

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"slotcast/ent"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
)

// verdict goes by what is worst: what is lost, then what may still come.
func (m *matter) verdict() (Verdict, string) {
	by := map[domain.DeliveryStatus]*ent.Delivery{}
	for _, d := range m.rows {
		by[d.Status] = d
	}
	switch failed, pending := by[domain.DeliveryFailed], by[domain.DeliveryPending]; {
	case failed != nil:
		return Failed, m.failed(failed)
	case pending != nil:
		return m.pending(pending)
	case len(m.rows) < m.owed:
		return m.unsent()
	case by[domain.DeliveryCancelled] != nil:
		return Cancelled, "It was owed, but the webhook was switched off before it was delivered: " + m.switchOn() + "resendDelivery sends it."
	}
	return Delivered, fmt.Sprintf("It was delivered%s: if the receiver has lost it, resendDelivery sends it again under the same webhook-id.", last(m.rows[len(m.rows)-1]))
}

// failed is about a message that was given up.
func (m *matter) failed(d *ent.Delivery) string {
	const again = "resendDelivery, or replayEvents with onlyFailed for many."
	switch unmade, byTemplate := unmade(d); {
	case byTemplate:
		return "Nothing was sent" + last(d) + ": correct the payloadTemplate with updateWebhook, then " + m.resumed() + again
	case unmade:
		return "Nothing was sent" + last(d) + ", and it is not tried again."
	}
	return tried(d) + ", and is not tried again: put the receiver right, then " + m.resumed() + again
}

// resumed is what comes before anything else is sent to the webhook.
func (m *matter) resumed() string {
	switch m.webhook.State {
	case domain.WebhookPaused:
		return "resumeWebhook, for the webhook is paused" + because(m.webhook) + ", and then "
	case domain.WebhookDisabled:
		return "resumeWebhook, for the webhook is switched off" + because(m.webhook) + ", and then "
	case domain.WebhookActive, domain.WebhookDegraded:
	}
	return ""
}

// switchOn is what comes before a message that was cancelled can be sent.
func (m *matter) switchOn() string {
	switch m.webhook.State {
	case domain.WebhookDisabled:
		return "resumeWebhook switches it on, then "
	case domain.WebhookPaused:
		return "it is paused now, so that resumeWebhook comes first, then "
	case domain.WebhookActive, domain.WebhookDegraded:
	}
	return ""
}

// pending is about a message that has a row and is not done.
func (m *matter) pending(d *ent.Delivery) (Verdict, string) {
	switch v, words := m.kept(); {
	case d.Test: // is tried whatever the state
		return Pending, "It is a sample, which is tried once: look again in a moment."
	case v != "":
		return v, history(d) + words
	}
	switch next := d.NextAttemptAt; {
	case next == nil:
		return Pending, history(d) + "It is being sent, or waits for its turn: look again in a moment." + m.reasons(d)
	case !next.After(m.now):
		return Pending, history(d) + fmt.Sprintf("It is due since %s, and waits for its turn: look again in a moment.", stamp(*next)) + m.reasons(d)
	case d.AttemptCount == 0:
		return Pending, fmt.Sprintf("It is sent at %s, or when those before it are done.", stamp(*next)) + m.reasons(d)
	}
	return Pending, fmt.Sprintf("%s, and is tried again at %s: put the receiver right, or have it tried now with resendDelivery.%s",
		tried(d), stamp(*d.NextAttemptAt), m.reasons(d))
}

// unsent is about messages that are owed and have no row yet.
func (m *matter) unsent() (Verdict, string) {
	switch v, words := m.kept(); {
	case m.webhook.State == domain.WebhookDisabled:
		return Cancelled, "It was owed, but the webhook was switched off before it was delivered" + because(m.webhook) + ": resumeWebhook, then replayEvents sends it."
	case v != "":
		return v, words
	case m.behind > 0 && m.behind < m.event.Number:
		return Waiting, "It is kept for the webhook, which is behind and gets its messages in order: it comes when those before it are done." + m.reasons(nil)
	}
	return Pending, "It is owed, and on its way: look again in a moment." + m.reasons(nil)
}

// kept is about the state of the webhook, where nothing is sent to it for that; the
// verdict is empty where something is.
func (m *matter) kept() (Verdict, string) {
	w := m.webhook
	switch w.State {
	case domain.WebhookPaused:
		return Waiting, "It is kept for the webhook, which is paused" + because(w) + ": resumeWebhook delivers it."
	case domain.WebhookDegraded:
		return Waiting, "It is kept for the webhook, which is DEGRADED since " + stamp(w.StateSince) + because(w) +
			": put the receiver right. One message is tried now and then, and when one gets through all are delivered in order; resumeWebhook has it tried at once, and so has resendDelivery."
	case domain.WebhookDisabled:
		return Cancelled, "The webhook is switched off" + because(w) + ", so that it is cancelled: resumeWebhook switches it on, then resendDelivery sends it."
	case domain.WebhookActive:
	}
	return "", ""
}

// history is a sentence about the attempts at a message, none where there are none.
func history(d *ent.Delivery) string {
	if d.AttemptCount == 0 {
		return ""
	}
	return tried(d) + ". "
}

// tried tells what came of a message so far. One that was delivered and is asked for
// once more has not been tried in vain for that.
func tried(d *ent.Delivery) string {
	for i, a := range slices.Backward(d.Attempts) {
		if a.StatusCode/100 != 2 {
			continue
		}
		text := "It was delivered at " + stamp(a.At) + ", and asked for once more"
		if since := len(d.Attempts) - 1 - i; since > 0 {
			text += fmt.Sprintf("; since then it was tried %s in vain%s", several(since, "time"), last(d))
		}
		return text
	}
	return fmt.Sprintf("It was tried %s in vain%s", several(d.AttemptCount, "time"), last(d))
}

// unmade reports whether the last attempt at a message sent nothing, because it could
// not be made, and whether that was the template's doing.
func unmade(d *ent.Delivery) (nothing, byTemplate bool) {
	if len(d.Attempts) == 0 {
		return false, false
	}
	return delivery.Unmade(d.Attempts[len(d.Attempts)-1])
}

// last tells what came of the newest attempt.
func last(d *ent.Delivery) string {
	if len(d.Attempts) == 0 {
		return ""
	}
	a := d.Attempts[len(d.Attempts)-1]
	text := " (last at " + stamp(a.At)
	if a.StatusCode != 0 {
		text += ", answered " + strconv.Itoa(a.StatusCode)
	}
	if a.Error != "" {
		text += ", " + a.Error
	}
	return text + ")"
}

func because(w *ent.Webhook) string {
	if w.StateReason == nil || *w.StateReason == "" {
		return ""
	}
	return " (" + *w.StateReason + ")"
}

func several(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000Z") }
