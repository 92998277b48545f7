package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/ent/webhook"
	"slotcast/internal/sealing"
)

// freshness is how old a lane's view of its webhook may be.
const freshness = time.Second

// target is a lane's view of its webhook.
type target struct {
	client *ent.Client
	keys   *sealing.Ring
	id     string

	mu     sync.Mutex
	hook   *hook
	sealed string // what hook.secret was opened from
	read   time.Time
}

// hook is a webhook with its secret, which is nowhere else in the clear.
type hook struct {
	*ent.Webhook
	secret   string
	veil     veil  // over the secret, in what others say
	unopened error // why there is no secret
}

// get returns the webhook, or nil if it has been deleted.
func (t *target) get(ctx context.Context) (*hook, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if time.Since(t.read) < freshness {
		return t.hook, nil
	}
	w, err := t.client.Webhook.Query().Where(webhook.ID(t.id)).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		t.hook = nil
	case err != nil:
		return nil, fmt.Errorf("reading webhook %s: %w", t.id, err)
	default:
		t.hook = t.open(w)
	}
	t.read = time.Now()
	return t.hook, nil
}

// open opens the secret, if it is not the one that it has opened.
func (t *target) open(w *ent.Webhook) *hook {
	if t.hook != nil && t.hook.unopened == nil && t.sealed == w.Secret {
		return &hook{Webhook: w, secret: t.hook.secret, veil: t.hook.veil}
	}
	secret, err := t.keys.Open(w.Secret, w.ID)
	t.sealed = w.Secret
	return &hook{Webhook: w, secret: secret, veil: newVeil(secret), unopened: err}
}
