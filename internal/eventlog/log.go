package eventlog

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/event"
	"slotcast/ent/predicate"
	"slotcast/ent/shard"
	"slotcast/internal/apperr"
	"slotcast/internal/dbtx"
	"slotcast/internal/metrics"
	"slotcast/internal/viewer"
)

// OwedFunc names the messages that are owed of an event, as [Owing] writes them,
// inside the transaction that appends it. What the draft leads to may not be
// kept.
type OwedFunc func(ctx context.Context, tx *ent.Tx, e *Event, d *Draft) ([]string, error)

// BodyFunc makes what most webhooks are sent of an event from its draft, which
// costs a fraction of what it takes to make it from the snapshot. It is called for
// events that are owed, and may return "".
type BodyFunc func(e *Event, d *Draft) string

// Publisher is told of committed events. It returns at once and may drop them.
type Publisher interface {
	Publish(events ...*Event)
}

// Config is what a Log is made of.
type Config struct {
	Client    *ent.Client
	Owed      OwedFunc
	Body      BodyFunc // nil: events are kept without
	Publisher Publisher
	Now       func() time.Time // nil means time.Now
	Past      bool             // Now is not about now: ids carry its times
	Metrics   *metrics.Log     // nil: nothing is measured
}

// Log appends events and reads them from the table.
type Log struct {
	client     *ent.Client
	owed       OwedFunc
	body       BodyFunc
	publisher  Publisher
	now        func() time.Time
	past       bool
	metrics    *metrics.Log
	shards     int
	generation int64
}

// Init makes the rows of the shards where there are none yet: their number
// stays what it was at the first start. Several processes may call it at once.
func Init(ctx context.Context, client *ent.Client, shards int, now time.Time) error {
	ctx = viewer.System(ctx)
	err := dbtx.Run(ctx, client, func(tx *ent.Tx) error {
		n, err := tx.Shard.Query().Count(ctx)
		if err != nil || n > 0 {
			return err
		}
		counters := make([]*ent.ShardCreate, shards)
		leases := make([]*ent.LeaseCreate, shards)
		for i := range shards {
			counters[i] = tx.Shard.Create().SetID(i).SetGeneration(now.UnixMilli())
			leases[i] = tx.Lease.Create().SetID(i)
		}
		if err := tx.Shard.CreateBulk(counters...).Exec(ctx); err != nil {
			return fmt.Errorf("making the shards: %w", err)
		}
		if err := tx.Lease.CreateBulk(leases...).Exec(ctx); err != nil {
			return fmt.Errorf("making the leases: %w", err)
		}
		return nil
	})
	if ent.IsConstraintError(err) {
		return nil // another process has just made them
	}
	return err
}

// Open reads the shards that Init made.
func Open(ctx context.Context, c Config) (*Log, error) {
	rows, err := c.Client.Shard.Query().All(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading the shards: %w", err)
	}
	if len(rows) == 0 {
		return nil, errors.New("the log has no shards: run slotcast migrate up")
	}
	l := &Log{
		client: c.Client, owed: c.Owed, body: c.Body, publisher: c.Publisher, now: c.Now, past: c.Past, metrics: c.Metrics,
		shards: len(rows), generation: rows[0].Generation,
	}
	if l.now == nil {
		l.now = time.Now
	}
	return l, nil
}

// Shards returns how many shards the log has.
func (l *Log) Shards() int { return l.shards }

// Generation returns the birth of the log in Unix milliseconds.
func (l *Log) Generation() int64 { return l.generation }

// ShardOf returns the shard that all events of an app are in.
func (l *Log) ShardOf(appID string) int {
	h := fnv.New32a()
	_, _ = h.Write([]byte(appID))
	return int(h.Sum32() % uint32(l.shards)) //nolint:gosec // a handful of shards
}

// Head returns the position behind the newest committed event of a shard.
func (l *Log) Head(ctx context.Context, shardID int) (Position, error) {
	n, err := l.client.Shard.Query().Where(shard.ID(shardID)).Select(shard.FieldHead).Int(viewer.System(ctx))
	if err != nil {
		return Position{}, fmt.Errorf("reading the head of shard %d: %w", shardID, err)
	}
	return Position{Shard: shardID, Generation: l.generation, Number: int64(n)}, nil
}

// Heads returns the number of the newest committed event of each shard.
func (l *Log) Heads(ctx context.Context) ([]int64, error) {
	rows, err := l.client.Shard.Query().All(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading the heads: %w", err)
	}
	heads := make([]int64, l.shards)
	for _, r := range rows {
		if r.ID < len(heads) {
			heads[r.ID] = r.Head
		}
	}
	return heads, nil
}

// Resume checks a position that came from outside against the log: one of an
// app in another shard or from the future is BAD_USER_INPUT about the given
// field, one of another generation CURSOR_EXPIRED.
func (l *Log) Resume(ctx context.Context, field string, p Position, shardID int) error {
	if p.Shard != shardID {
		return apperr.BadInput(field, "the cursor belongs to another app's events")
	}
	if p.Generation != l.generation {
		return expired()
	}
	head, err := l.Head(ctx, shardID)
	if err != nil {
		return err
	}
	if p.Number > head.Number {
		return apperr.BadInput(field, "the cursor is ahead of the log: pass it on unchanged, or leave it out to start from now")
	}
	return nil
}

// After reads up to limit events behind p from the table, in order. None means
// that p is at the head; events that retention has removed are CURSOR_EXPIRED.
func (l *Log) After(ctx context.Context, p Position, limit int) ([]*Event, error) {
	events, err := l.read(ctx, p, limit)
	if err != nil || len(events) > 0 {
		return events, err
	}
	head, err := l.Head(ctx, p.Shard)
	if err != nil || head.Number <= p.Number {
		return nil, err
	}
	events, err = l.read(ctx, p, limit) // committed meanwhile, or gone
	if err == nil && len(events) == 0 {
		err = expired()
	}
	return events, err
}

func (l *Log) read(ctx context.Context, p Position, limit int) ([]*Event, error) {
	rows, err := l.client.Event.Query().
		Where(event.Shard(p.Shard), event.NumberGT(p.Number)).
		Order(event.ByNumber()).Limit(limit).
		All(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading events behind %s: %w", p, err)
	}
	events := make([]*Event, len(rows))
	for i, r := range rows {
		if r.Number != p.Number+int64(i)+1 {
			return nil, expired()
		}
		events[i] = l.fromRow(r)
	}
	return events, nil
}

// Between reads the events of a shard behind a number and up to another, in order.
// It answers with those that there are: retention may have removed others.
func (l *Log) Between(ctx context.Context, shardID int, after, upTo int64) ([]*Event, error) {
	return l.list(ctx, int(max(0, upTo-after)), event.Shard(shardID), event.NumberGT(after), event.NumberLTE(upTo))
}

// Owed is Between for what a webhook of an app is owed, at most limit events.
func (l *Log) Owed(ctx context.Context, shardID int, appID, webhookID string, after, upTo int64, limit int) ([]*Event, error) {
	return l.list(ctx, limit, event.AppID(appID), event.Shard(shardID), event.NumberGT(after), event.NumberLTE(upTo), owedTo(webhookID))
}

func (l *Log) list(ctx context.Context, limit int, where ...predicate.Event) ([]*Event, error) {
	rows, err := l.client.Event.Query().Where(where...).Order(event.ByNumber()).Limit(limit).All(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading events: %w", err)
	}
	events := make([]*Event, len(rows))
	for i, r := range rows {
		events[i] = l.fromRow(r)
	}
	return events, nil
}

// owedTo selects events by the text of what is owed: ids are all of one length,
// and none is in another.
func owedTo(webhookID string) predicate.Event {
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString("CAST(").Ident(s.C(event.FieldOwed)).WriteString(" AS text) LIKE ").Arg(`%"` + webhookID + "%")
		}))
	}
}

// ByID reads events by their ids; those that are not kept any more are missing
// from the answer.
func (l *Log) ByID(ctx context.Context, ids ...string) (map[string]*Event, error) {
	rows, err := l.client.Event.Query().Where(event.IDIn(ids...)).All(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("reading events by id: %w", err)
	}
	events := make(map[string]*Event, len(rows))
	for _, r := range rows {
		events[r.ID] = l.fromRow(r)
	}
	return events, nil
}

func expired() error {
	return apperr.New(apperr.CursorExpired,
		"the events behind this cursor are no longer kept: read the current state, then follow from now")
}

func (l *Log) fromRow(r *ent.Event) *Event {
	return &Event{
		ID: r.ID, AppID: r.AppID, Shard: r.Shard, Generation: l.generation, Number: r.Number,
		Trigger: r.Trigger, MeetingID: r.MeetingID, SeriesID: r.SeriesID, AttendeeID: r.AttendeeID,
		Sequence: r.Sequence, OccurredAt: r.OccurredAt.UTC(), Owed: r.Owed, Snapshot: r.Snapshot,
		Body: r.Body,
	}
}
