package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/lease"
)

// maxBatch bounds the rows of one flush.
const maxBatch = 500

// report hands a result to the flusher. It blocks while results back up: then
// nothing more is sent. A result whose context ends is lost, and sent again.
func (w *Worker) report(ctx context.Context, r result) {
	select {
	case w.results <- r:
	case <-ctx.Done():
	}
}

// flushLoop writes results until ended closes, and then what is left.
func (w *Worker) flushLoop(ctx context.Context, ended <-chan struct{}) {
	idle := time.NewTicker(time.Second)
	defer idle.Stop()
	for {
		select {
		case first := <-w.results:
			w.flush(ctx, w.gather(ctx, first))
		case now := <-idle.C:
			for _, r := range w.owned() {
				r.sweep(now)
				w.settle(ctx, r)
			}
		case <-ended:
			for len(w.results) > 0 {
				w.flush(ctx, w.gather(ctx, <-w.results))
			}
			return
		}
	}
}

// gather waits a little for more results.
func (w *Worker) gather(ctx context.Context, first result) []result {
	batch := []result{first}
	timer := time.NewTimer(w.cfg.Flush)
	defer timer.Stop()
	for len(batch) < maxBatch {
		select {
		case r := <-w.results:
			batch = append(batch, r)
		case <-timer.C:
			return batch
		case <-ctx.Done():
			return batch
		}
	}
	return batch
}

// flush writes a batch, again and again while the database does not answer and
// the leases hold. What it cannot write is sent again by the next owner.
func (w *Worker) flush(ctx context.Context, batch []result) {
	byRunner := map[*runner][]result{}
	marks := map[*runner]int64{}
	for _, r := range batch {
		byRunner[r.runner] = append(byRunner[r.runner], r)
	}
	for r, results := range byRunner {
		for _, res := range results {
			if res.fresh {
				marks[r] = r.close(res.number, 1)
			} else {
				marks[r] = r.close(res.number, 0)
			}
		}
	}
	for {
		fenced, err := w.write(ctx, byRunner, marks)
		for _, r := range fenced {
			r.fenced.Store(true)
			delete(byRunner, r)
		}
		if err == nil && len(fenced) == 0 {
			for r, settled := range marks {
				r.wrote(settled)
			}
			return
		}
		if len(byRunner) == 0 {
			return
		}
		if err != nil {
			w.cfg.Logger.WarnContext(ctx, "flush", "results", len(batch), "error", err)
			if !w.valid() || ctx.Err() != nil {
				for r := range byRunner {
					r.fenced.Store(true)
				}
				return
			}
			select {
			case <-time.After(200 * time.Millisecond):
			case <-ctx.Done():
			}
		}
	}
}

// errFenced undoes a flush of which a part was not ours to write.
var errFenced = errors.New("the lease of a shard is gone")

// write is one transaction: first the watermarks, whose rows guard against
// another owner until commit, then the deliveries.
func (w *Worker) write(ctx context.Context, byRunner map[*runner][]result, marks map[*runner]int64) (fenced []*runner, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	tx, err := w.cfg.Client.Tx(ctx)
	if err != nil {
		return nil, fmt.Errorf("beginning the flush: %w", err)
	}
	defer func() {
		if err != nil || len(fenced) > 0 {
			_ = tx.Rollback()
		}
	}()
	runners := slices.SortedFunc(maps.Keys(byRunner), func(a, b *runner) int { return cmp.Compare(a.shard, b.shard) })
	var rows []*ent.DeliveryCreate
	for _, r := range runners {
		if err := r.mark(ctx, tx.Client(), marks[r]); errors.Is(err, errFenced) {
			fenced = append(fenced, r)
			continue
		} else if err != nil {
			return nil, err
		}
		for _, res := range byRunner[r] {
			rows = append(rows, row(tx, res))
		}
	}
	if len(fenced) > 0 {
		return fenced, nil
	}
	err = tx.Delivery.CreateBulk(rows...).
		OnConflict(
			sql.ConflictColumns(delivery.FieldEventID, delivery.FieldWebhookID, delivery.FieldPart),
			sql.ResolveWith(func(u *sql.UpdateSet) {
				u.SetExcluded(delivery.FieldStatus).SetExcluded(delivery.FieldAttemptCount).
					SetExcluded(delivery.FieldNextAttemptAt).SetExcluded(delivery.FieldAttempts).
					SetExcluded(delivery.FieldUpdatedAt)
			})).
		Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("writing %d deliveries: %w", len(rows), err)
	}
	if err := tx.Commit(); err != nil {
		return nil, fmt.Errorf("committing the flush: %w", err)
	}
	return nil, nil
}

func row(tx *ent.Tx, r result) *ent.DeliveryCreate {
	return tx.Delivery.Create().
		SetID(r.id).SetAppID(r.event.AppID).SetWebhookID(r.webhookID).SetEventID(r.event.ID).SetPart(r.part).
		SetShard(r.runner.shard).SetNumber(r.number).SetSeriesID(r.seriesID).
		SetStatus(r.status).SetAttemptCount(len(r.attempts)).SetAttempts(append(r.attempts[:0:0], r.attempts...)).
		SetNillableNextAttemptAt(r.nextAttemptAt)
}

// mark moves the shard's watermark, if the lease is still held.
func (r *runner) mark(ctx context.Context, client *ent.Client, settled int64) error {
	n, err := client.Lease.Update().
		Where(lease.ID(r.shard), lease.Owner(r.worker.process), lease.Epoch(r.epoch)).
		SetSettled(settled).Save(ctx)
	if err != nil {
		return fmt.Errorf("moving the watermark of shard %d: %w", r.shard, err)
	}
	if n == 0 {
		return errFenced
	}
	return nil
}

// settle writes a watermark that moved without results: past events that are
// owed to nobody.
func (w *Worker) settle(ctx context.Context, r *runner) {
	r.mu.Lock()
	settled := r.books.settled
	moved := settled > r.books.written
	r.mu.Unlock()
	if !moved || r.fenced.Load() {
		return
	}
	if err := r.mark(ctx, w.cfg.Client, settled); err != nil {
		w.cfg.Logger.WarnContext(ctx, "settle", "shard", r.shard, "error", err)
		return
	}
	r.wrote(settled)
}

func (r *runner) wrote(settled int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.books.written = max(r.books.written, settled)
}
