package live

import (
	"context"
	"maps"
	"slices"
	"time"

	"slotcast/internal/backoff"
	"slotcast/internal/typeid"
)

// light is how much of the time goes into counting deliveries at most: after a
// statement they rest for so many times as long.
const light = 10

// followChanges marks the steps in which deliveries change. Where it is not known
// which have changed, they are all of them.
func (t *tally) followChanges(ctx context.Context, place int64) {
	app := t.key.sees.appID
	for ctx.Err() == nil {
		ids, at, more, ok := t.of.cfg.Changes.Since(app, place)
		t.mu.Lock()
		t.span.slide(t.of.cfg.Now())
		if !ok {
			t.mark(t.span.first(), t.span.now)
		}
		for _, id := range ids {
			if made, ok := typeid.Time(id); ok {
				t.mark(t.span.number(made.Add(-near)), t.span.number(made.Add(near)))
			}
		}
		t.mu.Unlock()
		place = at
		if len(ids) > 0 || !ok {
			t.nudge()
		}
		if !ok {
			_ = backoff.Wait(ctx, retryEvery)
			continue
		}
		if len(ids) > 0 {
			continue
		}
		select {
		case <-more:
		case <-ctx.Done():
		}
	}
}

// near is how far the time in a delivery's id may be from that of its event, which
// says what step it belongs to: they are taken one right after the other.
const near = time.Second

// mark says which steps have to be counted anew. t.mu is held.
func (t *tally) mark(low, high int64) {
	for n := max(low, t.span.first()); n <= min(high, t.span.now+ahead); n++ {
		t.dirty[n] = true
	}
}

// recount counts steps anew in which deliveries have changed, the newest first,
// and reports whether there were any. It stops when it has taken a while: the rest
// stays marked, like what cannot be counted.
func (t *tally) recount(ctx context.Context) (some bool) {
	for began := time.Now(); ; {
		low, high, ok := t.marked()
		if !ok {
			return some
		}
		some = true
		counted, err := countMessages(ctx, t.of.cfg.Client, t.span.each, low, high)
		t.mu.Lock()
		if err == nil {
			t.span.replace(low, high, counted)
		} else {
			t.mark(low, high)
		}
		t.mu.Unlock()
		if err != nil && ctx.Err() == nil {
			t.of.cfg.Logger.WarnContext(ctx, "dashboard_unread", "app", t.key.sees.appID, "error", err)
		}
		if err != nil || time.Since(began) > atOnce {
			return some
		}
	}
}

// atOnce is for how long deliveries are counted before there is a state.
const atOnce = 100 * time.Millisecond

// marked takes the newest steps out of those that have to be counted anew: as many
// as follow each other, and as one statement may count.
func (t *tally) marked() (low, high int64, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.dirty) == 0 {
		return 0, 0, false
	}
	high = slices.Max(slices.Collect(maps.Keys(t.dirty)))
	for low = high; t.dirty[low-1] && high-low+1 < int64(t.span.n/seedParts); low-- {
		delete(t.dirty, low)
	}
	delete(t.dirty, low)
	return low, high, true
}
