package delivery

import (
	"net/http"
	"time"

	"slotcast/internal/backoff"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
	"slotcast/internal/signing"
	"slotcast/internal/wire"
)

// attempt sends a message once, and has judged what came of it. It returns false
// where the runner stopped before there was anything, or the webhook takes nothing
// for now.
func (w *Worker) attempt(l *lane, t *task) (result, bool) {
	anyway := t.test || t.urgent // somebody waits to hear why not
	if !anyway && !w.egress.pass(l.runner.reading, w.cfg.Poll) {
		return result{}, false
	}
	select {
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
	case <-l.runner.reading.Done():
		return result{}, false
	}
	hook, ok := w.permit(l.runner, t, &l.target)
	if !ok {
		return result{}, false
	}
	switch l.meets(hook, t) {
	case postponed:
		return result{}, false
	case refused:
		return t.ended(domain.DeliveryCancelled, t.attempts), true
	case given:
	}
	ctx := l.runner.requests
	o := outcome{hook: hook, at: time.Now().UTC()}
	if err := hook.unopened; err != nil { // until somebody puts the key back
		w.cfg.Logger.ErrorContext(ctx, "secret_unopened", "event_id", t.eventID, "webhook_id", t.webhookID, "error", err)
		return w.judge(t, o), true
	}
	request, body, err := w.request(hook, t, o.at)
	if err != nil {
		w.cfg.Logger.ErrorContext(ctx, "message_unmade", "event_id", t.eventID, "webhook_id", t.webhookID, "error", err)
		return unmade(t, o, err), true
	}
	answered := w.measureBegin(t, o.at)
	o.answer, o.err = w.cfg.HTTP.Do(ctx, request)
	answered(o.answer.StatusCode)
	if o.err != nil && ctx.Err() != nil {
		return result{}, false // broken off by the stop, which says nothing about the receiver
	}
	if w.looksAtEgress(ctx, o) && !anyway {
		return result{}, false // nor does this
	}
	res := w.judge(t, o)
	res.body = body
	return res, true
}

// permit returns the webhook, nil for a deleted one, as soon as it can be read
// and the lease holds. It returns false when the runner stops before that.
func (w *Worker) permit(r *runner, t *task, to *target) (*hook, bool) {
	for {
		hook, err := to.get(r.reading)
		if err == nil && (hook == nil || hook.State == domain.WebhookDisabled) {
			hook, err = to.end(r.reading, t.since)
		}
		if err == nil && w.valid() && !r.fenced.Load() {
			return hook, true
		}
		if err != nil && r.reading.Err() == nil {
			w.cfg.Logger.WarnContext(r.reading, "webhook_unread", "webhook_id", to.id, "error", err)
		}
		if backoff.Wait(r.reading, w.cfg.Poll) != nil {
			return nil, false
		}
	}
}

// request makes the message: its body is the same at every attempt, its
// timestamp and signature are of this one. Where the body is to be kept it is
// returned once more.
func (w *Worker) request(hook *hook, t *task, now time.Time) (safehttp.Request, *string, error) {
	m, body, err := w.message(hook.Webhook, t)
	if err != nil {
		return safehttp.Request{}, nil, err
	}
	h := hook.headers(sending{
		id: wire.MessageID(t.eventID, t.part), sequence: sequence(t.bodies.event, m, t.test, t.trigger), attempt: t.count + 1,
		at: now, test: t.test, message: m,
	})
	return safehttp.Request{URL: hook.SubscriberURL, Header: h, Body: m.Body, Identity: hook.identity}, body, nil
}

// sign adds what the secret is for: the signature of all formats, that of the
// sender whose format it is, and the secret itself where it was asked for. While
// one secret replaces another the first is made with both, the new one before the
// old, and the others go on with the old one until the switch.
func (k *hook) sign(h http.Header, id string, now time.Time, body []byte) {
	known, next := k.valid(now)
	all := []signing.Secret{known.key}
	if next.text != "" {
		all = []signing.Secret{next.key, known.key}
	}
	h["webhook-signature"] = []string{signing.Standard(all, id, now, body)}
	switch k.Format {
	case domain.FormatCalendly:
		h["Calendly-Webhook-Signature"] = []string{signing.Calendly(known.key, next.key, now, body)}
	case domain.FormatCalcom:
		h["X-Cal-Signature-256"] = []string{signing.Calcom(known.key, body)}
	case domain.FormatNative: // has the first one alone
	}
	if k.SecretHeader != nil {
		h.Set(*k.SecretHeader, known.text)
	}
}
