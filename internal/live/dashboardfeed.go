package live

import (
	"context"

	"slotcast/internal/fanout"
	"slotcast/internal/viewer"
)

// dashboardFeed is the dashboard of those who share a tally.
type dashboardFeed struct {
	of     *Dashboards
	key    tallyKey
	viewer viewer.Viewer // one of them
}

// Head implements fanout.Feed.
func (f *dashboardFeed) Head(context.Context) (int64, error) {
	t := f.of.acquire(f)
	defer f.of.release(t)
	_, version, _ := t.newest()
	return version, nil
}

// Read implements fanout.Feed: it returns the newest state.
func (f *dashboardFeed) Read(ctx context.Context, behind int64, _ int) ([]fanout.Item, int64, error) {
	t := f.of.acquire(f)
	defer f.of.release(t)
	for {
		state, version, changed := t.newest()
		if version > behind {
			return []fanout.Item{{Place: version, Value: state, At: state.To, State: true}}, version, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, behind, ctx.Err()
		}
	}
}
