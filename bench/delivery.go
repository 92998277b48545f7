package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// inFlight is how many requests a lane has open at once.
	inFlight = 16
	// steadyDeliveries is the most of a second while latencies are measured, and
	// steadyEvents the most events.
	steadyDeliveries = 1000
	steadyEvents     = 200
)

// measureDelivery measures how fast a burst of events reaches the receivers and
// its results the table, and how soon an event arrives at a steady rate, with
// one webhook and with many.
func measureDelivery(ctx context.Context, s setup) (all []figure, err error) {
	for _, kind := range s.kinds() {
		name, redis := kind, ""
		if kind == postgres {
			var stop func() error
			if redis, stop, err = startRedis(ctx, s); err != nil {
				return nil, err
			}
			defer func() { err = errors.Join(err, stop()) }()
			if redis != "" {
				name += "+redis"
			}
		}
		for _, hooks := range s.hooks {
			figures, err := deliverOn(ctx, s, kind, redis, hooks, fmt.Sprintf("%s, webhooks: %d", name, hooks))
			if err != nil {
				return nil, fmt.Errorf("delivery on %s with %d webhooks: %w", kind, hooks, err)
			}
			all = append(all, figures...)
		}
	}
	return all, nil
}

func deliverOn(ctx context.Context, s setup, kind, redis string, hooks int, name string) (_ []figure, err error) {
	r, err := newReceiver(ctx, hooks)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	floor, err := newFloorDelivery(ctx, s, kind, r)
	if err != nil {
		return nil, fmt.Errorf("making the floor: %w", err)
	}
	defer func() { err = errors.Join(err, floor.close()) }()
	if err := floor.post(ctx, s.posts); err != nil {
		return nil, err
	}
	ours, waits, err := ourDelivery(ctx, s, kind, redis, r)
	if err != nil {
		return nil, err
	}
	if err := floor.post(ctx, s.posts); err != nil { // a noisy machine is unjust to both alike
		return nil, err
	}
	floorWaits, err := floor.steady(ctx, s.posts)
	if err != nil {
		return nil, err
	}
	count := newFigure(name, "deliveries", "1/s", ours, floor.rate())
	count.Main = true
	return append([]figure{count}, latencies(name, "commit to receiver", waits, floorWaits)...), nil
}

// ourDelivery runs a server for one burst and for a while at a steady rate. It
// returns the rate of the first and how long each message of the second took.
func ourDelivery(ctx context.Context, s setup, kind, redis string, r *receiver) (perSecond float64, waits []time.Duration, err error) {
	srv, err := startServer(ctx, s, kind, redis)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, srv.close()) }()
	f, err := newFixture(ctx, srv.db, s.agents)
	if err != nil {
		return 0, nil, err
	}
	if err := f.subscribe(ctx, r.urls); err != nil {
		return 0, nil, err
	}
	if waits, err = steady(ctx, s, srv, f, r); err != nil {
		return 0, nil, err
	}
	perSecond, err = burst(ctx, s, f, r)
	return perSecond, waits, err
}

// steadyRate is in events per second.
func steadyRate(hooks int) float64 { return min(steadyEvents, steadyDeliveries/float64(hooks)) }

// steady books at a modest rate and returns how long each message took.
func steady(ctx context.Context, s setup, srv *server, f *fixture, r *receiver) (waits []time.Duration, err error) {
	c := newCaller(srv, f, s.clients)
	defer c.close()
	if err := c.book(ctx); err != nil { // the first message opens lanes and connections
		return nil, err
	}
	if ok, err := until(ctx, 10*time.Second, r.came(len(r.urls))); err != nil || !ok {
		return nil, fmt.Errorf("%d of %d first messages came within 10 s", r.count.Load(), len(r.urls))
	}
	r.reset()
	var done tally
	label(ctx, "clients", func(ctx context.Context) {
		done, err = pace(ctx, s.clients, steadyRate(len(r.urls)), s.steady, c.book)
	})
	if err != nil {
		return nil, err
	}
	want := len(done.latencies) * len(r.urls)
	if ok, err := until(ctx, 10*time.Second, r.came(want)); err != nil || !ok {
		return nil, fmt.Errorf("%d of %d messages came within 10 s", r.count.Load(), want)
	}
	return f.waits(ctx, r.reset())
}

// burst appends many events at once and returns the deliveries per second, from
// the first message to the last row.
func burst(ctx context.Context, s setup, f *fixture, r *receiver) (float64, error) {
	sample, err := f.sample(ctx)
	if err != nil {
		return 0, err
	}
	if ok, err := until(ctx, 10*time.Second, func() (bool, error) { return f.settled(ctx, sample.Number) }); err != nil || !ok {
		return 0, errors.Join(errors.New("the steady rate's messages were not settled within 10 s"), err)
	}
	r.reset()
	last, err := f.burst(ctx, sample, s.deliveries/len(r.urls))
	if err != nil {
		return 0, err
	}
	if ok, err := until(ctx, 10*time.Second, r.came(1)); err != nil || !ok {
		return 0, errors.New("nothing of the burst came within 10 s")
	}
	began := time.Now()
	if _, err := until(ctx, s.burst, func() (bool, error) { return f.settled(ctx, last) }); err != nil {
		return 0, err
	}
	took := time.Since(began)
	n, err := f.delivered(ctx, sample.Number)
	if err != nil {
		return 0, err
	}
	return rate(n, took), ctx.Err()
}
