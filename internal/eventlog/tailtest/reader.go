package tailtest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"slotcast/internal/eventlog"
)

// Patience is how long a reader waits for an event before its case fails.
const Patience = 30 * time.Second

// Read is Log.After or Tail.Read.
type Read func(ctx context.Context, p eventlog.Position, limit int) ([]*eventlog.Event, error)

// Follow reads from a position up to the event of the given number, and fails
// at the first one that is missing, repeated, out of order or of another shard.
func Follow(ctx context.Context, read Read, p eventlog.Position, upTo int64, limit int) ([]*eventlog.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, Patience)
	defer cancel()
	var all []*eventlog.Event
	for p.Number < upTo {
		events, err := read(ctx, p, limit)
		if err != nil {
			return all, fmt.Errorf("reading behind %s, up to %d: %w", p, upTo, err)
		}
		if len(events) > limit {
			return all, fmt.Errorf("%d events came where %d were asked for", len(events), limit)
		}
		for _, e := range events {
			if e.Shard != p.Shard || e.Generation != p.Generation || e.Number != p.Number+1 {
				return all, fmt.Errorf("behind %s came %s", p, e.Position())
			}
			p = e.Position()
		}
		all = append(all, events...)
	}
	return all, nil
}

// Follow reads in one process from a position up to the given number.
func (c *Cluster) Follow(t testing.TB, process int, p eventlog.Position, upTo int64) []*eventlog.Event {
	t.Helper()
	events, err := Follow(t.Context(), c.Processes[process].Tail.Read, p, upTo, 10)
	if err != nil {
		t.Fatalf("process %d: %v", process, err)
	}
	return events
}

// Same checks that events which were read are those of the table.
func (c *Cluster) Same(t testing.TB, from eventlog.Position, got []*eventlog.Event) {
	t.Helper()
	want, err := c.Processes[0].Log.After(t.Context(), from, len(got)+1)
	if err != nil {
		t.Fatalf("reading the table: %v", err)
	}
	if len(want) != len(got) {
		t.Fatalf("%d events were read, the table has %d", len(got), len(want))
	}
	for i := range want {
		w, g := want[i], got[i]
		if w.ID != g.ID || w.Snapshot != g.Snapshot || w.Body != "of "+w.ID || g.Body != w.Body || w.Trigger != g.Trigger || !w.OccurredAt.Equal(g.OccurredAt) ||
			w.AppID != g.AppID || w.SeriesID != g.SeriesID || w.Sequence != g.Sequence || len(w.Owed) != len(g.Owed) {
			t.Fatalf("event %d was read as\n%+v\nand is\n%+v", g.Number, g, w)
		}
	}
}

// Heads returns the committed numbers by shard, of shards with events.
func (c *Cluster) Heads(t testing.TB) map[int]int64 {
	t.Helper()
	all, err := c.Processes[0].Log.Heads(t.Context())
	if err != nil {
		t.Fatalf("reading the heads: %v", err)
	}
	heads := map[int]int64{}
	for shard, n := range all {
		if n > 0 {
			heads[shard] = n
		}
	}
	return heads
}
