package redelivery

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/ent/auditentry"
	"slotcast/ent/webhook"
	"slotcast/internal/delivery"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// Attempt is one try to deliver a message, with the headers that it had.
type Attempt struct {
	At              time.Time
	StatusCode      *int // nil where no answer came
	LatencyMS       int64
	Address         *string        // the resolved one
	RequestHeaders  map[string]any // nil where they cannot be told any more
	ResponseHeaders map[string]any
	Response        *string
	Error           *string
}

const (
	hiddenHeader = "[hidden]"
	// unsigned stands for a signature that cannot be made again.
	unsigned = "[signed with a secret that has been replaced]"
)

// Attempts shows the attempts that are kept of a delivery, the oldest first. The
// headers of the requests are made again, where they are asked for; it then reads
// the row itself, of which lists may have read no more than the attempts.
func (s *Service) Attempts(ctx context.Context, d *ent.Delivery, headers bool) ([]*Attempt, error) {
	var made func(i int) (map[string]any, error)
	if headers && len(d.Attempts) > 0 {
		var err error
		if d, err = s.client.Delivery.Query().Where(ByID(d.ID)).Only(ctx); err != nil {
			return nil, fmt.Errorf("reading a delivery: %w", err)
		}
		if made, err = s.requests(ctx, d); err != nil {
			return nil, err
		}
	}
	out := make([]*Attempt, len(d.Attempts))
	for i, a := range d.Attempts {
		out[i] = shown(a)
		if made == nil {
			continue
		}
		var err error
		if out[i].RequestHeaders, err = made(i); err != nil {
			return nil, fmt.Errorf("making the headers of delivery %s: %w", d.ID, err)
		}
	}
	return out, nil
}

func shown(a domain.Attempt) *Attempt {
	out := &Attempt{
		At: a.At, LatencyMS: a.LatencyMS, Address: some(a.Address), Response: some(a.Response), Error: some(a.Error),
	}
	if a.StatusCode != 0 {
		out.StatusCode = &a.StatusCode
	}
	if a.ResponseHeaders != nil {
		out.ResponseHeaders = map[string]any{}
		for name, v := range a.ResponseHeaders {
			out.ResponseHeaders[name] = v
		}
	}
	return out
}

// requests returns what makes the headers of an attempt again; nil where nothing
// of them is known any more: without the webhook, or without the event of a
// message that is no sample.
func (s *Service) requests(ctx context.Context, d *ent.Delivery) (func(i int) (map[string]any, error), error) {
	app := viewer.ForApp(ctx) // whoever sees the delivery may know how it was sent
	w, err := s.client.Webhook.Query().Where(webhook.ID(d.WebhookID)).Only(app)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading webhook %s: %w", d.WebhookID, err)
	}
	e, m, err := s.message(ctx, d, w)
	if err != nil || m == nil {
		return nil, err
	}
	since, err := s.reshaped(app, w, d.Attempts[0].At)
	if err != nil {
		return nil, err
	}
	secrets := s.open(w)
	return func(i int) (map[string]any, error) {
		if d.Attempts[i].At.Before(since) {
			return nil, nil
		}
		return s.headers(d, w, e, *m, secrets, i)
	}, nil
}

// reshaped is when the webhook last got other headers, since a time; zero: never.
func (s *Service) reshaped(ctx context.Context, w *ent.Webhook, since time.Time) (time.Time, error) {
	if !w.UpdatedAt.After(since) {
		return time.Time{}, nil
	}
	changes, err := s.client.AuditEntry.Query().
		Where(auditentry.TargetID(w.ID), auditentry.CreatedAtGT(since)).
		Order(ent.Desc(auditentry.FieldCreatedAt)).Limit(maxHistory).
		All(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("reading the changes of webhook %s: %w", w.ID, err)
	}
	for _, c := range changes {
		_, fixed := c.Changes["headers"]
		_, secret := c.Changes["secretHeader"]
		if fixed || secret {
			return c.CreatedAt, nil
		}
	}
	return time.Time{}, nil
}

// headers are those of attempt i, without what is secret of them.
func (s *Service) headers(d *ent.Delivery, w *ent.Webhook, e *eventlog.Event, m wire.Message, keys keys, i int) (map[string]any, error) {
	at := d.Attempts[i].At
	past := delivery.Past{
		Webhook: w, Event: e, ID: wire.MessageID(d.EventID, d.Part), Attempt: d.AttemptCount - len(d.Attempts) + i + 1,
		At: at, Test: d.Test, Trigger: d.Trigger, Message: m, Secret: keys.secret, Previous: keys.previous,
	}
	truly := keys.truly(w, at)
	if !truly && w.Secret != "" {
		past.Secret, past.Previous = unsigned, "" // the names of the headers are the same
	}
	h, err := delivery.Headers(past)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"User-Agent": s.agent}
	for name, values := range h {
		out[name] = strings.Join(values, ", ")
		if !truly && slices.Contains(signatures(), strings.ToLower(name)) {
			out[name] = unsigned
		}
	}
	hide(out, w)
	return out, nil
}

// signatures are the headers that a secret makes.
func signatures() []string {
	return []string{"webhook-signature", "calendly-webhook-signature", "x-cal-signature-256"}
}

// hide takes out what may be a password.
func hide(headers map[string]any, w *ent.Webhook) {
	names := slices.Collect(maps.Keys(w.Headers))
	if w.SecretHeader != nil {
		names = append(names, *w.SecretHeader)
	}
	for _, name := range names {
		key := http.CanonicalHeaderKey(name)
		if _, ok := headers[key]; ok {
			headers[key] = hiddenHeader
		}
	}
}

// keys is what a webhook signs with, as far as it can be opened.
type keys struct {
	secret, previous string
	opened           bool
}

func (s *Service) open(w *ent.Webhook) keys {
	secret, err := s.keys.Open(w.Secret, w.ID)
	previous, errPrevious := s.keys.Open(w.PreviousSecret, w.ID)
	return keys{secret, previous, err == nil && errPrevious == nil}
}

// truly reports whether what the keys sign now is what was sent then: with the
// secret that there is since, and with the one before while both were valid.
func (k keys) truly(w *ent.Webhook, at time.Time) bool {
	both := w.PreviousSecretUntil != nil && at.Before(*w.PreviousSecretUntil)
	return k.opened && !at.Before(w.SecretSince) && (!both || k.previous != "")
}

// some is a text, or none.
func some(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
