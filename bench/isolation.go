package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// isolationRate is in events per second, each for one webhook.
	isolationRate = 500
	// isolationApps share the webhooks: each is in a part of the log of its own,
	// more or less.
	isolationApps = 10

	goalMedian = 2  // ms from commit to receiver
	goalSlow   = 25 // the slowest of a hundred
	goalHarm   = 20 // how much later those may be because of others
)

// measureIsolation measures how soon messages come to good receivers, first
// while all are good, then while one webhook in ten hangs until the sender gives
// up and another one in ten answers 500.
//
// The time runs from the moment at which the transaction's commit has come back
// to the process that appended the event, which is another one than the server,
// to the end of the request's headers at the receiver.
func measureIsolation(ctx context.Context, s setup) (_ []figure, err error) {
	r, err := newRig(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	st, err := r.stage(ctx, s.receivers, max(1, s.receivers/isolationApps))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.done()) }()
	floor, err := r.bareWaits(ctx, st)
	if err != nil {
		return nil, err
	}
	n, err := r.serve(ctx, "isolation")
	if err != nil {
		return nil, err
	}
	defer n.kill() // a clean stop would wait for those that hang
	bad := s.receivers / 10
	calm, err := r.commitWaits(ctx, st, s.calm, 2*bad)
	if err != nil {
		return nil, fmt.Errorf("all healthy: %w", err)
	}
	for hook := range bad {
		if err := errors.Join(r.receiver.behave(hook, Hang), r.receiver.behave(bad+hook, Fail)); err != nil {
			return nil, err
		}
	}
	storm, err := r.commitWaits(ctx, st, s.storm, 2*bad)
	if err != nil {
		return nil, fmt.Errorf("with bad ones: %w", err)
	}
	return isolationFigures(calm, storm, floor, shards(st.tenants)), nil
}

// paced is what came at the steady rate.
type paced struct {
	rate  float64 // that the machine allowed
	waits []time.Duration
}

// isolationFigures compares the good webhooks in both phases.
func isolationFigures(calm, storm paced, floor []time.Duration, shards int) []figure {
	before, during := calm.waits, storm.waits
	harm := milliseconds(quantile(during, 0.99) - quantile(before, 0.99))
	const what = "commit to receiver"
	all := latencies("all healthy", what, before, floor)
	all[0], all[1] = all[0].wants(goalMedian), all[1].wants(goalSlow)
	all[1].Main = true
	all = append(all, latencies("20 % bad: the healthy", what, during, floor)...)
	return append(all,
		newFigure("20 % bad: the healthy", what+" p99 more", "ms", max(harm, 0), 0).less().wants(goalHarm),
		newFigure("all healthy", fmt.Sprintf("events, in %d shards", shards), "1/s", calm.rate, isolationRate),
		newFigure("20 % bad", fmt.Sprintf("events, in %d shards", shards), "1/s", storm.rate, isolationRate),
	)
}

// commitWaits appends events at the steady rate and returns how long the
// messages of the webhooks from one on took. What comes in the first second
// opens connections and does not count.
func (r *rig) commitWaits(ctx context.Context, st *stage, d time.Duration, from int) (p paced, err error) {
	feed, err := newFeed(ctx, r, st.sample, st.tenants)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, feed.close()) }()
	book := feed.rounds(st.tenants)
	if _, err := pace(ctx, r.clients, isolationRate, min(d, time.Second), book); err != nil {
		return p, err
	}
	feed.forget()
	if err := r.receiver.forget(true); err != nil {
		return p, err
	}
	done, err := pace(ctx, r.clients, isolationRate, d, book)
	if err != nil {
		return p, err
	}
	p.rate = done.rate()
	came, err := r.quiet(ctx)
	if err != nil {
		return p, err
	}
	p.waits, err = feed.waits(came, from)
	return p, err
}

// quiet takes what comes until nothing new has come for a second.
func (r *rig) quiet(ctx context.Context) (all []Arrival, err error) {
	seen := map[string]bool{}
	limit := time.After(patience)
	for fresh := true; fresh; {
		select {
		case <-time.After(time.Second):
		case <-limit:
			return all, nil // what was late is in by now, or is missed
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
		came, err := r.receiver.take()
		if err != nil {
			return nil, err
		}
		fresh = false
		for _, a := range came {
			fresh = fresh || !seen[a.ID]
			seen[a.ID] = true
		}
		all = append(all, came...)
	}
	return all, nil
}

// bareWaits is the floor: a plain signed POST at the same rate, from just before
// it to the receiver.
func (r *rig) bareWaits(ctx context.Context, st *stage) (waits []time.Duration, err error) {
	post, err := newFloorPost(r.receiver.urls, st.body)
	if err != nil {
		return nil, err
	}
	defer post.close()
	if err := r.receiver.forget(true); err != nil {
		return nil, err
	}
	sent := make(chan posted, int(isolationRate*r.calm.Seconds())+isolationRate)
	_, err = pace(ctx, r.clients, isolationRate, r.calm, func(ctx context.Context) error {
		p, err := post.one(ctx, int(post.serial.Load())%len(post.urls))
		select {
		case sent <- p:
		default: // there is room for all that the pace allows
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	close(sent)
	came, err := r.receiver.take()
	if err != nil {
		return nil, err
	}
	at := map[string]int64{}
	for _, a := range came {
		at[a.ID] = a.At
	}
	for p := range sent {
		waits = append(waits, time.Unix(0, at[p.id]).Sub(p.at))
	}
	return waits, nil
}
