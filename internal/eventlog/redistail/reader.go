package redistail

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"slotcast/internal/backoff"
	"slotcast/internal/eventlog"
)

// reader follows the streams of one tag.
type reader struct {
	source *Source
	tag    int
	keys   []string
	seen   []string // the id of the last entry read, beside keys
}

func newReader(s *Source, tag int, heads []int64) *reader {
	r := &reader{source: s, tag: tag}
	for shard := tag; shard < s.shards; shard += tags {
		r.keys = append(r.keys, s.key(shard))
		r.seen = append(r.seen, s.id(heads[shard]))
	}
	return r
}

// run reads until ctx ends. After an error it waits a little longer each time,
// up to a second.
func (r *reader) run(ctx context.Context, emit func(context.Context, []*eventlog.Event)) {
	const shortest, longest = 20 * time.Millisecond, time.Second
	pause := shortest
	for ctx.Err() == nil {
		events, err := r.next(ctx)
		if r.source.reading[r.tag].Swap(err == nil) != (err == nil) && ctx.Err() == nil {
			r.tell(ctx, err)
		}
		if err == nil {
			pause = shortest
			emit(ctx, events)
			continue
		}
		_ = backoff.Wait(ctx, pause)
		pause = min(2*pause, longest)
	}
}

// tell logs that the streams can be read, or not any more.
func (r *reader) tell(ctx context.Context, err error) {
	if err != nil {
		r.source.logger.WarnContext(ctx, "redis_unread", "tag", r.tag, "error", err)
		return
	}
	r.source.logger.InfoContext(ctx, "redis_read", "tag", r.tag)
}

// next blocks for the streams' next entries. The context's deadline is the
// watchdog: a connection that has gone silent is noticed a second later.
func (r *reader) next(ctx context.Context) ([]*eventlog.Event, error) {
	ctx, cancel := context.WithTimeout(ctx, r.source.block+time.Second)
	defer cancel()
	streams, err := r.source.client.XRead(ctx, &redis.XReadArgs{
		Streams: slices.Concat(r.keys, r.seen), Count: 256, Block: r.source.block,
	}).Result()
	if errors.Is(err, redis.Nil) {
		return nil, nil // nothing new within the wait
	}
	if err != nil {
		return nil, err
	}
	var events []*eventlog.Event
	for _, s := range streams {
		at := slices.Index(r.keys, s.Stream)
		for _, m := range s.Messages {
			r.seen[at] = m.ID // also of one that cannot be read, or it would come again and again
			e, err := decode(m)
			if err != nil {
				r.source.logger.WarnContext(ctx, "redis_entry_unread", "stream", s.Stream, "entry", m.ID, "error", err)
				continue // the table has it
			}
			events = append(events, e)
		}
	}
	return events, nil
}
