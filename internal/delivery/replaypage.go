package delivery

import (
	"context"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// page reads the next events and makes tasks of what is to be sent.
func (p *replayFeed) page(ctx context.Context, w *ent.Webhook, read, upTo int64) (tasks []*task, to int64, err error) {
	r := p.lane.runner
	events, to, err := r.worker.pages.behind(ctx, r.shard, read, upTo)
	if err != nil {
		return nil, 0, err
	}
	rows, err := r.worker.records(ctx, w.ID, read, to)
	if err != nil {
		return nil, 0, err
	}
	for _, b := range events {
		parts, err := p.parts(w, b.event)
		if err != nil {
			return nil, 0, err
		}
		for _, part := range parts {
			d := rows[message{b.event.ID, w.ID, part}]
			if p.OnlyFailed && (d == nil || d.Status != domain.DeliveryFailed && d.Status != domain.DeliveryCancelled) {
				continue
			}
			t := newTask(p.account, b, w.ID, part)
			t.replay, t.firstAt = p, waitsFor(rows[message{b.event.ID, w.ID, wire.Before(part)}])
			if d != nil {
				t.attempts, t.count, t.begin, t.body = d.Attempts, d.AttemptCount, d.AttemptCount, d.Body
			}
			tasks = append(tasks, t)
		}
	}
	return tasks, to, nil
}

// parts lists what is sent of an event: what the webhook was owed of it, or else
// would be now.
func (p *replayFeed) parts(w *ent.Webhook, e *eventlog.Event) ([]string, error) {
	if e.AppID != w.AppID || e.OccurredAt.Before(p.From) || !e.OccurredAt.Before(p.To) ||
		len(p.Triggers) > 0 && !slices.Contains(p.Triggers, e.Trigger) {
		return nil, nil
	}
	if parts := (&bodies{event: e}).owed(w.ID, place{}); len(parts) > 0 {
		return parts, nil
	}
	return webhook.OwedNow(w, e)
}

// waitsFor is when the first of a pair is tried again, as its row has it: zero where
// nothing is known that the second would have to wait for.
func waitsFor(first *ent.Delivery) time.Time {
	if first == nil || first.Status != domain.DeliveryPending || first.AttemptCount == 0 && first.NextAttemptAt == nil {
		return time.Time{}
	}
	return nextOf(first)
}
