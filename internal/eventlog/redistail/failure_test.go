package redistail_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/redis/go-redis/v9"

	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/redistail"
	"slotcast/internal/eventlog/tailtest"
	"slotcast/internal/metrics/metricstest"
)

func key(c *tailtest.Cluster, shard int) string {
	return fmt.Sprintf("slotcast:{%d}:log:%d:%d", shard%8, c.Processes[0].Log.Generation(), shard)
}

func entry(c *tailtest.Cluster, number int64) string {
	return fmt.Sprintf("%d-%d", c.Processes[0].Log.Generation(), number)
}

// Events of one process reach the others through Redis, without any poll.
func TestOtherProcessesHear(t *testing.T) {
	t.Parallel()
	f := setup(t, 3)
	c := tailtest.Start(t, f.env, tailtest.Timing{Poll: tailtest.Never})
	shard := c.Shard(c.Apps[0])
	for n := range int64(10) {
		c.Append(t, int(n)%3, 0, 1)
		for i := range c.Processes {
			c.Follow(t, i, c.At(shard, n), n+1)
		}
	}
}

// A flush loses the streams and nothing else: readers go on, and the stream is
// filled again under the ids it had.
func TestFlush(t *testing.T) {
	t.Parallel()
	f := setup(t, 2)
	c := tailtest.Start(t, f.env, tailtest.Timing{Poll: tailtest.Never})
	shard := c.Shard(c.Apps[0])
	c.Append(t, 0, 0, 10)
	c.Follow(t, 1, c.At(shard, 0), 10)
	f.server.Flush()
	c.Append(t, 0, 0, 10)
	for i := range c.Processes {
		c.Same(t, c.At(shard, 0), c.Follow(t, i, c.At(shard, 0), 20))
	}
	await(t, func() bool {
		entries, err := f.client.XRange(t.Context(), key(c, shard), "-", "+").Result()
		return err == nil && len(entries) == 20
	}, "the stream has its 20 entries again")
	entries, err := f.client.XRange(t.Context(), key(c, shard), "-", "+").Result()
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range entries {
		if want := entry(c, int64(i)+1); m.ID != want {
			t.Errorf("entry %d has the id %s, want %s", i, m.ID, want)
		}
	}
}

// Redis dies with all it had and comes back empty, while events keep coming.
func TestStopAndStart(t *testing.T) {
	t.Parallel()
	f := setup(t, 2)
	c := tailtest.Start(t, f.env, tailtest.Brisk)
	shard := c.Shard(c.Apps[0])
	total := int64(0)
	more := func() {
		c.Append(t, int(total)%2, 0, 5)
		total += 5
		for i := range c.Processes {
			c.Follow(t, i, c.At(shard, total-5), total)
		}
	}
	more()
	for range 2 {
		f.server.Stop()
		more()
		healthy(t, c, false)
		more()
		await(t, func() bool { return dropped(c) > 0 }, "what could not be sent is counted")
		f.server.Start()
		more()
		healthy(t, c, true)
	}
	for i := range c.Processes {
		c.Same(t, c.At(shard, 0), c.Follow(t, i, c.At(shard, 0), total))
	}
	await(t, func() bool {
		return metricstest.Value(metricstest.Families(t, f.metrics), "slotcast_redis_publish_errors_total") == float64(dropped(c))
	}, "the metrics say the same")
}

func dropped(c *tailtest.Cluster) (n int64) {
	for _, p := range c.Processes {
		n += p.Source.(*redistail.Source).Dropped()
	}
	return n
}

// What retention has removed cannot be refilled: the stream goes on without it,
// and is not rebuilt with every event.
func TestRefillOfRemovedHistory(t *testing.T) {
	t.Parallel()
	f := setup(t, 1)
	c := tailtest.Start(t, f.env, tailtest.Timing{Poll: tailtest.Never})
	shard := c.Shard(c.Apps[0])
	c.Append(t, 0, 0, 10)
	c.Follow(t, 0, c.At(shard, 0), 10)
	c.Trim(t, shard, 8)
	f.server.Flush()
	for n := int64(10); n < 20; n++ {
		c.Append(t, 0, 0, 1)
		c.Follow(t, 0, c.At(shard, n), n+1)
	}
	entries, err := f.client.XRange(t.Context(), key(c, shard), "-", "+").Result()
	if err != nil || len(entries) != 10 || entries[0].ID != entry(c, 11) {
		t.Fatalf("the stream has %d entries, %v", len(entries), err)
	}
	if n := f.log.count("redis_refill_unread"); n != 1 {
		t.Errorf("a refill was tried %d times", n)
	}
}

// Whatever else lies in the streams, of another life of the database or not an
// event at all, no reader sees it or stops at it.
func TestForeignEntries(t *testing.T) {
	t.Parallel()
	f := setup(t, 1)
	c := tailtest.Start(t, f.env, tailtest.Brisk)
	shard := c.Shard(c.Apps[0])
	generation := c.Processes[0].Log.Generation()
	add := func(id, body string) {
		t.Helper()
		err := f.client.XAdd(t.Context(), &redis.XAddArgs{Stream: key(c, shard), ID: id, Values: []any{"e", body}}).Err()
		if err != nil {
			t.Fatal(err)
		}
	}
	event := func(e *eventlog.Event) string {
		t.Helper()
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	c.Append(t, 0, 0, 3)
	c.Follow(t, 0, c.At(shard, 0), 3)
	await(t, func() bool { return f.client.XLen(t.Context(), key(c, shard)).Val() == 3 }, "three entries are there")

	add(entry(c, 4), event(&eventlog.Event{Shard: shard, Generation: generation - 1, Number: 4, ID: "older"}))
	add(entry(c, 5), "no event")
	add(entry(c, 6), event(&eventlog.Event{Shard: 1 << 20, Generation: generation, Number: 4, ID: "no shard"}))
	add(entry(c, 7), event(&eventlog.Event{Shard: -1, Generation: generation, Number: 4, ID: "no shard"}))
	add(fmt.Sprintf("%d-1", generation+1), event(&eventlog.Event{Shard: shard, Generation: generation + 1, Number: 4, ID: "younger"}))

	c.Append(t, 0, 0, 10)
	c.Same(t, c.At(shard, 0), c.Follow(t, 0, c.At(shard, 0), 13))
	if n := f.log.count("redis_entry_unread"); n != 1 {
		t.Errorf("the entry that is no event was read %d times", n)
	}
}
