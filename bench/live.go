package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// What is asked of subscriptions.
const (
	goalShared   = 1.2 // of the floor's deliveries, where all share an operation
	goalStock    = 10  // of those of gqlgen's own transport
	goalDistinct = 0.4 // of the floor's, with distinctOperations
	goalIdle     = 20  // KB of each idle socket
)

// distinctOperations are spread over the subscribers.
const distinctOperations = 50

// measureLive measures how soon and how fast events reach subscribers, with few
// and with many of them: ours, the floor, and the transport that gqlgen comes
// with, all read by the same subscribers.
func measureLive(ctx context.Context, s setup) (all []figure, err error) {
	l, err := newLiveStage(ctx, s)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, l.close()) }()
	for i, n := range s.subscribers {
		figures, err := l.compare(ctx, n, i == len(s.subscribers)-1)
		if err != nil {
			return nil, fmt.Errorf("%d subscribers: %w", n, err)
		}
		all = append(all, figures...)
	}
	return all, nil
}

// lived is what was measured of one side.
type lived struct {
	flooded
	waits             []time.Duration // from commit to the last subscriber, one for each event
	idle, uncollected float64         // KB of each socket
}

// contest is what was measured with one number of subscribers.
type contest struct{ ours, distinct, floor, stock lived }

// turn is one of those that are measured one after the other.
type turn struct {
	name      string
	start     func(ctx context.Context) (side, error)
	documents []string
	patiently bool // at a modest rate, too
	idle      bool // its memory, too
	into      *lived
}

// compare measures all sides with n subscribers: the floor once before and once
// after the others, since a noisy machine should be unjust to all alike.
func (l *liveStage) compare(ctx context.Context, n int, idle bool) ([]figure, error) {
	var c contest
	one, many := l.documents[:1], l.documents
	for _, t := range []turn{
		{"the floor", l.floor, one, true, idle, &c.floor},
		{"ours", l.ours, one, true, idle, &c.ours},
		{fmt.Sprintf("ours with %d operations", distinctOperations), l.ours, many, false, false, &c.distinct},
		{"gqlgen's transport", l.stock, one, true, idle, &c.stock},
		{"the floor again", l.floor, one, false, false, &c.floor},
	} {
		if err := l.measure(ctx, n, t); err != nil {
			return nil, fmt.Errorf("%s: %w", t.name, err)
		}
		l.progress("%d subscribers, %s: %.0f deliveries a second", n, t.name, t.into.rate())
	}
	return c.figures(n, idle), nil
}

// measure starts a side, subscribes and measures.
func (l *liveStage) measure(ctx context.Context, n int, t turn) (err error) {
	l.label = fmt.Sprintf("live-%d-%d", n, len(t.documents))
	s, err := t.start(ctx)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, l.watcher.call("Shut", struct{}{}), s.close()); err != nil {
			err = fmt.Errorf("%w\nit said at last:\n%s", err, s.process().output)
		}
	}()
	var before float64
	if t.idle {
		before = s.process().collected(ctx)
	}
	if err := l.gather(ctx, s, n, t.documents); err != nil {
		return err
	}
	if t.idle {
		now, _ := s.process().resident()
		t.into.uncollected = max(now-before, 0) * 1e3 / float64(n)
		t.into.idle = max(s.process().collected(ctx)-before, 0) * 1e3 / float64(n)
	}
	if t.patiently {
		if t.into.waits, err = l.modest(ctx, s, n, modestRate(n), l.modestly); err != nil {
			return fmt.Errorf("at a modest rate: %w", err)
		}
	}
	f, err := l.flood(ctx, s, n, l.flooding)
	t.into.add(f)
	return err
}

// modestRate is in events per second: some thousand deliveries.
func modestRate(subscribers int) float64 { return min(max(5000/float64(subscribers), 2), 50) }

// figures compares with the floor, and where the line says so, with gqlgen's own
// transport.
func (c contest) figures(n int, idle bool) []figure {
	name, many := fmt.Sprintf("subscribers: %d", n), fmt.Sprintf("… of %d operations", distinctOperations)
	ours, distinct, floor, stock := c.ours, c.distinct, c.floor, c.stock
	shared := newFigure(name, "deliveries", "1/s", ours.rate(), floor.rate()).aims(goalShared)
	shared.Main = true
	all := []figure{
		shared,
		newFigure(name, "… floor: gqlgen's transport", "1/s", ours.rate(), stock.rate()).aims(goalStock),
		newFigure(name, many, "1/s", distinct.rate(), floor.rate()).aims(goalDistinct),
		newFigure(name, "processor per 1,000 deliveries", "ms", ours.per(ours.cpu), floor.per(floor.cpu)).less(),
		newFigure(name, "… floor: gqlgen's transport", "ms", ours.per(ours.cpu), stock.per(stock.cpu)).less(),
		newFigure(name, many, "ms", distinct.per(distinct.cpu), floor.per(floor.cpu)).less(),
		newFigure(name, "… of PostgreSQL, Redis and who commits, apart", "ms", ours.per(ours.source), 0).less(),
		newFigure(name, "… of the subscribers, apart", "ms", ours.per(ours.readers), floor.per(floor.readers)).less(),
		newFigure(name, "size of a message", "B", ours.size(), floor.size()),
	}
	all = append(all, latencies(name, "commit to the last", ours.waits, floor.waits)...)
	all = append(all, latencies(name, "… floor: gqlgen's transport,", ours.waits, stock.waits)...)
	if idle {
		all = append(all,
			newFigure(name, "memory of an idle socket", "KB", ours.idle, floor.idle).less().wants(goalIdle),
			newFigure(name, "… floor: gqlgen's transport", "KB", ours.idle, stock.idle).less(),
			newFigure(name, "… before its garbage is collected", "KB", ours.uncollected, floor.uncollected).less(),
		)
	}
	return all
}
