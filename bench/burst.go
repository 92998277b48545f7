package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// burst is what a server did with a backlog that it found at its start.
type burst struct {
	cost
	n       int           // deliveries, those before the stopwatch included
	counted int           // since then
	took    time.Duration // from the first message to the last row
	cpu     usage         // then
}

func (b *burst) rate() float64 { return rate(b.counted, b.took) }

// burst appends n events while no server runs, starts one, and stops it when all
// are delivered. The stopwatch starts with the first message.
func (r *rig) burst(ctx context.Context, st *stage, n int) (_ *burst, err error) {
	if err := st.append(ctx, st.sample, st.tenants, n); err != nil {
		return nil, err
	}
	if err := r.checkpoint(ctx); err != nil {
		return nil, err
	}
	if err := r.receiver.forget(false); err != nil {
		return nil, err
	}
	done, err := r.value(ctx, "SELECT count(*) FROM deliveries")
	if err != nil {
		return nil, err
	}
	before, err := r.count(ctx)
	if err != nil {
		return nil, err
	}
	b := &burst{n: n}
	if err := r.timed(ctx, b, int(done)); err != nil {
		return nil, err
	}
	b.cost, err = r.since(ctx, before)
	return b, err
}

// timed runs a server for the burst, which brings the deliveries from done to
// done and n.
func (r *rig) timed(ctx context.Context, b *burst, done int) (err error) {
	n, err := r.serve(ctx, fmt.Sprintf("burst-%d-to-%d", b.n, len(r.receiver.urls)))
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, n.stop()); err != nil {
			err = fmt.Errorf("%w\nthe server said at last:\n%s", err, n.output)
		}
	}()
	if err := r.receiver.came(ctx, 1); err != nil {
		return err
	}
	began, cpu := time.Now(), r.usage(n)
	first, err := r.receiver.look()
	if err != nil {
		return err
	}
	b.counted = b.n - int(first.Count)
	if err := r.receiver.came(ctx, b.n); err != nil {
		return err
	}
	ended, then, err := r.recorded(ctx, n, done+b.n)
	if err != nil {
		return err
	}
	b.took, b.cpu = ended.Sub(began), then.since(cpu)
	return nil
}

// growth delivers more and more, each in a database of its own, to ten
// webhooks. No worse than linear means: more are as fast as a few, by and large.
func (r *rig) growth(ctx context.Context) (all []figure, err error) {
	var rates []float64
	for _, n := range r.growing {
		b, err := r.grown(ctx, n)
		if err != nil {
			return nil, fmt.Errorf("%d deliveries: %w", n, err)
		}
		rates = append(rates, b.rate())
		f := newFigure("growth", fmt.Sprintf("%d deliveries, floor: %d", n, r.growing[0]), "1/s", b.rate(), rates[0])
		if n > r.growing[0] {
			f = f.aims(goalGrowth)
		}
		all = append(all, f)
	}
	return all, nil
}

func (r *rig) grown(ctx context.Context, n int) (_ *burst, err error) {
	st, err := r.stage(ctx, 10, hooksPerApp)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.done()) }()
	return r.burst(ctx, st, n)
}

// announced is what live events cost in Redis.
type announced struct{ reading, publishing, n int64 }

// in makes the line.
func (a announced) in(name string) figure {
	return newFigure(name, "Redis commands per live delivery", "", float64(a.reading)/float64(a.n), 0).less().wants(goalCommands)
}

// live appends events at a steady rate, as another server would, and counts the
// commands that Redis gets from ours until all are delivered.
func (r *rig) live(ctx context.Context, st *stage) (a announced, err error) {
	n, err := r.serve(ctx, fmt.Sprintf("live-to-%d", len(r.receiver.urls)))
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, n.stop()) }()
	d, err := newFeed(ctx, r, st.sample, st.tenants)
	if err != nil {
		return a, err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	book := d.rounds(st.tenants)
	if err := r.receiver.forget(false); err != nil {
		return a, err
	}
	for range st.tenants { // the first ones open lanes and fill streams
		if err := book(ctx); err != nil {
			return a, err
		}
	}
	if err := r.receiver.came(ctx, len(st.tenants)); err != nil {
		return a, err
	}
	before, err := r.redis.calm(ctx)
	if err != nil {
		return a, err
	}
	own := d.commands.Load()
	done, err := pace(ctx, r.clients, r.steadyRate, r.steady, book)
	if err != nil {
		return a, err
	}
	a.n = int64(len(done.latencies))
	if err := r.receiver.came(ctx, int(a.n)+len(st.tenants)); err != nil {
		return a, err
	}
	after, err := r.redis.commands(ctx)
	a.publishing = d.commands.Load() - own
	a.reading = after - before - a.publishing - 1 // asking is one
	return a, err
}
