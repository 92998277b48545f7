package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/webhook"
)

const (
	maxWatched = 500           // webhooks in one query
	glance     = Freshness / 2 // between looks
)

// watchLoop keeps the lanes' view of their webhooks fresh until ctx ends: of those
// that have something to do, are behind, or are parked. What has not changed costs
// a line of one query.
func (w *Worker) watchLoop(ctx context.Context) {
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	for {
		select {
		case now := <-ticker.C:
			w.pages.tidy(now)
		case <-ctx.Done():
			return
		}
		if err := w.watch(ctx); err != nil && ctx.Err() == nil {
			w.cfg.Logger.WarnContext(ctx, "webhooks_unread", "error", err)
		}
	}
}

func (w *Worker) watch(ctx context.Context) error {
	var lanes []*lane
	for _, r := range w.owned() {
		if !r.recovered.Load() || !r.begin() {
			continue
		}
		defer r.sending.Done()
		for _, l := range r.all() {
			if l.watched() {
				lanes = append(lanes, l)
			}
		}
	}
	for some := range slices.Chunk(lanes, maxWatched) {
		if err := w.look(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// watched reports whether the lane needs to know what its webhook is like.
func (l *lane) watched() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.on || l.forgot || l.gate.parked() || l.queued+l.retrying+l.inFlight > 0
}

// look compares the lanes' views with the table, and reads what has changed.
func (w *Worker) look(ctx context.Context, lanes []*lane) error {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	ids := make([]string, len(lanes))
	for i, l := range lanes {
		ids[i] = l.target.id
	}
	rows, err := w.cfg.Client.Webhook.Query().Where(webhook.IDIn(ids...)).
		Select(webhook.FieldID, webhook.FieldState, webhook.FieldUpdatedAt).All(ctx)
	if err != nil {
		return fmt.Errorf("reading the states of %d webhooks: %w", len(ids), err)
	}
	byID := make(map[string]*ent.Webhook, len(rows))
	for _, row := range rows {
		byID[row.ID] = row
	}
	for _, l := range lanes {
		h, err := l.target.compare(ctx, byID[l.target.id])
		if err != nil {
			return err
		}
		l.looked(h)
		if err := w.recollect(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// recollect has others wait behind what failed long ago, where the order policy has
// become STRICT since: of that no lane knows any more.
func (w *Worker) recollect(ctx context.Context, l *lane) error {
	l.mu.Lock()
	forgot := l.forgot
	l.mu.Unlock()
	if !forgot {
		return nil
	}
	found, err := w.obstacles(ctx, l.runner.shard, time.Now(), delivery.WebhookID(l.target.id))
	if err != nil {
		return err
	}
	for _, o := range found {
		l.remember(o.series, o.failure)
	}
	l.mu.Lock()
	l.forgot = false
	l.mu.Unlock()
	return nil
}
