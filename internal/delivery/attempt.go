package delivery

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/ent/webhook"
	"slotcast/internal/domain"
	"slotcast/internal/safehttp"
	"slotcast/internal/signing"
	"slotcast/internal/wire"
)

// freshness is how old a lane's view of its webhook may be.
const freshness = time.Second

// target is a lane's view of its webhook.
type target struct {
	client *ent.Client
	id     string

	mu      sync.Mutex
	webhook *ent.Webhook // nil: deleted
	read    time.Time
}

func (t *target) get(ctx context.Context) (*ent.Webhook, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.read) < freshness {
		return t.webhook, nil
	}
	w, err := t.client.Webhook.Query().Where(webhook.ID(t.id)).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("reading webhook %s: %w", t.id, err)
	}
	t.webhook, t.read = w, time.Now()
	return w, nil
}

// attempt sends a message once, and decides what follows from the answer.
func (w *Worker) attempt(ctx context.Context, t *task, to *target) result {
	hook, err := to.get(ctx)
	if err != nil {
		w.cfg.Logger.WarnContext(ctx, "webhook_unread", "webhook_id", t.webhookID, "error", err)
		return t.later(time.Now().Add(time.Second))
	}
	if hook == nil {
		return t.ended(domain.DeliveryCancelled, t.attempts)
	}
	if !w.valid() {
		return t.later(time.Now()) // the flush will find the lease gone; the next owner sends it
	}
	now := time.Now().UTC()
	request, err := w.request(hook, t, now)
	if err != nil {
		w.cfg.Logger.ErrorContext(ctx, "message_unmade", "event_id", t.event.ID, "webhook_id", hook.ID, "error", err)
		made := domain.Attempt{At: now, Error: "the message could not be made: " + err.Error()}
		return t.ended(domain.DeliveryFailed, append(slices.Clip(t.attempts), made))
	}
	answer, err := w.cfg.HTTP.Do(ctx, request)
	if err != nil && ctx.Err() != nil {
		return t.later(now) // broken off by a stop, which says nothing about the receiver
	}
	made := domain.Attempt{
		At: now, StatusCode: answer.StatusCode, LatencyMS: answer.Latency.Milliseconds(), Response: printable(answer.Body),
	}
	if answer.RemoteAddr.IsValid() {
		made.Address = answer.RemoteAddr.String()
	}
	if err != nil {
		made.Error = err.Error()
	}
	return w.judge(t, append(slices.Clip(t.attempts), made), err)
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
	at := time.Now().UTC().Add(wait)
	return result{task: t, status: domain.DeliveryPending, attempts: attempts, nextAttemptAt: &at}
}

// request makes the message: its body is the same at every attempt, its
// timestamp and signature are of this one.
func (w *Worker) request(hook *ent.Webhook, t *task, now time.Time) (safehttp.Request, error) {
	messages, err := wire.Messages(hook.Format, t.event)
	if err != nil {
		return safehttp.Request{}, err
	}
	i := slices.IndexFunc(messages, func(m wire.Message) bool { return m.Part == t.part })
	if i < 0 {
		return safehttp.Request{}, fmt.Errorf("the event has no part %q", t.part)
	}
	m := messages[i]
	h := http.Header{}
	for name, v := range hook.Headers {
		h.Set(name, v)
	}
	h.Set("Content-Type", "application/json")
	h["webhook-id"] = []string{t.event.ID}
	h["webhook-timestamp"] = []string{strconv.FormatInt(now.Unix(), 10)}
	h.Set("Slotcast-Sequence", strconv.Itoa(t.event.Sequence))
	h.Set("Slotcast-Attempt", strconv.Itoa(len(t.attempts)+1))
	if m.Attendee != "" {
		h.Set("Slotcast-Attendee", m.Attendee)
	}
	if hook.Secret != "" {
		secret, err := signing.ParseSecret(hook.Secret)
		if err != nil {
			return safehttp.Request{}, err
		}
		h["webhook-signature"] = []string{signing.Standard([]signing.Secret{secret}, t.event.ID, now, m.Body)}
		if hook.SecretHeader != nil {
			h.Set(*hook.SecretHeader, hook.Secret)
		}
	}
	return safehttp.Request{URL: hook.SubscriberURL, Header: h, Body: m.Body}, nil
}

// printable keeps what the databases can store of an answer.
func printable(body []byte) string {
	out := make([]rune, 0, len(body))
	for _, r := range string(body) {
		if r != 0 {
			out = append(out, r)
		}
	}
	return string(out)
}
