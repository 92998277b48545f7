package live

import (
	"context"
	"reflect"
	"slices"
	"time"
)

// beat makes states of what is counted, at most one in a time, until ctx ends:
// when something has happened, and when time alone changes the figures.
func (t *tally) beat(ctx context.Context) {
	var rest time.Time // until then deliveries are not counted
	for ctx.Err() == nil {
		if pause := t.refresh(ctx, !time.Now().Before(rest)); pause > 0 {
			rest = time.Now().Add(pause)
		}
		t.publish()
		if wait(ctx, nil, t.of.cfg.Every) != nil {
			return
		}
		idle := t.idle()
		if t.waiting() {
			idle = min(idle, max(0, time.Until(rest)))
		}
		_ = wait(ctx, t.wake, idle)
	}
}

// wait returns when ctx ends, with its error, when it is woken, or after a time.
func wait(ctx context.Context, woken <-chan struct{}, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-woken:
	case <-ctx.Done():
	}
	return ctx.Err()
}

// waiting reports whether there are steps to be counted anew.
func (t *tally) waiting() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.dirty) > 0
}

// idle is how long the figures stay as they are if nothing happens.
func (t *tally) idle() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.span.time(t.span.now + 1)
	others := []time.Time{t.today.next(), t.today.due(t.key.sees.agentID != "")}
	if t.rechecks() {
		others = append(others, t.whole.Add(t.of.cfg.Recheck))
	}
	for _, other := range others {
		if other.Before(at) {
			at = other
		}
	}
	return max(at.Sub(t.of.cfg.Now()), t.of.cfg.Every)
}

// rechecks reports whether deliveries are counted anew that nobody has told of.
func (t *tally) rechecks() bool { return t.key.sees.messages && t.of.cfg.Recheck > 0 }

// refresh reads what has to be read: the meetings of another day, and the steps in
// which deliveries have changed, or may have, unless those rest. It returns how long they rest
// next.
func (t *tally) refresh(ctx context.Context, counting bool) (rest time.Duration) {
	now := t.of.cfg.Now()
	t.mu.Lock()
	t.span.slide(now)
	due := !now.Before(t.today.due(t.key.sees.agentID != ""))
	if t.rechecks() && !now.Before(t.whole.Add(t.of.cfg.Recheck)) {
		t.mark(t.span.first(), t.span.now+ahead)
		t.whole = now
	}
	t.mu.Unlock()
	if due {
		t.reload(ctx, now)
	}
	if !counting || !t.key.sees.messages {
		return 0
	}
	began := time.Now()
	if t.recount(ctx) {
		rest = light * time.Since(began)
	}
	return rest
}

// reload reads the meetings of today. The log waits for it: what events say of
// meetings comes behind what was read, or is in it.
func (t *tally) reload(ctx context.Context, now time.Time) {
	t.taking.Lock()
	defer t.taking.Unlock()
	today := &upcoming{zone: t.today.zone, most: t.today.most}
	if err := today.load(ctx, t.of.cfg.Client, now); err != nil {
		if ctx.Err() == nil {
			t.of.cfg.Logger.WarnContext(ctx, "dashboard_unread", "app", t.key.sees.appID, "error", err)
		}
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.today = today
}

// publish makes a state of the figures where they have changed.
func (t *tally) publish() {
	now := t.of.cfg.Now()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.span.slide(now)
	d := t.span.figures(t.key.sees)
	d.UpcomingToday, d.To = t.today.count(now), now.UTC()
	if t.state != nil && reflect.DeepEqual(d.bare(), t.state.bare()) {
		return
	}
	t.state, t.version = d, t.of.version.Add(1)
	close(t.changed)
	t.changed = make(chan struct{})
}

// bare are the figures without the times that they are of: an empty window that
// moves on is the same.
func (d *Dashboard) bare() Dashboard {
	b := *d
	b.From, b.To, b.Points = time.Time{}, time.Time{}, slices.Clone(d.Points)
	for i := range b.Points {
		b.Points[i].At = time.Time{}
	}
	return b
}
