package redistail

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"slotcast/internal/eventlog"
)

const batch = 100

// write sends what is queued until ctx ends. After a failure it looks whether
// Redis is back, so that a process with nothing to send notices too.
func (s *Source) write(ctx context.Context) {
	for {
		var probe <-chan time.Time
		if !s.writing.Load() {
			probe = time.After(time.Second)
		}
		select {
		case e := <-s.queue:
			s.send(ctx, s.gather(e))
		case <-probe:
			s.wrote(ctx, s.client.Ping(ctx).Err())
		case <-ctx.Done():
			return // what is queued is in the table
		}
	}
}

// gather takes what else is queued, in the order of the log: Redis refuses an
// entry behind a later one.
func (s *Source) gather(first *eventlog.Event) []*eventlog.Event {
	events := []*eventlog.Event{first}
	for len(events) < batch {
		select {
		case e := <-s.queue:
			events = append(events, e)
			continue
		default:
		}
		break
	}
	slices.SortFunc(events, func(a, b *eventlog.Event) int {
		return cmp.Or(cmp.Compare(a.Shard, b.Shard), cmp.Compare(a.Number, b.Number))
	})
	return events
}

// send adds the entries in one round trip, and looks at each stream's length:
// one that is much shorter than its numbers say was lost.
func (s *Source) send(ctx context.Context, events []*eventlog.Event) {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	last := map[int]*eventlog.Event{}
	lengths := map[int]*redis.IntCmd{}
	pipe := s.client.Pipeline()
	for _, e := range events {
		body, err := encode(e)
		if err != nil {
			s.logger.ErrorContext(ctx, "event_unencoded", "event_id", e.ID, "error", err)
			continue
		}
		pipe.XAdd(ctx, &redis.XAddArgs{
			Stream: s.key(e.Shard), ID: s.id(e.Number), MaxLen: s.window, Approx: true, Values: []any{field, body},
		})
		last[e.Shard] = e
	}
	for shard := range last {
		lengths[shard] = pipe.XLen(ctx, s.key(shard))
		pipe.Expire(ctx, s.key(shard), 24*time.Hour)
	}
	if !s.wrote(ctx, failure(pipe.Exec(ctx))) {
		s.drop(len(events))
		return
	}
	for shard, length := range lengths {
		number := last[shard].Number
		if want := min(s.window, number-s.floor[shard]); length.Val() < want/2 && !s.refill(ctx, last[shard].Position()) {
			s.floor[shard] = number
		}
	}
}

// wrote notes whether Redis took the last write.
func (s *Source) wrote(ctx context.Context, err error) bool {
	ok := err == nil
	if s.writing.Swap(ok) != ok {
		s.logger.InfoContext(ctx, "redis_writer", "ok", ok, "error", err)
	}
	return ok
}

// failure returns the first error of a pipeline that is not Redis refusing an
// entry because it has that one, or a later one, already.
func failure(commands []redis.Cmder, err error) error {
	if err == nil {
		return nil
	}
	for _, c := range commands {
		if e := c.Err(); e != nil && !strings.Contains(e.Error(), "equal or smaller than the target stream top item") {
			return e
		}
	}
	if len(commands) == 0 {
		return err
	}
	return nil
}

// rebuild replaces a stream by the given entries, unless it has a later one.
// KEYS[1] the stream; ARGV: the newest entry's number, then id, event, id, …
var rebuild = redis.NewScript(`
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if #newest > 0 then
  local number = tonumber(string.match(newest[1][1], '%-(%d+)$'))
  if number > tonumber(ARGV[1]) then return 0 end
end
redis.call('DEL', KEYS[1])
for i = 2, #ARGV, 2 do redis.call('XADD', KEYS[1], ARGV[i], 'e', ARGV[i + 1]) end
redis.call('EXPIRE', KEYS[1], 86400)
return 1`)

// refill writes a shard's newest events up to p back into its stream. It
// returns false when the table does not have them any more.
func (s *Source) refill(ctx context.Context, p eventlog.Position) bool {
	if s.history == nil {
		return false
	}
	from := p
	from.Number = max(s.floor[p.Shard], p.Number-s.window)
	events, err := s.history.After(ctx, from, int(p.Number-from.Number))
	if err != nil || len(events) == 0 {
		s.logger.WarnContext(ctx, "redis_refill_unread", "position", from.String(), "error", err)
		return false
	}
	args := []any{events[len(events)-1].Number}
	for _, e := range events {
		body, err := encode(e)
		if err != nil {
			return false
		}
		args = append(args, s.id(e.Number), body)
	}
	n, err := rebuild.Run(ctx, s.client, []string{s.key(p.Shard)}, args...).Int()
	s.logger.InfoContext(ctx, "redis_refill", "position", p.String(), "events", len(events), "written", n == 1, "error", err)
	return true
}
