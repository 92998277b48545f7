package tailtest

import (
	"context"
	"testing"

	"slotcast/ent/event"
	"slotcast/internal/apperr"
	"slotcast/internal/eventlog"
	"slotcast/internal/viewer"
)

// trimmed: what retention has removed is refused, wherever it is read, and never
// skipped; what is left can be read.
func trimmed(t *testing.T, env Env) {
	c := NewCluster(t, env, Brisk)
	c.Append(t, 0, 0, 20)
	shard := c.Shard(c.Apps[0])
	c.Trim(t, shard, 10)
	c.Run(t)
	for i, p := range c.Processes {
		for _, read := range []Read{p.Tail.Read, p.Log.After} {
			c.expired(t, read, c.At(shard, 0))
			c.expired(t, read, c.At(shard, 9))
		}
		c.Same(t, c.At(shard, 10), c.Follow(t, i, c.At(shard, 10), 20))
	}
	c.Trim(t, shard, 20) // all of it
	for _, p := range c.Processes {
		c.expired(t, p.Log.After, c.At(shard, 19))
		if events, err := p.Log.After(t.Context(), c.At(shard, 20), 10); err != nil || len(events) != 0 {
			t.Errorf("After the head = %d events, %v", len(events), err)
		}
		c.expired(t, p.Tail.Read, c.At(shard, 19))
	}
	c.Append(t, 0, 0, 1)
	for i, p := range c.Processes {
		c.Follow(t, i, c.At(shard, 20), 21)
		c.expired(t, p.Log.After, c.At(shard, 19))
	}
}

func foreignCursors(t *testing.T, env Env) {
	c := NewCluster(t, env, Brisk)
	c.Append(t, 0, 0, 3)
	shard := c.Shard(c.Apps[0])
	at := func(shard int, born, number int64) eventlog.Position {
		p := c.At(shard, number)
		p.Generation += born
		return p
	}
	for name, test := range map[string]struct {
		p    eventlog.Position
		want apperr.Code
	}{
		"start":              {at(shard, 0, 0), ""},
		"inside":             {at(shard, 0, 2), ""},
		"head":               {at(shard, 0, 3), ""},
		"future":             {at(shard, 0, 4), apperr.BadUserInput},
		"other shard":        {at(shard+1, 0, 1), apperr.BadUserInput},
		"unknown shard":      {at(1<<16, 0, 1), apperr.BadUserInput},
		"older generation":   {at(shard, -1, 1), apperr.CursorExpired},
		"younger generation": {at(shard, +1, 1), apperr.CursorExpired},
	} {
		for _, p := range c.Processes {
			err := p.Log.Resume(t.Context(), "after", test.p, shard)
			if got := apperr.CodeOf(err); got != test.want {
				t.Errorf("%s: Resume = %v, want code %q", name, err, test.want)
			}
			if test.want == apperr.BadUserInput && apperr.From(err).Field != "after" {
				t.Errorf("%s: the error is about field %q", name, apperr.From(err).Field)
			}
		}
	}
}

// Trim removes a shard's events up to a number, as retention does.
func (c *Cluster) Trim(t testing.TB, shard int, upTo int64) {
	t.Helper()
	_, err := c.DB.Client.Event.Delete().Where(event.Shard(shard), event.NumberLTE(upTo)).Exec(viewer.System(t.Context()))
	if err != nil {
		t.Fatalf("removing events: %v", err)
	}
}

func (c *Cluster) expired(t testing.TB, read Read, p eventlog.Position) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), Patience)
	defer cancel()
	events, err := read(ctx, p, 10)
	if apperr.CodeOf(err) != apperr.CursorExpired {
		t.Fatalf("reading behind %s = %d events, %v, want CURSOR_EXPIRED", p, len(events), err)
	}
}
