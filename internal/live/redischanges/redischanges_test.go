package redischanges_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"slotcast/internal/eventlog/redistail"
	"slotcast/internal/eventlog/redistail/redistest"
	"slotcast/internal/live"
	"slotcast/internal/live/redischanges"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	patience = 20 * time.Second
	beat     = 50 * time.Millisecond
)

// process is one of several that share a log.
type process struct {
	*live.Changes
	relay *redischanges.Relay
}

func start(t *testing.T, server *redistest.Server, generation int64) *process {
	t.Helper()
	p := &process{Changes: live.NewChanges()}
	p.relay = redischanges.New(redischanges.Config{
		Client: connect(t, server), Generation: generation, Changes: p.Changes, Beat: beat, Logger: slog.New(slog.DiscardHandler),
	})
	p.Through(p.relay)
	ctx, stop := context.WithCancel(t.Context())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := p.relay.Run(ctx); err != nil {
			t.Errorf("Run = %v", err)
		}
	})
	t.Cleanup(func() { stop(); ended.Wait() })
	return p
}

func connect(t *testing.T, server *redistest.Server) redis.UniversalClient {
	t.Helper()
	client, err := redistail.NewClient(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func await(t *testing.T, what string, condition func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !condition() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

// heard waits until an app has changes behind a place, and returns them.
func (p *process) heard(t *testing.T, app string, place int64) (ids []string, at int64) {
	t.Helper()
	await(t, "it hears of a change", func() bool {
		var ok bool
		if ids, at, _, ok = p.Since(app, place); !ok {
			t.Fatal("the changes are not kept")
		}
		return len(ids) > 0
	})
	return ids, at
}

func TestOtherProcessesHear(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a, b, stranger := start(t, server, 1), start(t, server, 1), start(t, server, 2)
	stranger.Watch(t.Context(), "app_b")
	listening := connect(t, server).Subscribe(t.Context(), "slotcast:changes:1")
	defer func() { _ = listening.Close() }()
	if _, err := listening.Receive(t.Context()); err != nil {
		t.Fatal(err)
	}

	ctx, leave := context.WithCancel(t.Context())
	place := a.Watch(ctx, "app_a")
	await(t, "b knows what a watches", func() bool { return b.Wants("app_a") })
	if b.Wants("app_b") {
		t.Error("an app is wanted of another log")
	}
	b.Tell("app_b", "dlv_unwanted")
	b.Tell("app_a", "dlv_1", "dlv_2")
	ids, place := a.heard(t, "app_a", place)
	if !slices.Equal(ids, []string{"dlv_1", "dlv_2"}) {
		t.Errorf("a hears %v", ids)
	}
	a.Tell("app_a", "dlv_3") // what it says itself it has once
	b.Tell("app_a", "dlv_4")
	await(t, "a hears the last", func() bool {
		ids, _, _, _ = a.Since("app_a", place)
		return slices.Contains(ids, "dlv_4")
	})
	if !slices.Equal(ids, []string{"dlv_3", "dlv_4"}) {
		t.Errorf("a hears %v", ids)
	}
	leave()
	await(t, "b knows that nobody watches", func() bool { return !b.Wants("app_a") })
	b.Tell("app_a", "dlv_unwatched")

	// Of what was published, nothing is about what nobody watches.
	last := b.Watch(t.Context(), "app_last")
	await(t, "a knows what b watches", func() bool { return a.Wants("app_last") })
	a.Tell("app_last", "dlv_last")
	b.heard(t, "app_last", last)
	for seen := ""; !strings.Contains(seen, "dlv_last"); {
		m, err := listening.ReceiveMessage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if seen = m.Payload; strings.Contains(seen, "dlv_un") || strings.Contains(seen, "dlv_3") {
			t.Errorf("published without need: %s", seen)
		}
	}
}

// While Redis is away both know that they hear nothing, and it goes on by itself.
func TestRedisIsAway(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a, b := start(t, server, 1), start(t, server, 1)
	place := a.Watch(t.Context(), "app_a")
	await(t, "it is healthy", a.relay.Healthy)
	if b.relay.Healthy() {
		t.Error("who has said nothing knows that he hears")
	}
	server.Stop()
	await(t, "it is not", func() bool { return !a.relay.Healthy() })
	await(t, "what cannot be sent is dropped", func() bool {
		b.relay.Send("app_a", []string{"dlv_lost"})
		return b.relay.Dropped() > 0
	})
	server.Start()
	await(t, "it is healthy again", a.relay.Healthy)
	await(t, "b knows what a watches", func() bool { return b.Wants("app_a") })
	await(t, "a hears of a change", func() bool {
		b.Tell("app_a", "dlv_1") // the first may still be lost
		ids, _, _, _ := a.Since("app_a", place)
		return slices.Contains(ids, "dlv_1")
	})
}

// Nobody waits for Redis: what there is no room for is dropped.
func TestQueueIsBounded(t *testing.T) {
	t.Parallel()
	r := redischanges.New(redischanges.Config{Changes: live.NewChanges()}) // it does not run
	for i := range 2000 {
		r.Send("app_a", []string{fmt.Sprint(i)})
	}
	if n := r.Dropped(); n < 1000 {
		t.Errorf("%d of 2000 are dropped", n)
	}
}

// What is no message of ours stops nobody.
func TestForeignMessages(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a, b := start(t, server, 1), start(t, server, 1)
	place := a.Watch(t.Context(), "app_a")
	await(t, "b knows what a watches", func() bool { return b.Wants("app_a") })
	client := connect(t, server)
	for _, text := range []string{"", "no JSON", "[]", `{"changed": 1}`, `{"from": "x", "changed": {"app_a": null}}`} {
		if err := client.Publish(t.Context(), "slotcast:changes:1", text).Err(); err != nil {
			t.Fatal(err)
		}
	}
	b.Tell("app_a", "dlv_1")
	if ids, _ := a.heard(t, "app_a", place); !slices.Equal(ids, []string{"dlv_1"}) {
		t.Errorf("a hears %v", ids)
	}
}

// What was told before the end is sent, as what is delivered last is told last.
func TestTheLastIsSent(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	a := start(t, server, 1)
	place := a.Watch(t.Context(), "app_a")
	await(t, "it is healthy", a.relay.Healthy)
	var want []string
	for i := range 20 {
		id := fmt.Sprint("dlv_", i)
		want = append(want, id)
		ending := redischanges.New(redischanges.Config{
			Client: connect(t, server), Generation: 1, Changes: live.NewChanges(), Logger: slog.New(slog.DiscardHandler),
		})
		ending.Send("app_a", []string{id})
		ctx, end := context.WithCancel(t.Context())
		end()
		if err := ending.Run(ctx); err != nil {
			t.Errorf("Run = %v", err)
		}
	}
	var all []string
	await(t, "it hears of all", func() bool {
		ids, _, _, _ := a.Since("app_a", place)
		all = ids
		return len(all) >= len(want)
	})
	if !slices.Equal(all, want) {
		t.Errorf("it hears of %v, want %v", all, want)
	}
}
