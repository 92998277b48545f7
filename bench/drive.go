package main

import (
	"context"
	"runtime/pprof"
	"time"

	"golang.org/x/sync/errgroup"
)

// step is one piece of a client's work, such as a booking. Its error ends the
// benchmark.
type step func(ctx context.Context) error

// tally is what clients got done.
type tally struct {
	took      time.Duration
	latencies []time.Duration // one for each step
}

func (t *tally) add(more tally) {
	t.took += more.took
	t.latencies = append(t.latencies, more.latencies...)
}

func (t *tally) rate() float64 { return rate(len(t.latencies), t.took) }

// drive has clients repeat a step, each on its own, as fast as they can.
func drive(ctx context.Context, clients int, d time.Duration, do step) (tally, error) {
	began := time.Now()
	return together(ctx, clients, do, func(ctx context.Context) bool {
		return ctx.Err() == nil && time.Since(began) < d
	})
}

// pace has clients share a rate of steps per second. Where they cannot keep up,
// fewer steps are made.
func pace(ctx context.Context, clients int, perSecond float64, d time.Duration, do step) (tally, error) {
	ticker := time.NewTicker(time.Duration(float64(time.Second) / perSecond))
	defer ticker.Stop()
	ending, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return together(ctx, clients, do, func(ctx context.Context) bool {
		select {
		case <-ticker.C:
			return true
		case <-ending.Done():
		case <-ctx.Done():
		}
		return false
	})
}

// together runs the clients until more says no, and waits for their last steps.
func together(ctx context.Context, clients int, do step, more func(context.Context) bool) (total tally, err error) {
	began := time.Now()
	found := make([]tally, clients)
	group, inner := errgroup.WithContext(ctx)
	for i := range clients {
		group.Go(func() error {
			for more(inner) {
				start := time.Now()
				if err := do(inner); err != nil {
					return err
				}
				found[i].latencies = append(found[i].latencies, time.Since(start))
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return total, err
	}
	for _, t := range found {
		total.add(t)
	}
	total.took = time.Since(began)
	return total, ctx.Err()
}

// duel has ours and the floor take turns, so that a noisy machine is unjust to
// both alike.
func duel(ctx context.Context, s scale, clients int, ours, floor step) (o, f tally, err error) {
	for i := range s.rounds + 1 {
		d := s.round
		if i == 0 {
			d = s.warm
		}
		for _, side := range []struct {
			part string
			do   step
			sum  *tally
		}{{"floor", floor, &f}, {"clients", ours, &o}} {
			var t tally
			label(ctx, side.part, func(ctx context.Context) { t, err = drive(ctx, clients, d, side.do) })
			if err != nil {
				return o, f, err
			}
			if i > 0 {
				side.sum.add(t)
			}
		}
	}
	return o, f, nil
}

// label marks what do runs, and all goroutines started from it, in a profile.
func label(ctx context.Context, part string, do func(ctx context.Context)) {
	pprof.Do(ctx, pprof.Labels("part", part), do)
}

// until waits for a condition that is cheap to ask, and returns false where it
// did not hold in time.
func until(ctx context.Context, limit time.Duration, holds func() (bool, error)) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := holds(); ok || err != nil {
			return ok, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return false, nil
		}
	}
}
