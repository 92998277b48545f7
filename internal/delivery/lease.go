package delivery

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"slotcast/ent"
	"slotcast/ent/lease"
	"slotcast/ent/process"
)

// leaseLoop keeps the leases until ctx ends, and starts and stops runners as
// they come and go.
func (w *Worker) leaseLoop(ctx, work context.Context) {
	ticker := time.NewTicker(w.cfg.Lease / 3)
	defer ticker.Stop()
	for {
		if err := w.leaseRound(work); err != nil && ctx.Err() == nil {
			w.cfg.Logger.WarnContext(ctx, "lease_round", "error", err)
			if !w.valid() {
				w.stopRunners(work) // somebody else may own them by now
			}
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// leaseRound says that this process lives, renews what it holds, gives back
// what is another's by now and takes what is free.
func (w *Worker) leaseRound(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, w.cfg.Lease/3)
	defer cancel()
	began := time.Now()
	now, err := w.cfg.Clock(limited)
	if err != nil {
		return err
	}
	until := now.Add(w.cfg.Lease).UnixMilli()
	live, err := w.announce(limited, now.UnixMilli(), until)
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
	client := w.cfg.Client
	if err := client.Lease.Update().Where(lease.Owner(w.process)).SetUntil(until).Exec(limited); err != nil {
		return fmt.Errorf("renewing the leases: %w", err)
	}
	free := lease.Or(lease.Owner(""), lease.UntilLT(now.UnixMilli()))
	if w.cfg.Alone {
		free = lease.OwnerNEQ(w.process)
	}
	err = client.Lease.Update().Where(lease.IDIn(wanted...), lease.OwnerNEQ(w.process), free).
		SetOwner(w.process).SetUntil(until).AddEpoch(1).Exec(limited)
	if err != nil {
		return fmt.Errorf("taking free shards: %w", err)
	}
	mine, err := client.Lease.Query().Where(lease.Owner(w.process)).All(limited)
	if err != nil {
		return fmt.Errorf("reading the leases: %w", err)
	}
	w.validUntil.Store(began.Add(w.cfg.Lease).UnixNano())
	w.adopt(ctx, mine, share)
	return nil
}

// announce renews this process's row and lists all live processes.
func (w *Worker) announce(ctx context.Context, now, until int64) ([]string, error) {
	client := w.cfg.Client
	err := client.Process.Create().SetID(w.process).SetUntil(until).
		OnConflictColumns(process.FieldID).UpdateNewValues().Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("announcing the process: %w", err)
	}
	if _, err := client.Process.Delete().Where(process.UntilLT(now - 60_000)).Exec(ctx); err != nil {
		return nil, fmt.Errorf("forgetting dead processes: %w", err)
	}
	live, err := client.Process.Query().Where(process.UntilGTE(now)).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing the processes: %w", err)
	}
	return live, nil
}

// adopt makes the runners equal to the leases: it stops those whose lease is
// gone or has another epoch, gives back those outside this process's share, and
// starts the others.
func (w *Worker) adopt(ctx context.Context, mine []*ent.Lease, share map[int]bool) {
	held := map[int]*ent.Lease{}
	for _, l := range mine {
		held[l.ID] = l
	}
	for _, r := range w.owned() {
		if l := held[r.shard]; l == nil || l.Epoch != r.epoch || r.fenced.Load() || !share[r.shard] {
			w.drop(ctx, r)
			if l != nil && !share[r.shard] {
				w.release(ctx, r)
				delete(held, r.shard)
			}
		}
	}
	for shard, l := range held {
		if !share[shard] || w.runner(shard) != nil {
			continue
		}
		r := newRunner(w, l)
		w.mu.Lock()
		w.runners[shard] = r
		w.mu.Unlock()
		r.start(ctx)
	}
}

func (w *Worker) drop(ctx context.Context, r *runner) {
	w.mu.Lock()
	delete(w.runners, r.shard)
	w.mu.Unlock()
	r.stop(ctx)
}

// release frees one shard, so that its next owner need not wait.
func (w *Worker) release(ctx context.Context, r *runner) {
	err := w.cfg.Client.Lease.Update().
		Where(lease.ID(r.shard), lease.Owner(w.process), lease.Epoch(r.epoch)).
		SetOwner("").SetUntil(0).Exec(ctx)
	if err != nil {
		w.cfg.Logger.WarnContext(ctx, "lease_release", "shard", r.shard, "error", err)
	}
}

// giveBack frees all shards and forgets the process.
func (w *Worker) giveBack(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	client := w.cfg.Client
	err := client.Lease.Update().Where(lease.Owner(w.process)).SetOwner("").SetUntil(0).Exec(ctx)
	if err == nil {
		_, err = client.Process.Delete().Where(process.ID(w.process)).Exec(ctx)
	}
	if err != nil {
		w.cfg.Logger.WarnContext(ctx, "lease_give_back", "error", err)
	}
}

// nearest picks a shard's owner by rendezvous hashing: when a process comes or
// goes, only its own shards move.
func nearest(processes []string, shard int) string {
	var best string
	var top uint64
	for _, p := range processes {
		h := fnv.New64a()
		_, _ = fmt.Fprintf(h, "%s/%d", p, shard)
		if sum := mix(h.Sum64()); best == "" || sum > top {
			best, top = p, sum
		}
	}
	return best
}

// mix spreads FNV's weak upper bits (the finalizer of MurmurHash3).
func mix(h uint64) uint64 {
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}
