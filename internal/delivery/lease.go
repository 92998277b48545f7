package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"

	"slotcast/ent"
	"slotcast/ent/lease"
	"slotcast/ent/process"
	"slotcast/internal/metrics"
)

// errFenced says that a shard has another owner by now.
var errFenced = errors.New("the lease of the shard is gone")

// leaseLoop keeps the leases until ctx ends, and starts and stops runners as
// they come and go; then it stops them all.
func (w *Worker) leaseLoop(ctx, work context.Context) {
	ticker := time.NewTicker(w.cfg.Lease / 10)
	defer ticker.Stop()
	for ctx.Err() == nil {
		if err := w.leaseRound(work); err != nil {
			w.cfg.Logger.WarnContext(ctx, "lease_round", "error", err)
			if !w.valid() {
				w.leaveAll(work) // somebody else may own them by now
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
	w.withdraw(work, ticker.C)
}

// withdraw stops all runners. The others learn at once that this process goes,
// and take each shard when it is free; until then its lease is renewed.
func (w *Worker) withdraw(ctx context.Context, tick <-chan time.Time) {
	w.leaveAll(ctx)
	left := make(chan struct{})
	go func() { w.leaving.Wait(); close(left) }()
	w.forget(ctx)
	for {
		select {
		case <-left:
			return
		case <-tick:
			if _, _, err := w.renew(ctx); err != nil {
				w.cfg.Logger.WarnContext(ctx, "lease_renewal", "error", err)
			}
		}
	}
}

// leaseRound says that this process lives, renews what it holds, takes what is
// free of its share, and lets go of the rest.
func (w *Worker) leaseRound(ctx context.Context) error {
	now, until, err := w.renew(ctx)
	if err != nil {
		return err
	}
	limited, cancel := context.WithTimeout(ctx, w.cfg.Lease/3)
	defer cancel()
	live, err := w.announce(limited, now, until)
	if err != nil {
		return err
	}
	share := map[int]bool{}
	var wanted []int
	for shard := range w.cfg.Log.Shards() {
		if nearest(live, shard) == w.process {
			share[shard] = true
			wanted = append(wanted, shard)
		}
	}
	free := lease.Or(lease.Owner(""), lease.UntilLT(now))
	if w.cfg.Alone {
		free = lease.OwnerNEQ(w.process)
	}
	client := w.cfg.Client
	err = client.Lease.Update().Where(lease.IDIn(wanted...), lease.OwnerNEQ(w.process), free).
		SetOwner(w.process).SetUntil(until).AddEpoch(1).Exec(limited)
	if err != nil {
		return fmt.Errorf("taking free shards: %w", err)
	}
	running := w.owned() // before the leases are read: one that leaves meanwhile gives back what is read here
	mine, err := client.Lease.Query().Where(lease.Owner(w.process)).All(limited)
	if err != nil {
		return fmt.Errorf("reading the leases: %w", err)
	}
	w.adopt(ctx, running, mine, share)
	return nil
}

// renew prolongs the leases of which a third is over, and returns the time and
// the end of a lease taken now, by the database's clock.
func (w *Worker) renew(ctx context.Context) (now, until int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, w.cfg.Lease/3)
	defer cancel()
	began := time.Now()
	clock, err := w.cfg.Clock(ctx)
	if err != nil {
		return 0, 0, err
	}
	now, until = clock.UnixMilli(), clock.Add(w.cfg.Lease).UnixMilli()
	enough := clock.Add(w.cfg.Lease * 2 / 3)
	shards, err := w.cfg.Client.Lease.Query().
		Where(lease.Owner(w.process), lease.UntilLT(enough.UnixMilli())).Order(lease.ByID()).IDs(ctx)
	if err != nil {
		return 0, 0, fmt.Errorf("reading the leases: %w", err)
	}
	if len(shards) > 0 {
		// One after the other, in the order in which a flush locks them too.
		err = w.inTx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			for _, shard := range shards {
				if err := tx.Lease.Update().Where(lease.ID(shard), lease.Owner(w.process)).SetUntil(until).Exec(ctx); err != nil {
					return fmt.Errorf("renewing the lease of shard %d: %w", shard, err)
				}
			}
			return nil
		})
	}
	if err != nil {
		return 0, 0, err
	}
	valid := began.Add(w.cfg.Lease * 2 / 3)
	w.validUntil.Store(&valid)
	return now, until, nil
}

// announce renews this process's row and lists all live processes.
func (w *Worker) announce(ctx context.Context, now, until int64) ([]string, error) {
	client := w.cfg.Client
	err := client.Process.Create().SetID(w.process).SetUntil(until).
		OnConflictColumns(process.FieldID).UpdateNewValues().Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("announcing the process: %w", err)
	}
	dead := process.UntilLT(now - time.Minute.Milliseconds())
	if w.cfg.Alone {
		dead = process.IDNEQ(w.process)
	}
	if _, err := client.Process.Delete().Where(dead).Exec(ctx); err != nil {
		return nil, fmt.Errorf("forgetting dead processes: %w", err)
	}
	live, err := client.Process.Query().Where(process.UntilGTE(now)).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the processes: %w", err)
	}
	return live, nil
}

// adopt makes the runners equal to the leases: it stops those whose lease is
// gone, that have failed, or that are outside this process's share, and starts
// the others. A runner keeps its place until it has left.
func (w *Worker) adopt(ctx context.Context, running []*runner, mine []*ent.Lease, share map[int]bool) {
	held := map[int]*ent.Lease{}
	for _, l := range mine {
		held[l.ID] = l
	}
	for _, r := range running {
		l := held[r.shard]
		delete(held, r.shard)
		if l == nil || l.Epoch != r.epoch {
			r.fenced.Store(true)
		}
		if r.fenced.Load() || r.failed.Load() || !share[r.shard] {
			w.leave(ctx, r)
		}
	}
	for shard, l := range held {
		if !share[shard] {
			w.release(ctx, shard, l.Epoch, l.Settled)
			continue
		}
		r := newRunner(w, l)
		w.mu.Lock()
		w.runners[shard] = r
		w.mu.Unlock()
		r.start(ctx)
		w.cfg.Metrics.Lease(metrics.LeaseTaken)
	}
}

func (w *Worker) leaveAll(ctx context.Context) {
	for _, r := range w.owned() {
		w.leave(ctx, r)
	}
}

// leave stops a runner in the background and gives its shard back.
func (w *Worker) leave(ctx context.Context, r *runner) {
	if r.leaving.Swap(true) {
		return
	}
	w.leaving.Go(func() {
		r.stop(ctx)
		if r.fenced.Load() {
			w.cfg.Metrics.Lease(metrics.LeaseLost)
		} else {
			w.cfg.Metrics.Lease(metrics.LeaseReleased)
			w.release(ctx, r.shard, r.epoch, r.settled())
		}
		w.mu.Lock()
		delete(w.runners, r.shard)
		w.mu.Unlock()
	})
}

// release frees one shard, so that its next owner need not wait.
func (w *Worker) release(ctx context.Context, shard int, epoch, settled int64) {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	err := w.cfg.Client.Lease.Update().
		Where(lease.ID(shard), lease.Owner(w.process), lease.Epoch(epoch)).
		SetOwner("").SetUntil(0).SetSettled(settled).Exec(ctx)
	if err != nil {
		w.cfg.Logger.WarnContext(ctx, "lease_release", "shard", shard, "error", err)
	}
}

// forget withdraws the announcement.
func (w *Worker) forget(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	if _, err := w.cfg.Client.Process.Delete().Where(process.ID(w.process)).Exec(ctx); err != nil {
		w.cfg.Logger.WarnContext(ctx, "process_forget", "error", err)
	}
}

// giveBack frees what no runner held.
func (w *Worker) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, maxWaiting)
	defer cancel()
	if err := w.cfg.Client.Lease.Update().Where(lease.Owner(w.process)).SetOwner("").SetUntil(0).Exec(ctx); err != nil {
		w.cfg.Logger.WarnContext(ctx, "lease_give_back", "error", err)
	}
}
