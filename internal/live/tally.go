package live

import (
	"context"
	"slices"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/backoff"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// tally counts for one dashboard. Its goroutine seeds it and decides when there
// is a new state; two others, while it is seeded, follow the log and the changes
// of deliveries.
type tally struct {
	of   *Dashboards
	key  tallyKey
	stop context.CancelFunc

	watchers int         // guarded by of.mu, like leaving
	leaving  *time.Timer // frees it; nil: nobody has left yet

	wake chan struct{} // holds one: something may have changed

	taking sync.Mutex // of events, and held before mu: not while the meetings of today are read

	mu      sync.Mutex
	span    *span
	today   *upcoming
	dirty   map[int64]bool // steps in which a delivery has changed since they were counted
	whole   time.Time      // when all of them were to be counted last
	state   *Dashboard     // nil before the first
	version int64
	changed chan struct{} // closed and replaced with the state
}

// listed is how many events are taken in at once.
const listed = 256

func newTally(d *Dashboards, f *dashboardFeed) *tally {
	return &tally{of: d, key: f.key, wake: make(chan struct{}, 1), changed: make(chan struct{})}
}

// newest returns the newest state, and what is closed when there is another.
func (t *tally) newest() (state *Dashboard, version int64, changed <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.state, t.version, t.changed
}

func (t *tally) nudge() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// run counts until ctx ends, which carries the viewer. What cannot be read is
// tried again; where the log has been left behind by retention, all is counted
// anew. Meanwhile the last state stands.
func (t *tally) run(ctx context.Context) {
	defer t.stop()
	for ctx.Err() == nil {
		err := t.count(ctx)
		if err == nil || ctx.Err() != nil {
			continue
		}
		t.of.cfg.Logger.WarnContext(ctx, "dashboard_uncounted", "app", t.key.sees.appID, "window", string(t.key.window), "error", err)
		_ = backoff.Wait(ctx, retryEvery)
	}
}

// count seeds the tally and follows until ctx ends, or the log cannot be followed
// any more.
func (t *tally) count(ctx context.Context) error {
	ctx, stop := context.WithCancelCause(ctx)
	var followers sync.WaitGroup
	defer followers.Wait()
	defer stop(nil)
	var place int64
	if t.key.sees.messages {
		place = t.of.cfg.Changes.Watch(ctx, t.key.sees.appID)
	}
	from, err := t.seed(ctx)
	if err != nil {
		return err
	}
	followers.Go(func() { stop(t.followLog(ctx, from)) })
	if t.key.sees.messages {
		followers.Go(func() { t.followChanges(ctx, place) })
	}
	t.beat(ctx)
	return context.Cause(ctx)
}

// seed counts the window as it is at a position of the log, which it returns. Few
// do so at a time, and none holds a transaction.
func (t *tally) seed(ctx context.Context) (from eventlog.Position, err error) {
	turn := t.of.seeding[t.key.window]
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return from, ctx.Err()
	}
	cfg, v, now := t.of.cfg, t.key.sees, t.of.cfg.Now()
	s := newSpan(t.key.window, now)
	var after int64
	if from, after, err = t.bounds(ctx, s.begin()); err != nil {
		return from, err
	}
	if err := countEvents(ctx, cfg.Client, s, v, after, from.Number); err != nil {
		return from, err
	}
	if err := t.seedMessages(ctx, s); err != nil {
		return from, err
	}
	zone, err := time.LoadLocation(t.key.zone)
	if err != nil {
		return from, err
	}
	today := &upcoming{zone: zone, most: cfg.Kept}
	if err := today.load(ctx, cfg.Client, cfg.Now()); err != nil {
		return from, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.span, t.today, t.dirty, t.whole = s, today, map[int64]bool{}, now
	return from, nil
}

// bounds are the head of the log, and a number behind which the window's events are.
func (t *tally) bounds(ctx context.Context, begin time.Time) (head eventlog.Position, after int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, seedTime)
	defer cancel()
	log, app := t.of.cfg.Log, t.key.sees.appID
	if head, err = log.Head(ctx, log.ShardOf(app)); err == nil {
		after, err = log.Before(ctx, app, begin)
	}
	return head, after, err
}

func (t *tally) seedMessages(ctx context.Context, s *span) error {
	if !t.key.sees.messages {
		return nil
	}
	part := int64((s.n + seedParts - 1) / seedParts)
	for low := s.first(); low <= s.now+ahead; low += part {
		counted, err := countMessages(ctx, t.of.cfg.Client, s.each, low, min(low+part-1, s.now+ahead))
		if err != nil {
			return err
		}
		s.replace(low, min(low+part-1, s.now+ahead), counted)
	}
	return nil
}

// followLog takes in events until ctx ends or they are no longer kept. A database
// that does not answer it asks again, from where it was.
func (t *tally) followLog(ctx context.Context, p eventlog.Position) error {
	for ctx.Err() == nil {
		events, err := t.of.cfg.Tail.Read(ctx, p, listed)
		if apperr.From(err) != nil {
			return err
		}
		if err != nil {
			if ctx.Err() == nil {
				t.of.cfg.Logger.WarnContext(ctx, "dashboard_unread", "position", p.String(), "error", err)
				_ = backoff.Wait(ctx, retryEvery)
			}
			continue
		}
		p = events[len(events)-1].Position()
		took := false
		for _, e := range events {
			if e.AppID != t.key.sees.appID {
				continue
			}
			if err := t.take(e); err != nil {
				return err
			}
			took = true
		}
		if took {
			t.nudge()
		}
	}
	return ctx.Err()
}

// take counts an event, if the viewer sees it, and looks what it says of today.
func (t *tally) take(e *eventlog.Event) error {
	v := t.key.sees
	m, err := e.Meeting()
	if err != nil {
		return err
	}
	replaced, err := e.Previous()
	if err != nil {
		return err
	}
	seen := v.agentID == "" || hosting(m, v.agentID)
	now := t.of.cfg.Now()
	t.taking.Lock()
	defer t.taking.Unlock()
	t.mu.Lock()
	defer t.mu.Unlock()
	t.today.take(m, seen, now)
	t.today.take(replaced, v.agentID == "" || hosting(replaced, v.agentID), now)
	if !seen || !v.counts(e.Trigger) {
		return nil
	}
	t.span.slide(now)
	t.span.count(t.span.number(e.OccurredAt), 1, e.Trigger, statusOf(m), statusOf(replaced))
	return nil
}

// hosting reports whether an agent hosts a meeting, if there is one.
func hosting(m *ent.Meeting, agentID string) bool {
	return m != nil && slices.ContainsFunc(m.Edges.Agents, func(a *ent.Agent) bool { return a.ID == agentID })
}

func statusOf(m *ent.Meeting) domain.MeetingStatus {
	if m == nil {
		return ""
	}
	return m.Status
}
