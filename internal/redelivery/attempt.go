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
	RequestHeaders  map[string]any // nil where there were none, or they cannot be told any more
	ResponseHeaders map[string]any
	Response        *string
	Error           *string
}

const (
	hiddenHeader = "[hidden]"
	// unsigned stands for a signature that cannot be made again.
	unsigned = "[signed with a secret that has been replaced]"
	// unsure stands for one that was made so soon after a change of the secret that
	// it may be with the one before.
	unsure = "[signed while the secret was being replaced]"
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
	since, resigned, err := s.reshaped(app, w, d.Attempts[0].At.Add(-delivery.Freshness))
	if err != nil {
		return nil, err
	}
	secrets := s.open(w)
	return func(i int) (map[string]any, error) {
		at := d.Attempts[i].At
		if nothing, _ := delivery.Unmade(d.Attempts[i]); nothing || at.Before(since.Add(delivery.Freshness)) {
			return nil, nil
		}
		instead := ""
		switch {
		case w.Secret == "":
		case !secrets.truly(w, at):
			instead = unsigned
		case resigned && at.Before(w.SecretSince.Add(delivery.Freshness)):
			instead = unsure
		}
		return s.headers(d, w, e, *m, secrets, i, instead)
	}, nil
}

// reshaped is when the webhook last got other headers, since a time; zero: never.
// resigned says that it got another secret, too.
func (s *Service) reshaped(ctx context.Context, w *ent.Webhook, since time.Time) (at time.Time, resigned bool, err error) {
	if !w.UpdatedAt.After(since) {
		return time.Time{}, false, nil
	}
	changes, err := s.client.AuditEntry.Query().
		Where(auditentry.TargetID(w.ID), auditentry.CreatedAtGT(since)).
		Order(ent.Desc(auditentry.FieldCreatedAt)).Limit(maxHistory).
		All(ctx)
	if err != nil {
		return time.Time{}, false, fmt.Errorf("reading the changes of webhook %s: %w", w.ID, err)
	}
	for _, c := range changes {
		if c.Action == domain.AuditWebhookCreated { // before that it had none
			continue
		}
		_, fixed := c.Changes["headers"]
		_, header := c.Changes["secretHeader"]
		_, secret := c.Changes["secret"]
		if resigned = resigned || secret; at.IsZero() && (fixed || header) {
			at = c.CreatedAt
		}
	}
	return at, resigned, nil
}

// headers are those of attempt i, without what is secret of them, and with words
// instead of signatures where there are any.
func (s *Service) headers(
	d *ent.Delivery, w *ent.Webhook, e *eventlog.Event, m wire.Message, keys keys, i int, instead string,
) (map[string]any, error) {
	past := delivery.Past{
		Webhook: w, Event: e, ID: wire.MessageID(d.EventID, d.Part), Attempt: d.AttemptCount - len(d.Attempts) + i + 1,
		At: d.Attempts[i].At, Test: d.Test, Trigger: d.Trigger, Message: m, Secret: keys.secret, Previous: keys.previous,
	}
	if instead != "" {
		past.Secret, past.Previous = instead, "" // the names of the headers are the same
	}
	h, err := delivery.Headers(past)
	if err != nil {
		return nil, err
	}
	out := map[string]any{"User-Agent": s.agent}
	for name, values := range h {
		out[name] = strings.Join(values, ", ")
		if instead != "" && slices.Contains(signatures(), strings.ToLower(name)) {
			out[name] = instead
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
