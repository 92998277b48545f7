package live_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/live"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long an event may take to come.
const patience = 20 * time.Second

// faulty is a tail whose reads fail for a while.
type faulty struct {
	*eventlog.Tail
	fails atomic.Int32
}

func (f *faulty) Read(ctx context.Context, p eventlog.Position, limit int) ([]*eventlog.Event, error) {
	if f.fails.Add(-1) >= 0 {
		return nil, errors.New("the database does not answer")
	}
	return f.Tail.Read(ctx, p, limit)
}

// env is a hub over a log that runs.
type env struct {
	t    testing.TB
	log  *eventlog.Log
	tail *faulty
	hub  *live.Events
}

// each runs a test on both databases. The tail's window is so small that
// subscribers read the table too.
func each(t *testing.T, test func(t *testing.T, e *env)) {
	t.Helper()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		source := memtail.New(true)
		log, err := eventlog.Open(t.Context(), eventlog.Config{Client: db.Client, Publisher: source, Owed: nobody})
		if err != nil {
			t.Fatal(err)
		}
		quiet := slog.New(slog.DiscardHandler)
		tail := eventlog.NewTail(eventlog.TailConfig{Log: log, Source: source, Window: 8, Logger: quiet})
		ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
		var ended sync.WaitGroup
		ended.Go(func() {
			if err := tail.Run(ctx); err != nil && ctx.Err() == nil {
				t.Errorf("Run = %v", err)
			}
		})
		t.Cleanup(func() { stop(); ended.Wait() })
		slow := &faulty{Tail: tail}
		test(t, &env{t: t, log: log, tail: slow, hub: live.NewEvents(log, slow, quiet)})
	})
}

func nobody(context.Context, *ent.Tx, *eventlog.Event, *eventlog.Draft) ([]string, error) {
	return []string{}, nil
}

// app is a tenant with one meeting.
type app struct {
	*env
	ctx     context.Context // on behalf of one of its agents
	meeting *ent.Meeting
}

// apps makes tenants that share a shard.
func (e *env) apps(n int) []*app {
	e.t.Helper()
	var out []*app
	for len(out) < n {
		id := typeid.New(typeid.App)
		if len(out) > 0 && e.log.ShardOf(id) != e.log.ShardOf(out[0].meeting.AppID) {
			continue
		}
		agent := &ent.Agent{ID: typeid.New(typeid.Agent), AppID: id, Name: "Ada"}
		m := &ent.Meeting{
			ID: typeid.New(typeid.Meeting), AppID: id, EventTypeID: typeid.New(typeid.EventType),
			Type: domain.Solo, Status: domain.Active,
		}
		m.SeriesID, m.Edges.Agents = m.ID, []*ent.Agent{agent}
		out = append(out, &app{
			env: e, meeting: m,
			ctx: viewer.With(e.t.Context(), viewer.Viewer{AppID: id, AgentID: agent.ID, Role: domain.Owner}),
		})
	}
	return out
}

// other returns another meeting of the app.
func (a *app) other(change func(m *ent.Meeting)) *app {
	m := *a.meeting
	m.ID = typeid.New(typeid.Meeting)
	m.SeriesID, m.Sequence = m.ID, 0
	change(&m)
	return &app{env: a.env, ctx: a.ctx, meeting: &m}
}

// append appends an event about the meeting.
func (a *app) append(trigger domain.Trigger) *eventlog.Event {
	a.t.Helper()
	a.meeting.Sequence++
	events, err := a.log.InTx(a.ctx, func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) {
		return []*eventlog.Draft{{Trigger: trigger, Meeting: a.meeting}}, nil
	})
	if err != nil {
		a.t.Fatalf("appending: %v", err)
	}
	return events[0]
}

// subscription is what a client holds.
type subscription struct {
	t      testing.TB
	events <-chan *eventlog.Event
	failed chan error
	cancel context.CancelFunc
}

func (a *app) subscribe(after *string, f live.Filter) *subscription {
	a.t.Helper()
	ctx, cancel := context.WithCancel(a.ctx)
	failed := make(chan error, 1)
	feed, place, err := a.hub.Feed(ctx, after, f)
	if err != nil {
		cancel()
		a.t.Fatalf("Feed = %v", err)
	}
	events := make(chan *eventlog.Event)
	go func() {
		defer close(events)
		if err := pump(ctx, feed, place, events); err != nil {
			failed <- err
		}
	}()
	s := &subscription{t: a.t, events: events, failed: failed, cancel: cancel}
	a.t.Cleanup(s.end)
	return s
}

// pump gives the events of a feed until ctx ends, or the feed with an error.
func pump(ctx context.Context, feed *live.EventFeed, place int64, events chan<- *eventlog.Event) error {
	for ctx.Err() == nil {
		items, upTo, err := feed.Read(ctx, place, 64)
		for _, item := range items {
			select {
			case events <- item.Value.(*eventlog.Event): //nolint:forcetypeassert // what the feed promises
			case <-ctx.Done():
			}
		}
		if err != nil && ctx.Err() == nil {
			return err
		}
		place = upTo
	}
	return nil
}

// next waits for an event.
func (s *subscription) next() *eventlog.Event {
	s.t.Helper()
	select {
	case ev, ok := <-s.events:
		if !ok {
			s.t.Fatal("the channel is closed")
		}
		return ev
	case <-time.After(patience):
		s.t.Fatal("no event comes")
	}
	return nil
}

// want fails the test unless exactly these events come next.
func (s *subscription) want(events ...*eventlog.Event) {
	s.t.Helper()
	for _, want := range events {
		if got := s.next(); got.ID != want.ID {
			s.t.Fatalf("event %d comes, want %d", got.Number, want.Number)
		}
	}
}

// end cancels the subscription and waits until its channel closes.
func (s *subscription) end() {
	s.t.Helper()
	s.cancel()
	late := time.After(patience)
	for {
		select {
		case _, ok := <-s.events:
			if !ok {
				return
			}
		case <-late:
			s.t.Error("the channel does not close")
			return
		}
	}
}
