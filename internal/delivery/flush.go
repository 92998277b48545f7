package delivery

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/ent/lease"
	"slotcast/internal/backoff"
	"slotcast/internal/dbtx"
	"slotcast/internal/sqlerr"
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
			batch, marks := w.outbox.take()
			w.flush(ctx, batch, marks)
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

// flush writes a batch, again and again while the database does not answer.
// What a shard's next owner has taken over is dropped, and what the database
// refuses for good is told apart from the rest.
func (w *Worker) flush(ctx context.Context, batch []result, marks []mark) {
	all := paginate(batch, marks)
	defer done(all, batch, marks)
	pages, hopeful := slices.Clone(all), true
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 2*time.Second) {
		pages = slices.DeleteFunc(pages, func(p *page) bool { return p.runner.fenced.Load() })
		if len(pages) == 0 {
			return
		}
		began := time.Now()
		err := w.write(ctx, pages, hopeful)
		again := hopeful && sqlerr.Duplicate(err)
		hopeful = false
		if !again && unwritable(err) && slices.ContainsFunc(pages, (*page).hasRows) {
			err = w.sift(ctx, pages)
			again = err == nil
		}
		switch {
		case again, errors.Is(err, errFenced):
			continue
		case err == nil:
			w.wrote(pages, time.Since(began))
			return
		}
		w.cfg.Logger.WarnContext(ctx, "flush", "results", len(batch), "error", err)
		if backoff.Wait(ctx, wait) != nil {
			for _, p := range pages {
				p.runner.fenced.Store(true)
			}
		}
	}
}

// wrote tells of pages that are in the table.
func (w *Worker) wrote(pages []*page, took time.Duration) {
	w.measureFlush(pages, took)
	for _, p := range pages {
		w.tellResults(p.results)
		p.runner.wrote(p.settled)
		for _, c := range p.cursors {
			c.lane.wroteCursor(c)
		}
	}
}

// done tells those that wait for a batch, whatever became of it.
func done(all []*page, batch []result, marks []mark) {
	for _, p := range all {
		for l, n := range p.lanes {
			l.wrote(n)
		}
	}
	for _, res := range batch {
		res.lane.runner.unwritten.Done()
	}
	for _, m := range marks {
		m.lane.runner.unwritten.Done()
	}
}

// write is one transaction: first the watermarks, whose rows guard against
// another owner until commit, then the deliveries, then the cursors of lanes that
// are behind.
func (w *Worker) write(ctx context.Context, pages []*page, hopeful bool) error {
	return w.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		var results []result
		var cursors []cursor
		for _, p := range pages {
			if err := p.runner.hold(ctx, p.runner.lease(tx.Client()).SetSettled(p.settled)); err != nil {
				return err
			}
			results = append(results, p.results...)
			cursors = append(cursors, p.cursors...)
		}
		if err := w.upsert(ctx, tx, results, hopeful); err != nil {
			return fmt.Errorf("writing %d deliveries: %w", len(results), err)
		}
		for _, p := range pages {
			if err := writeProgress(ctx, tx, p.replays); err != nil {
				return err
			}
		}
		return writeCursors(ctx, tx, cursors)
	})
}

// lease addresses the runner's lease, as long as it is held.
func (r *runner) lease(client *ent.Client) *ent.LeaseUpdate {
	w := r.worker
	return client.Lease.Update().Where(lease.ID(r.shard), lease.Owner(w.process), lease.Epoch(r.epoch), w.learn).SetOwner(w.process)
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
	settled, moved := r.unsettled()
	if !moved || r.fenced.Load() {
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
	return within(ctx, func(ctx context.Context) error {
		return dbtx.Run(ctx, w.cfg.Client, func(tx *ent.Tx) error { return do(ctx, tx) })
	})
}

// within gives the database a bounded time to answer.
func within(ctx context.Context, ask func(ctx context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	return ask(ctx)
}
