package live

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/fanout"
	"slotcast/internal/input"
	"slotcast/internal/viewer"
)

// TallyLog is what Dashboards need of eventlog.Log.
type TallyLog interface {
	ShardOf(appID string) int
	Head(ctx context.Context, shard int) (eventlog.Position, error)
	Before(ctx context.Context, appID string, at time.Time) (int64, error)
}

// DashboardsConfig is what Dashboards are made of. Zero values mean the defaults
// named.
type DashboardsConfig struct {
	Client  *ent.Client
	Log     TallyLog
	Tail    Tail
	Changes *Changes
	Every   time.Duration // the least time between two states of a dashboard; 1 s
	Linger  time.Duration // that a tally is kept when nobody watches it any more; 10 s, below 0 none
	Kept    int           // meetings of a day that a tally keeps, some 100 bytes each; 10,000. It counts more of them in the table
	// Recheck is how often the deliveries of the whole window are counted anew, where
	// other processes change some and what they tell may be lost; 0: never.
	Recheck time.Duration
	Now     func() time.Time
	Logger  *slog.Logger
}

// Dashboards keep the figures of dashboards, in one tally for all who see the
// same. A tally is made when the first of them watches: it counts the window once,
// in the database, and from then on what the log's tail tells. It is freed when
// the last has left. Of deliveries, which are no events, it counts those steps of
// the window anew in which one has changed; see package comment of fanout for how
// many are told of a state.
//
// A tally holds counts by step, trigger and status, and the meetings of a day: its
// memory does not depend on how much happens. It is safe for concurrent use.
type Dashboards struct {
	cfg     DashboardsConfig
	seeding map[Window]chan struct{} // hold those that count a window
	version atomic.Int64             // of the newest state of any tally
	started chan struct{}
	base    context.Context //nolint:containedctx // of the tallies: what Run was called with

	mu      sync.Mutex
	tallies map[tallyKey]*tally
	ended   bool // no tally starts any more
	running sync.WaitGroup
}

// maxSeeding is how many tallies of a process count windows of one length at once:
// a long one delays no short one.
const maxSeeding = 2

// maxTallies is how many tallies there are of those who see the same: every window
// and time zone has its own.
const maxTallies = 64

// sees is what a viewer sees of an app.
type sees struct {
	appID       string
	agentID     string // of a member: whose meetings and webhooks count; else empty
	messages    bool
	submissions bool
}

// counts reports whether events of a trigger may be among what the viewer sees.
func (v sees) counts(t domain.Trigger) bool { return t != domain.RoutingFormSubmitted || v.submissions }

// tallyKey is what is the same for all who share a tally.
type tallyKey struct {
	sees   sees
	window Window
	zone   string
}

// NewDashboards returns Dashboards whose tallies wait for Run.
func NewDashboards(c DashboardsConfig) *Dashboards {
	c.Every = cmp.Or(c.Every, time.Second)
	c.Linger = cmp.Or(c.Linger, 10*time.Second)
	c.Kept = cmp.Or(c.Kept, 10_000)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Now == nil {
		c.Now = time.Now
	}
	d := &Dashboards{cfg: c, seeding: map[Window]chan struct{}{}, started: make(chan struct{}), tallies: map[tallyKey]*tally{}}
	for _, w := range Window("").Values() {
		d.seeding[Window(w)] = make(chan struct{}, maxSeeding)
	}
	return d
}

// Run lets tallies count until ctx ends, waits for them, and returns nil then. It
// is called once.
func (d *Dashboards) Run(ctx context.Context) error {
	d.mu.Lock()
	d.base = ctx
	d.mu.Unlock()
	close(d.started)
	<-ctx.Done()
	d.mu.Lock()
	d.ended = true
	d.mu.Unlock()
	d.running.Wait()
	return nil
}

// Feed returns the viewer's dashboard, and keeps its tally until ctx ends. The
// newest state is all that the feed has: whoever is behind it gets that one. zone
// says when a day ends. Its errors: UNAUTHENTICATED, FORBIDDEN for visitors and for
// tokens that do not read meetings, BAD_USER_INPUT and LIMIT_EXCEEDED about "timeZone".
func (d *Dashboards) Feed(ctx context.Context, w Window, zone string) (fanout.Feed, error) {
	v, err := watcher(ctx, domain.MeetingsRead)
	if err != nil {
		return nil, err
	}
	if err := input.Zone("timeZone", zone); err != nil {
		return nil, err
	}
	key := tallyKey{window: w, zone: zone, sees: sees{
		appID: v.AppID, messages: v.Has(domain.WebhooksRead), submissions: v.Leads() && v.Has(domain.RoutingFormsRead),
	}}
	if !v.Leads() {
		key.sees.agentID = v.AgentID
	}
	f := &dashboardFeed{of: d, key: key, viewer: v}
	if err := d.ready(ctx); err != nil {
		return nil, err
	}
	t, err := d.enter(f)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { d.release(t) })
	return f, nil
}

func (d *Dashboards) ready(ctx context.Context) error {
	select {
	case <-d.started:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// enter is acquire where there may be another tally.
func (d *Dashboards) enter(f *dashboardFeed) (*tally, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tallies[f.key] == nil && d.alike(f.key.sees) >= maxTallies {
		e := apperr.New(apperr.LimitExceeded, "%d dashboards with other windows or time zones are open that show the same: use the time zone of one of them", maxTallies)
		e.Field = "timeZone"
		return nil, e
	}
	return d.acquireLocked(f), nil
}

// alike is how many tallies show the same. d.mu is held.
func (d *Dashboards) alike(v sees) (n int) {
	for key := range d.tallies {
		if key.sees == v {
			n++
		}
	}
	return n
}

// acquire returns the tally of a feed, which it starts if there is none.
func (d *Dashboards) acquire(f *dashboardFeed) *tally {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.acquireLocked(f)
}

func (d *Dashboards) acquireLocked(f *dashboardFeed) *tally {
	t := d.tallies[f.key]
	if t == nil {
		t = newTally(d, f)
		d.tallies[f.key] = t
		ctx, stop := context.WithCancel(viewer.With(d.base, f.viewer))
		t.stop = stop
		if !d.ended {
			d.running.Go(func() { t.run(ctx) })
		}
	}
	t.watchers++
	if t.leaving != nil {
		t.leaving.Stop()
	}
	return t
}

// release frees a tally that nobody has watched for a while.
func (d *Dashboards) release(t *tally) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if t.watchers--; t.watchers > 0 {
		return
	}
	if d.cfg.Linger < 0 || d.ended {
		d.free(t)
		return
	}
	t.leaving = time.AfterFunc(d.cfg.Linger, func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		if t.watchers == 0 {
			d.free(t)
		}
	})
}

// free ends a tally. d.mu is held.
func (d *Dashboards) free(t *tally) {
	t.stop()
	if d.tallies[t.key] == t {
		delete(d.tallies, t.key)
	}
}
