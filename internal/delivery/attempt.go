package delivery

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"slotcast/internal/backoff"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
	"slotcast/internal/signing"
	"slotcast/internal/wire"
)

// maxWords bounds what is kept of an answer or an error, in bytes.
const maxWords = 4 << 10

// attempt sends a message once, and decides what follows from the answer. It
// returns false where the runner stopped before there was one.
func (w *Worker) attempt(t *task, to *target) (result, bool) {
	select {
	case w.slots <- struct{}{}:
		defer func() { <-w.slots }()
	case <-t.runner.reading.Done():
		return result{}, false
	}
	hook, ok := w.permit(t.runner, to)
	if !ok {
		return result{}, false
	}
	if hook == nil || hook.State == domain.WebhookDisabled {
		return t.ended(domain.DeliveryCancelled, t.attempts), true
	}
	ctx := t.runner.requests
	now := time.Now().UTC()
	if err := hook.unopened; err != nil { // until somebody puts the key back
		w.cfg.Logger.ErrorContext(ctx, "secret_unopened", "event_id", t.eventID, "webhook_id", t.webhookID, "error", err)
		made := domain.Attempt{At: now, Error: printable("the webhook's secret cannot be opened: "+err.Error(), veil{})}
		return w.judge(t, append(slices.Clip(t.attempts), made), err), true
	}
	request, err := w.request(hook, t, now)
	if err != nil {
		w.cfg.Logger.ErrorContext(ctx, "message_unmade", "event_id", t.eventID, "webhook_id", t.webhookID, "error", err)
		made := domain.Attempt{At: now, Error: printable("the message could not be made: "+err.Error(), hook.veil)}
		return t.ended(domain.DeliveryFailed, append(slices.Clip(t.attempts), made)), true
	}
	answer, err := w.cfg.HTTP.Do(ctx, request)
	if err != nil && ctx.Err() != nil {
		return result{}, false // broken off by the stop, which says nothing about the receiver
	}
	made := domain.Attempt{
		At: now, StatusCode: answer.StatusCode, LatencyMS: answer.Latency.Milliseconds(), Response: printable(string(answer.Body), hook.veil),
	}
	if answer.RemoteAddr.IsValid() {
		made.Address = answer.RemoteAddr.String()
	}
	if err != nil {
		made.Error = printable(err.Error(), hook.veil)
	}
	return w.judge(t, append(slices.Clip(t.attempts), made), err), true
}

// permit returns the webhook, nil for a deleted one, as soon as it can be read
// and the lease holds. It returns false when the runner stops before that.
func (w *Worker) permit(r *runner, to *target) (*hook, bool) {
	for {
		hook, err := to.get(r.reading)
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

// judge: a 2xx is delivered, a refused address final, and anything else is
// tried again while the schedule has a wait left.
func (w *Worker) judge(t *task, attempts []domain.Attempt, err error) result {
	last := attempts[len(attempts)-1]
	if err == nil && last.StatusCode/100 == 2 {
		return t.ended(domain.DeliveryDelivered, attempts)
	}
	if blocked := new(safehttp.BlockedError); errors.As(err, &blocked) {
		return t.ended(domain.DeliveryFailed, attempts)
	}
	wait, ok := w.cfg.Schedule.After(len(attempts), w.random)
	if !ok {
		return t.ended(domain.DeliveryFailed, attempts)
	}
	return t.later(time.Now().Add(wait), attempts)
}

// overloaded reports whether the receiver may have had more than it can take.
func (r *result) overloaded() bool {
	if len(r.attempts) == 0 {
		return false
	}
	last := r.attempts[len(r.attempts)-1]
	return last.StatusCode == 0 || last.StatusCode == http.StatusTooManyRequests || last.StatusCode >= 500
}

// request makes the message: its body is the same at every attempt, its
// timestamp and signature are of this one.
func (w *Worker) request(hook *hook, t *task, now time.Time) (safehttp.Request, error) {
	m, err := t.bodies.message(w.cfg.Links, hook.Webhook, t.part)
	if err != nil {
		return safehttp.Request{}, err
	}
	h := http.Header{}
	for name, v := range hook.Headers {
		h.Set(name, v)
	}
	h.Set("Content-Type", "application/json")
	id := wire.MessageID(t.eventID, t.part)
	h["webhook-id"] = []string{id}
	h["webhook-timestamp"] = []string{strconv.FormatInt(now.Unix(), 10)}
	if e := t.bodies.event; e.MeetingID != "" {
		h.Set("Slotcast-Sequence", strconv.Itoa(e.Sequence))
	}
	h.Set("Slotcast-Attempt", strconv.Itoa(len(t.attempts)+1))
	if m.Attendee != "" {
		h.Set("Slotcast-Attendee", m.Attendee)
	}
	if hook.secret != "" {
		if err := hook.sign(h, id, now, m.Body); err != nil {
			return safehttp.Request{}, err
		}
	}
	return safehttp.Request{URL: hook.SubscriberURL, Header: h, Body: m.Body}, nil
}

// sign adds what the secret is for: the signature of all formats, that of the
// sender whose format it is, and the secret itself where it was asked for.
func (k *hook) sign(h http.Header, id string, now time.Time, body []byte) error {
	secret, err := signing.ParseSecret(k.secret)
	if err != nil {
		return err
	}
	h["webhook-signature"] = []string{signing.Standard([]signing.Secret{secret}, id, now, body)}
	switch k.Format {
	case domain.FormatCalendly:
		h["Calendly-Webhook-Signature"] = []string{signing.Calendly(secret, now, body)}
	case domain.FormatCalcom:
		h["X-Cal-Signature-256"] = []string{signing.Calcom(secret, body)}
	case domain.FormatNative: // has the first one alone
	}
	if k.SecretHeader != nil {
		h.Set(*k.SecretHeader, k.secret)
	}
	return nil
}

// printable keeps what both databases can store of a stranger's words, without
// the webhook's secret.
func printable(s string, v veil) string {
	s = v.hide(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD"))
	if len(s) > maxWords {
		s = strings.ToValidUTF8(s[:maxWords], "")
	}
	return s
}
