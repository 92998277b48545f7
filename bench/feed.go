package main

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"slotcast/ent"
	"slotcast/ent/meeting"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/redistail"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// feed appends events as another server would: through the log, in transactions
// of their own, announced over Redis once they are committed.
type feed struct {
	log      *eventlog.Log
	source   *redistail.Source
	client   redis.UniversalClient
	sample   *ent.Meeting
	tenants  map[string]*tenant
	both     bool         // one series in four is owed to all of its app's webhooks
	commands atomic.Int64 // that the feed itself gave Redis
	owing    atomic.Int64 // messages committed so far
	stop     context.CancelFunc
	ended    chan error

	mu        sync.Mutex
	committed map[string]commit // by event
}

// commit is when an event's transaction came back, and the place of its webhook.
type commit struct {
	at   time.Time
	hook int
}

// newFeed's owner calls close.
func newFeed(ctx context.Context, r *rig, sample *ent.Event, all []*tenant) (_ *feed, err error) {
	d := &feed{tenants: map[string]*tenant{}, committed: map[string]commit{}, ended: make(chan error, 1)}
	for _, t := range all {
		d.tenants[t.appID] = t
	}
	d.sample, err = r.db.Client.Meeting.Query().Where(meeting.ID(sample.MeetingID)).
		WithEventType().WithAgents().WithAttendees().WithPayment().Only(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading the sample's meeting: %w", err)
	}
	if d.client, err = redistail.NewClient(r.redis.url()); err != nil {
		return nil, err
	}
	d.client.AddHook(counter{&d.commands})
	d.log, err = eventlog.Open(ctx, eventlog.Config{Client: r.db.Client, Owed: d.owed, Body: wire.Kept, Publisher: d})
	if err != nil {
		return nil, err
	}
	d.source = redistail.New(redistail.Config{
		Client: d.client, Generation: d.log.Generation(), Shards: d.log.Shards(), History: d.log, Logger: slog.New(slog.DiscardHandler),
	})
	heads, err := d.log.Heads(ctx)
	if err != nil {
		return nil, err
	}
	running, stop := context.WithCancel(context.WithoutCancel(ctx))
	d.stop = stop
	go func() { d.ended <- d.source.Run(running, heads, func(context.Context, []*eventlog.Event) {}) }()
	return d, nil
}

func (d *feed) close() error {
	d.stop()
	return errors.Join(<-d.ended, d.client.Close())
}

// hookOf is the place of a series' webhook among its app's.
func (t *tenant) hookOf(seriesID string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(seriesID))
	return int(h.Sum32() % uint32(len(t.hooks))) //nolint:gosec // a handful of webhooks
}

// owed owes an event to the webhook of its series, or to all.
func (d *feed) owed(_ context.Context, _ *ent.Tx, e *eventlog.Event, _ *eventlog.Draft) ([]string, error) {
	t := d.tenants[e.AppID]
	if len(t.hooks) == 0 {
		return nil, nil
	}
	if d.both && e.SeriesID[len(e.SeriesID)-1]%4 == 0 {
		return t.hooks, nil
	}
	return []string{t.hooks[t.hookOf(e.SeriesID)]}, nil
}

// Publish notes the time, which is when the commit has come back, and announces
// the events.
func (d *feed) Publish(events ...*eventlog.Event) {
	now := time.Now()
	d.mu.Lock()
	for _, e := range events {
		d.owing.Add(int64(len(e.Owed)))
		hook := 0
		if t := d.tenants[e.AppID]; len(t.hooks) > 0 {
			hook = t.first + t.hookOf(e.SeriesID)
		}
		d.committed[e.ID] = commit{now, hook}
	}
	d.mu.Unlock()
	d.source.Publish(events...)
}

// move is one event to append.
type move struct {
	trigger  domain.Trigger
	seriesID string
	sequence int
}

// tell appends events of an app's meetings in one transaction.
func (d *feed) tell(ctx context.Context, t *tenant, moves ...move) ([]*eventlog.Event, error) {
	drafts := make([]*eventlog.Draft, len(moves))
	for i, m := range moves {
		copied := *d.sample
		copied.ID, copied.SeriesID, copied.AppID, copied.Sequence = m.seriesID, m.seriesID, t.appID, m.sequence
		drafts[i] = &eventlog.Draft{Trigger: m.trigger, Meeting: &copied}
	}
	return d.log.InTx(viewer.System(ctx), func(context.Context, *ent.Tx) ([]*eventlog.Draft, error) { return drafts, nil })
}

// book appends one event of a new meeting.
func (d *feed) book(ctx context.Context, t *tenant) error {
	_, err := d.tell(ctx, t, move{domain.MeetingBooked, typeid.New(typeid.Meeting), 1})
	return err
}

// waits returns how long after its commit each message came, for the webhooks
// from one on: first arrivals of all their events, or an error.
func (d *feed) waits(came []Arrival, from int) (waits []time.Duration, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	first := map[string]int64{}
	for _, a := range came {
		if _, again := first[a.ID]; !again {
			first[a.ID] = a.At
		}
	}
	for id, c := range d.committed {
		if c.hook < from {
			continue
		}
		at, ok := first[id]
		if !ok {
			return nil, fmt.Errorf("the message of event %s did not come", id)
		}
		waits = append(waits, time.Unix(0, at).Sub(c.at))
	}
	if len(waits) == 0 {
		return nil, errors.New("there was no event")
	}
	return waits, nil
}

// counter counts the commands of a client.
type counter struct{ n *atomic.Int64 }

// DialHook counts nothing.
func (c counter) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

// ProcessHook counts one command.
func (c counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.n.Add(1)
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook counts the commands of a pipeline.
func (c counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, commands []redis.Cmder) error {
		c.n.Add(int64(len(commands)))
		return next(ctx, commands)
	}
}

// rounds returns a step that books with the tenants in turn.
func (d *feed) rounds(all []*tenant) step {
	var turn atomic.Int64
	return func(ctx context.Context) error { return d.book(ctx, all[int(turn.Add(1))%len(all)]) }
}

// count is how many events have been committed.
func (d *feed) count() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.committed)
}

// committedAt is when an event's commit came back; zero once it is forgotten.
func (d *feed) committedAt(id string) time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.committed[id].at
}

// forget drops the times of the commits so far.
func (d *feed) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	clear(d.committed)
}
