package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/lease"
	"slotcast/internal/backoff"
	"slotcast/internal/dbtx"
	"slotcast/internal/domain"
)

const (
	maxBatch   = 500             // rows of one flush
	maxRows    = 100             // of one statement: SQLite's driver looks long for parameters among many
	maxWaiting = 5 * time.Second // for the database to answer
)

// flushLoop writes results until ended closes: then there are none any more.
func (w *Worker) flushLoop(ctx context.Context, ended <-chan struct{}) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case <-w.outbox.some:
			if w.outbox.len() < maxBatch {
				_ = backoff.Wait(ctx, w.cfg.Flush) // for others
			}
			w.flush(ctx, w.outbox.take())
		case now := <-second.C:
			for _, r := range w.owned() {
				r.tick(now)
				w.settle(ctx, r)
			}
		case <-ended:
			return
		}
	}
}

// page is what one flush writes for one shard.
type page struct {
	runner  *runner
	settled int64
	results []result
}

// flush writes a batch, again and again while the database does not answer.
// What a shard's next owner has taken over is dropped.
func (w *Worker) flush(ctx context.Context, batch []result) {
	defer func() {
		for _, res := range batch {
			res.runner.unwritten.Done()
		}
	}()
	pages := paginate(batch)
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		pages = slices.DeleteFunc(pages, func(p *page) bool { return p.runner.fenced.Load() })
		if len(pages) == 0 {
			return
		}
		err := w.write(ctx, pages)
		if err == nil {
			for _, p := range pages {
				p.runner.wrote(p.settled)
			}
			w.feed() // lanes may wait for what they left to the table
			return
		}
		if errors.Is(err, errFenced) {
			continue
		}
		w.cfg.Logger.WarnContext(ctx, "flush", "results", len(batch), "error", err)
		if backoff.Wait(ctx, wait) != nil {
			for _, p := range pages {
				p.runner.fenced.Store(true)
			}
		}
	}
}

// paginate sorts a batch by shards, keeps of each task the last word, and closes
// the accounts. That the books are ahead of the table does no harm: only the
// flusher writes watermarks, and a runner whose results are lost never does again.
func paginate(batch []result) []*page {
	last := map[*task]int{}
	for i, res := range batch {
		last[res.task] = i
	}
	byRunner := map[*runner]*page{}
	var pages []*page
	for i, res := range batch {
		p := byRunner[res.runner]
		if p == nil {
			p = &page{runner: res.runner}
			byRunner[res.runner] = p
			pages = append(pages, p)
		}
		if res.closes {
			res.runner.close(res.number)
		}
		if last[res.task] == i {
			p.results = append(p.results, res)
		}
	}
	for _, p := range pages {
		p.settled = p.runner.settled()
	}
	slices.SortFunc(pages, func(a, b *page) int { return cmp.Compare(a.runner.shard, b.runner.shard) })
	return pages
}

// write is one transaction: first the watermarks, whose rows guard against
// another owner until commit, then the deliveries.
func (w *Worker) write(ctx context.Context, pages []*page) error {
	return w.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		var rows []*ent.DeliveryCreate
		for _, p := range pages {
			if err := p.runner.hold(ctx, p.runner.lease(tx.Client()).SetSettled(p.settled)); err != nil {
				return err
			}
			for _, res := range p.results {
				rows = append(rows, row(tx, res))
			}
		}
		for some := range slices.Chunk(rows, maxRows) {
			if err := upsert(ctx, tx, some); err != nil {
				return fmt.Errorf("writing %d deliveries: %w", len(rows), err)
			}
		}
		return nil
	})
}

func upsert(ctx context.Context, tx *ent.Tx, rows []*ent.DeliveryCreate) error {
	return tx.Delivery.CreateBulk(rows...).
		OnConflict(
			sql.ConflictColumns(delivery.FieldEventID, delivery.FieldWebhookID, delivery.FieldPart),
			sql.ResolveWith(func(u *sql.UpdateSet) {
				u.SetExcluded(delivery.FieldStatus).SetExcluded(delivery.FieldAttemptCount).
					SetExcluded(delivery.FieldNextAttemptAt).SetExcluded(delivery.FieldAttempts).
					SetExcluded(delivery.FieldUpdatedAt)
			})).
		Exec(ctx)
}

func row(tx *ent.Tx, r result) *ent.DeliveryCreate {
	return tx.Delivery.Create().
		SetID(r.id).SetAppID(r.appID).SetWebhookID(r.webhookID).SetEventID(r.eventID).SetPart(r.part).
		SetShard(r.runner.shard).SetNumber(r.number).SetSeriesID(r.seriesID).
		SetStatus(r.status).SetAttemptCount(len(r.attempts)).SetAttempts(append([]domain.Attempt{}, r.attempts...)).
		SetNillableNextAttemptAt(r.nextAttemptAt)
}

// lease addresses the runner's lease, as long as it is held.
func (r *runner) lease(client *ent.Client) *ent.LeaseUpdate {
	w := r.worker
	return client.Lease.Update().Where(lease.ID(r.shard), lease.Owner(w.process), lease.Epoch(r.epoch)).SetOwner(w.process)
}

// hold changes the lease, and thereby locks it until the transaction ends. It
// fails with errFenced where the lease is another's.
func (r *runner) hold(ctx context.Context, change *ent.LeaseUpdate) error {
	n, err := change.Save(ctx)
	if err != nil {
		return fmt.Errorf("holding the lease of shard %d: %w", r.shard, err)
	}
	if n == 0 {
		r.fenced.Store(true)
		return errFenced
	}
	return nil
}

// settle writes a watermark that moved without results: past events that are
// owed to nobody.
func (w *Worker) settle(ctx context.Context, r *runner) {
	settled := r.settled()
	if settled == r.written() || r.fenced.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	if err := r.hold(ctx, r.lease(w.cfg.Client).SetSettled(settled)); err != nil {
		w.cfg.Logger.WarnContext(ctx, "settle", "shard", r.shard, "error", err)
		return
	}
	r.wrote(settled)
}

// inTx is a transaction with a time-out.
func (w *Worker) inTx(ctx context.Context, do func(ctx context.Context, tx *ent.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	return dbtx.Run(ctx, w.cfg.Client, func(tx *ent.Tx) error { return do(ctx, tx) })
}
