package delivery

import (
	"context"
	"fmt"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/ent/webhook"
)

// freshness is how old a lane's view of its webhook may be.
const freshness = time.Second

// target is a lane's view of its webhook.
type target struct {
	client *ent.Client
	id     string

	mu      sync.Mutex
	webhook *ent.Webhook
	read    time.Time
}

// get returns the webhook, or nil if it has been deleted.
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
