package live

import (
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"slotcast/ent"
	"slotcast/internal/viewer"
)

// PollConfig is what a Poll is made of.
type PollConfig struct {
	Client  *ent.Client
	Changes *Changes
	ShardOf func(appID string) int
	Healthy func() bool   // what other processes change is heard of; nil: it never is
	Every   time.Duration // between looks while it is not; 0 means a second. Five times as long while it is
	Logger  *slog.Logger
}

// Poll finds changes of deliveries that nobody has told of, because another
// process made them and what it says does not arrive here. It looks at the apps
// that are watched alone, and there at what changes: the newest deliveries, the open
// ones, and those that a webhook which is behind, or a replay, has gone past.
type Poll struct {
	cfg  PollConfig
	apps map[string]*sight
}

// NewPoll returns a Poll that does nothing before Run.
func NewPoll(c PollConfig) *Poll {
	c.Every = cmp.Or(c.Every, time.Second)
	c.Logger = cmp.Or(c.Logger, slog.Default())
	if c.Healthy == nil {
		c.Healthy = func() bool { return false }
	}
	return &Poll{cfg: c, apps: map[string]*sight{}}
}

const (
	seldom = 5                      // how many times longer it waits while all is told
	slack  = 500 * time.Millisecond // how far apart the clocks of two processes may be
)

// Run looks until ctx ends.
func (p *Poll) Run(ctx context.Context) error {
	ctx = viewer.System(ctx)
	tick := time.NewTicker(p.cfg.Every)
	defer tick.Stop()
	for n := 0; ; n++ {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
		p.round(ctx, n%seldom == 0)
	}
}

// round looks at the apps that are watched: at those that are new to it, and where
// all is told only if asked to.
func (p *Poll) round(ctx context.Context, all bool) {
	all = all || !p.cfg.Healthy()
	watched := p.cfg.Changes.Watched()
	maps.DeleteFunc(p.apps, func(id string, _ *sight) bool { return !slices.Contains(watched, id) })
	for _, id := range watched {
		if p.apps[id] != nil && !all || ctx.Err() != nil {
			continue
		}
		next, err := within(ctx, func(ctx context.Context) (*sight, error) { return p.look(ctx, id) })
		if err != nil && ctx.Err() == nil {
			p.cfg.Logger.WarnContext(ctx, "changes_unread", "app_id", id, "error", err)
		}
		if next != nil && err == nil {
			p.apps[id] = next
		}
	}
}

// look compares an app's deliveries with what they were, and tells what is not
// told yet. What it has not seen before has changed if it did so since.
func (p *Poll) look(ctx context.Context, appID string) (*sight, error) {
	since, told, ok := p.cfg.Changes.lately(appID)
	if !ok {
		return nil, nil
	}
	before := p.apps[appID]
	if before == nil || before.watched != since {
		before = &sight{watched: since, at: since}
	}
	now, err := p.see(ctx, appID, before)
	if err != nil {
		return nil, err
	}
	var changed []string
	for id, d := range now.rows {
		old, known := before.rows[id]
		moved := known && !d.UpdatedAt.Equal(old.UpdatedAt) || !known && now.new(d, before)
		if moved && told[id].Before(d.UpdatedAt) {
			changed = append(changed, id)
		}
	}
	slices.SortFunc(changed, func(a, b string) int { return now.rows[a].UpdatedAt.Compare(now.rows[b].UpdatedAt) })
	for some := range slices.Chunk(changed, keptChanges) {
		p.cfg.Changes.found(appID, some)
	}
	return now, nil
}
