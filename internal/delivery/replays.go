package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/replay"
	"slotcast/internal/domain"
)

// replayLoop sees to the replays of the shards that this process owns, until ctx
// ends.
func (w *Worker) replayLoop(ctx context.Context) {
	second := time.NewTicker(min(time.Second, 4*w.cfg.Poll))
	defer second.Stop()
	var running []*replayFeed
	for w.outbox.room(ctx) == nil {
		var err error
		select {
		case <-second.C:
			running, err = w.replays(ctx)
		case <-w.resumed:
		case <-ctx.Done():
			return
		}
		for again := err == nil; again; {
			again = false
			for _, p := range running {
				more, failed := w.advance(ctx, p)
				again, err = again || more, errors.Join(err, failed)
			}
			again = again && w.outbox.room(ctx) == nil
		}
		if err != nil && ctx.Err() == nil {
			w.cfg.Logger.WarnContext(ctx, "replay", "error", err)
		}
	}
}

// advance takes a replay a step further.
func (w *Worker) advance(ctx context.Context, p *replayFeed) (more bool, err error) {
	if !p.lane.runner.begin() {
		return false, nil
	}
	defer p.lane.runner.sending.Done()
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	if more, err = p.step(ctx); err != nil {
		return false, fmt.Errorf("replaying for webhook %s: %w", p.WebhookID, err)
	}
	return more, nil
}

// replays compares what the lanes replay with the table, and returns what they go
// on with.
func (w *Worker) replays(ctx context.Context) ([]*replayFeed, error) {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	runners := map[int]*runner{}
	var shards []int
	for _, r := range w.owned() {
		if r.recovered.Load() && r.begin() {
			defer r.sending.Done()
			runners[r.shard] = r
			shards = append(shards, r.shard)
		}
	}
	if len(shards) == 0 {
		return nil, nil
	}
	rows, err := w.cfg.Client.Replay.Query().Where(replay.StatusEQ(domain.ReplayRunning), replay.ShardIn(shards...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the replays: %w", err)
	}
	byWebhook := make(map[string]*ent.Replay, len(rows))
	for _, row := range rows {
		byWebhook[row.WebhookID] = row
		runners[row.Shard].lane(row.WebhookID)
	}
	var running []*replayFeed
	for _, r := range runners {
		for _, l := range r.all() {
			if p := l.replays(byWebhook[l.target.id]); p != nil {
				running = append(running, p)
			}
		}
	}
	return running, nil
}

// replays makes the lane replay what a row says, or nothing without one.
func (l *lane) replays(row *ent.Replay) *replayFeed {
	l.mu.Lock()
	defer l.release()
	if l.replay != nil && (row == nil || row.ID != l.replay.ID) {
		l.replay.over = true
		if l.replay.inFlight > 0 {
			return nil // the next one begins when nothing of it is under way
		}
		l.replay = nil
	}
	if row != nil && l.replay == nil {
		l.replay = newReplay(l, row)
	}
	return l.replay
}

// stop ends a replay that the table knows as ended.
func (p *replayFeed) stop() {
	p.lane.mu.Lock()
	defer p.lane.mu.Unlock()
	p.over = true
}

// resume lets replays go on.
func (w *Worker) resume() {
	select {
	case w.resumed <- struct{}{}:
	default:
	}
}

// records reads the rows of a webhook.
func (w *Worker) records(ctx context.Context, webhookID string, from, upTo int64) (map[message]*ent.Delivery, error) {
	rows, err := w.cfg.Client.Delivery.Query().
		Where(delivery.WebhookID(webhookID), delivery.NumberGT(from), delivery.NumberLTE(upTo), delivery.Test(false)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("reading the rows of events %d to %d: %w", from+1, upTo, err)
	}
	found := make(map[message]*ent.Delivery, len(rows))
	for _, d := range rows {
		found[message{d.EventID, d.WebhookID, d.Part}] = d
	}
	return found, nil
}

// writeProgress says how far replays are, unless they have been cancelled.
func writeProgress(ctx context.Context, tx *ent.Tx, all []progress) error {
	for _, p := range all {
		change := tx.Replay.Update().Where(replay.ID(p.replay.ID), replay.StatusEQ(domain.ReplayRunning)).
			SetNumber(p.number).AddSent(p.count.sent).AddDelivered(p.count.delivered)
		if p.ends != "" {
			change.SetStatus(p.ends).SetFinishedAt(time.Now().UTC())
		}
		n, err := change.Save(ctx)
		if err != nil {
			return fmt.Errorf("writing the progress of replay %s: %w", p.replay.ID, err)
		}
		if n == 0 {
			p.replay.stop()
		}
	}
	return nil
}
