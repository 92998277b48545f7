package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
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
		l.replay.end()
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

// end begins nothing more of a replay that the table knows as ended, and has
// written what has been counted of it. The lane's lock is held.
func (p *replayFeed) end() {
	if !p.over {
		p.over = true
		p.lane.runner.worker.outbox.mark(mark{lane: p.lane, replay: p})
	}
}

// stop is end for who does not hold the lock.
func (p *replayFeed) stop() {
	p.lane.mu.Lock()
	defer p.lane.mu.Unlock()
	p.over = true
}

func (p *replayFeed) ended() bool {
	p.lane.mu.Lock()
	defer p.lane.mu.Unlock()
	return p.over
}

// sending reports whether the replay has a message in flight. The lane's lock is
// held, here and below.
func (p *replayFeed) sending(t *task) bool {
	if p == nil || p.inFlight == 0 {
		return false
	}
	s := p.lines[t.seriesID]
	return s != nil && s.busy && s.tasks[0].place == t.place
}

// leave takes a message out of the replay's hands that the lane is about to send:
// what its row said when the page was read is no longer true.
func (p *replayFeed) leave(t *task) {
	if p == nil {
		return
	}
	s := p.lines[t.seriesID]
	if s == nil {
		return
	}
	before := len(s.tasks)
	s.tasks = slices.DeleteFunc(s.tasks, func(mine *task) bool {
		if mine.place != t.place || s.busy && mine == s.tasks[0] {
			return false
		}
		p.account.close(mine.number)
		return true
	})
	if len(s.tasks) == 0 {
		delete(p.lines, s.series)
		p.ready = slices.DeleteFunc(p.ready, func(other *line) bool { return other == s })
	}
	if p.inHand -= before - len(s.tasks); len(s.tasks) < before && p.inHand == 0 {
		p.lane.runner.worker.resume()
	}
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

// writeProgress says how far replays are. Of one that has been cancelled meanwhile
// it says what was sent.
func writeProgress(ctx context.Context, tx *ent.Tx, all []progress) error {
	for _, p := range all {
		change := tx.Replay.Update().Where(replay.ID(p.replay.ID), replay.StatusEQ(domain.ReplayRunning)).
			SetNumber(p.number).SetSent(p.count.sent).SetDelivered(p.count.delivered)
		if p.ends != "" {
			change.SetStatus(p.ends).SetFinishedAt(stamp(time.Now()))
		}
		n, err := change.Save(ctx)
		if err != nil {
			return fmt.Errorf("writing the progress of replay %s: %w", p.replay.ID, err)
		}
		if n == 0 {
			p.replay.stop()
			p.count = p.replay.progress(domain.ReplayCancelled).count
			if err := writeSent(ctx, tx, p); err != nil {
				return err
			}
		}
	}
	return nil
}

// writeSent says what was sent of a replay that is over.
func writeSent(ctx context.Context, tx *ent.Tx, p progress) error {
	err := tx.Replay.Update().Where(replay.ID(p.replay.ID), replay.StatusEQ(domain.ReplayCancelled)).
		SetSent(p.count.sent).SetDelivered(p.count.delivered).Exec(ctx)
	if err != nil {
		return fmt.Errorf("writing what was sent of replay %s: %w", p.replay.ID, err)
	}
	return nil
}
