package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/ent/webhook"
	"slotcast/internal/safehttp"
	"slotcast/internal/sealing"
	"slotcast/internal/signing"
	hooks "slotcast/internal/webhook"
)

// Freshness is how old a lane's view of its webhook may be: so long messages may be
// sent as before a change.
const Freshness = time.Second

// target is a lane's view of its webhook.
type target struct {
	client *ent.Client
	keys   *sealing.Ring
	id     string

	mu     sync.Mutex
	hook   *hook
	sealed sealed // what the hook was opened from
	read   time.Time
}

// sealed is all of a webhook that is sealed in its row, with the certificate that
// belongs to the key.
type sealed struct{ secret, previous, certificate, key string }

// hook is a webhook with its secrets, which are nowhere else in the clear.
type hook struct {
	*ent.Webhook
	unsealed
	unopened error // why there are none
}

// unsealed is what was sealed.
type unsealed struct {
	secret   secret
	previous secret             // the one before, while both are valid
	identity *safehttp.Identity // for mutual TLS
	veil     veil               // over the secrets, in what others say
}

// secret is one of a webhook, "" for none.
type secret struct {
	text string
	key  signing.Secret
}

func newSecret(text string) (secret, error) {
	if text == "" {
		return secret{}, nil
	}
	key, err := signing.ParseSecret(text)
	if err != nil {
		return secret{}, fmt.Errorf("it is of no use: %w", err)
	}
	return secret{text, key}, nil
}

// get returns the webhook, or nil if it has been deleted.
func (t *target) get(ctx context.Context) (*hook, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.read) < Freshness {
		return t.hook, nil
	}
	return t.renew(ctx)
}

// compare returns the webhook, which it reads only if a look at its row, nil if
// there is none, says that it has changed.
func (t *target) compare(ctx context.Context, row *ent.Webhook) (*hook, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	same := row == nil && t.hook == nil
	if row != nil && t.hook != nil {
		same = row.State == t.hook.State && row.UpdatedAt.Equal(t.hook.UpdatedAt)
	}
	if !same || t.read.IsZero() {
		return t.renew(ctx)
	}
	t.read = time.Now()
	return t.hook, nil
}

// renew reads the webhook. The lock is held.
func (t *target) renew(ctx context.Context) (*hook, error) {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	w, err := t.client.Webhook.Query().Where(webhook.ID(t.id)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		t.hook = nil
	case err != nil:
		return nil, fmt.Errorf("reading webhook %s: %w", t.id, err)
	default:
		t.hook = t.open(w, time.Now())
	}
	t.read = time.Now()
	return t.hook, nil
}

// end returns the webhook as it is since a message came to hand: one that was owed
// to a webhook switched on a moment ago is not cancelled for what it was before.
func (t *target) end(ctx context.Context, since time.Time) (*hook, error) {
	t.mu.Lock()
	if t.read.Before(since) {
		t.read = time.Time{}
	}
	t.mu.Unlock()
	return t.get(ctx)
}

// open opens what is sealed, if it is not what it has opened.
func (t *target) open(w *ent.Webhook, now time.Time) *hook {
	is := sealed{secret: w.Secret, certificate: w.ClientCertificate, key: w.ClientKey}
	if rotates(w, now) {
		is.previous = w.PreviousSecret
	}
	if t.hook != nil && t.hook.unopened == nil && t.sealed == is {
		return &hook{Webhook: w, unsealed: t.hook.unsealed}
	}
	out, err := unseal(t.keys, w, is)
	t.sealed = is
	return &hook{Webhook: w, unsealed: out, unopened: err}
}

func unseal(keys *sealing.Ring, w *ent.Webhook, is sealed) (out unsealed, err error) {
	if out.secret, err = openSecret(keys, is.secret, w.ID); err != nil {
		return unsealed{}, err
	}
	if out.previous, err = openSecret(keys, is.previous, w.ID); err != nil {
		return unsealed{}, fmt.Errorf("the previous one: %w", err)
	}
	certificate, err := hooks.OpenCertificate(keys, w)
	if err == nil && certificate != nil {
		out.identity, err = safehttp.NewIdentity(*certificate)
	}
	if err != nil {
		return unsealed{}, fmt.Errorf("the key of its client certificate: %w", err)
	}
	out.veil = newVeil(out.secret.text, out.previous.text)
	return out, nil
}

func openSecret(keys *sealing.Ring, sealed, webhookID string) (secret, error) {
	text, err := keys.Open(sealed, webhookID)
	if err != nil {
		return secret{}, err
	}
	return newSecret(text)
}

// rotates reports whether two secrets are valid.
func rotates(w *ent.Webhook, now time.Time) bool {
	return w.PreviousSecret != "" && w.PreviousSecretUntil != nil && now.Before(*w.PreviousSecretUntil)
}

// valid returns the secrets at a time: the one that is known to receivers of one,
// and the one to come, which is empty while none replaces it.
func (k *hook) valid(now time.Time) (known, next secret) {
	if k.previous.text != "" && rotates(k.Webhook, now) {
		return k.previous, k.secret
	}
	return k.secret, secret{}
}
