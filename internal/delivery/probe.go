package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/delivery"
)

// maxProbes is among how many messages that are due again the one is looked for to
// try a parked webhook out with.
const maxProbes = 50

// tryDue tries a parked webhook out with a message that is due again, if there is
// one: that which was tried least, and one that was only put off where no other is.
// A probe that fails uses up nothing of its schedule.
func (l *lane) tryDue(ctx context.Context) (done bool, err error) {
	w, asOf := l.runner.worker, time.Now().UTC()
	rows, err := l.probes(ctx, asOf)
	if err != nil || len(rows) == 0 {
		return false, err
	}
	tasks, err := w.tasks(ctx, rows)
	if err != nil {
		return false, err
	}
	tasks = l.eligible(tasks)
	rows = slices.DeleteFunc(rows, func(d *ent.Delivery) bool {
		return !slices.ContainsFunc(tasks, func(t *task) bool { return t.id == d.ID })
	})
	claimed, err := w.claim(ctx, rows, asOf, map[int]*runner{l.runner.shard: l.runner})
	if err != nil {
		return false, fmt.Errorf("claiming what is due: %w", err)
	}
	l.mu.Lock()
	defer l.release()
	for _, t := range tasks {
		if claimed[t.id] {
			l.bare = false
			l.comeBack(t)
		}
	}
	l.pump()
	return len(claimed) > 0, nil
}

// probes reads what is due again: what has been tried, if there is some.
func (l *lane) probes(ctx context.Context, asOf time.Time) ([]*ent.Delivery, error) {
	due := l.runner.worker.cfg.Client.Delivery.Query().
		Where(delivery.WebhookID(l.target.id), delivery.Shard(l.runner.shard), delivery.Test(false), dueAt(asOf)).
		Order(delivery.ByAttemptCount(), delivery.ByNumber(), delivery.ByPart()).Limit(maxProbes)
	rows, err := due.Clone().Where(delivery.AttemptCountGT(0)).All(ctx)
	if err == nil && len(rows) == 0 {
		rows, err = due.All(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("reading what is due for webhook %s: %w", l.target.id, err)
	}
	return rows, nil
}

// eligible picks the first message that may be sent now, and those before it that
// wait in the table for another one, and are put off once more. What waits in memory
// is left where it is.
func (l *lane) eligible(tasks []*task) []*task {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	var picked []*task
	for _, t := range tasks {
		s := l.line(t.seriesID)
		_, isSecond := s.first(t)
		_, late := s.behind(t, now)
		free := s.lets(t.place, now)
		if s.empty() {
			delete(l.lines, t.seriesID)
		}
		if isSecond || late || free {
			picked = append(picked, t)
		}
		if free && !isSecond && !late {
			break
		}
	}
	return picked
}
