package delivery

import (
	"context"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// MaxAsked is maxAsked.
const MaxAsked = maxAsked

// Word is what the row of an event's message to a webhook is to say.
type Word struct {
	Event    *eventlog.Event
	Webhook  string
	Status   domain.DeliveryStatus
	Count    int
	Attempts []domain.Attempt
	First    bool // of its message: settles it
}

// Flush writes words in one batch, as the owner of a lease.
func (w *Worker) Flush(ctx context.Context, l *ent.Lease, words ...Word) {
	r := newRunner(w, l)
	open := map[int64]int{}
	for _, word := range words {
		if word.First {
			open[word.Event.Number]++
		}
	}
	var batch []result
	for _, word := range words {
		if n := word.Event.Number; open[n] > 0 {
			r.books.enter(n, open[n])
			delete(open, n)
		}
		res := newTask(r.books, &bodies{event: word.Event}, word.Webhook, "").ended(word.Status, word.Attempts)
		res.lane, res.count, res.closes = r.lane(word.Webhook), word.Count, word.First
		res.lane.unwritten++
		r.unwritten.Add(1)
		batch = append(batch, res)
	}
	w.flush(ctx, batch, nil)
}

// Obstacle is what others wait behind.
type Obstacle struct {
	Webhook, Event, Series string
	Until                  time.Time
}

// Obstacles lists those of a shard.
func (w *Worker) Obstacles(ctx context.Context, shard int, now time.Time) ([]Obstacle, error) {
	found, err := w.obstacles(ctx, shard, now)
	var all []Obstacle
	for _, o := range found {
		all = append(all, Obstacle{o.webhookID, o.eventID, o.series, o.until})
	}
	return all, err
}

// Told writes the progress of a replay, as often as asked, after so many of its
// messages have been sent and have arrived.
func (w *Worker) Told(ctx context.Context, l *ent.Lease, row *ent.Replay, sent, times int) error {
	r := newRunner(w, l)
	p := newReplay(r.lane(row.WebhookID), row)
	for i := range sent {
		p.account.enter(row.Number+int64(i)+1, 1)
		p.count(row.Number+int64(i)+1, true)
		p.account.close(row.Number + int64(i) + 1)
	}
	out := p.progress("")
	for range times {
		err := w.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error { return writeProgress(ctx, tx, []progress{out}) })
		if err != nil {
			return err
		}
	}
	return nil
}
