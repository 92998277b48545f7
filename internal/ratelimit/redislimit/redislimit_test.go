package redislimit_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"slotcast/internal/eventlog/redistail"
	"slotcast/internal/eventlog/redistail/redistest"
	"slotcast/internal/ratelimit"
	"slotcast/internal/ratelimit/locallimit"
	"slotcast/internal/ratelimit/ratelimittest"
	"slotcast/internal/ratelimit/redislimit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	ratelimittest.Run(t, func(t *testing.T) ratelimittest.Limiter {
		return own{t.Name(), newLimiter(t, server.URL()).Limiter}
	})
}

// own gives each test keys of its own on one Redis.
type own struct {
	test string
	*redislimit.Limiter
}

func (o own) Take(ctx context.Context, key string, r ratelimit.Rate, cost int) ratelimit.Result {
	return o.Limiter.Take(ctx, o.test+key, r, cost)
}

// patient is longer than any machine takes to answer: tests that count must not
// fall back by chance.
const patient = 10 * time.Second

var five = ratelimit.Rate{Requests: 5, Per: time.Hour}

// fixture is a limiter with a clock and a log that the test reads.
type fixture struct {
	*redislimit.Limiter
	t   *testing.T
	log *lines

	mu  sync.Mutex
	now time.Time
}

func newLimiter(t *testing.T, url string, change ...func(*redislimit.Config)) *fixture {
	t.Helper()
	client, err := redistail.NewClient(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	f := &fixture{t: t, log: &lines{}, now: time.Date(2027, 1, 4, 9, 0, 0, 0, time.UTC)}
	c := redislimit.Config{
		Client: client, Local: locallimit.New(locallimit.Config{}), Budget: patient,
		Now: f.clock, Logger: slog.New(slog.NewTextHandler(f.log, nil)),
	}
	for _, edit := range change {
		edit(&c)
	}
	f.Limiter = redislimit.New(c)
	return f
}

func (f *fixture) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

func (f *fixture) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// left takes one request and returns how many there are left; -1: refused.
func (f *fixture) left() int {
	f.t.Helper()
	r := f.Take(f.t.Context(), "key", five, 1)
	if !r.Allowed {
		return -1
	}
	return r.Remaining
}

// lines are those of a log.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *lines) count(words string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), words)
}

// TestProcessesCountTogether, and leave keys that end by themselves.
func TestProcessesCountTogether(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	one, other := newLimiter(t, server.URL()), newLimiter(t, server.URL())
	for _, want := range []int{4, 2, 0} {
		if left := one.left(); left != want {
			t.Errorf("one process has %d left, want %d", left, want)
		}
		if left := other.left(); left != want-1 {
			t.Errorf("the other process has %d left, want %d", left, want-1)
		}
	}
	client, err := redistail.NewClient(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	keys, err := client.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) != 1 || keys[0] != "rate:slotcast:key" {
		t.Fatalf("keys %v, %v", keys, err)
	}
	if ttl := client.TTL(t.Context(), keys[0]).Val(); ttl <= 0 || ttl > time.Hour {
		t.Errorf("the key lives for %v", ttl)
	}
}

// TestRedisDies: the process counts by itself until Redis is back, and asks it
// once a second.
func TestRedisDies(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	f := newLimiter(t, server.URL())
	for _, want := range []int{4, 3, 2} {
		if left := f.left(); left != want {
			t.Fatalf("with Redis %d left, want %d", left, want)
		}
	}
	server.Stop()
	for _, want := range []int{4, 3, 2, 1, 0, -1, -1} {
		if left := f.left(); left != want {
			t.Errorf("without Redis %d left, want %d", left, want)
		}
		f.pass(300 * time.Millisecond) // it is asked again in between
	}
	server.Start() // empty
	for f.pass(time.Second); f.left() < 0; f.pass(time.Second) {
	}
	if left := f.left(); left != 3 {
		t.Errorf("with Redis again %d left, want 3", left)
	}
	if down, up := f.log.count("ok=false"), f.log.count("ok=true"); down != 1 || up != 1 {
		t.Errorf("the log says %d times that Redis is away and %d times that it is back:\n%s", down, up, &f.log.text)
	}
}

// TestSilentRedis: one that takes connections and says nothing costs one request
// its time, and the others nothing.
func TestSilentRedis(t *testing.T) {
	t.Parallel()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	var asked atomic.Int64
	f := newLimiter(t, "redis://"+l.Addr().String(), func(c *redislimit.Config) {
		c.Budget = 20 * time.Millisecond
		c.Client.AddHook(counting{&asked})
	})
	for _, want := range []int{4, 3, 2, 1, 0, -1} {
		if left := f.left(); left != want {
			t.Errorf("%d left, want %d", left, want)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("Redis was asked %d times within the second", n)
	}
	f.pass(time.Second)
	var callers sync.WaitGroup
	for range 20 {
		callers.Go(func() { f.left() })
	}
	callers.Wait()
	if n := asked.Load(); n != 2 {
		t.Errorf("Redis was asked %d times in all, want one of 20 callers to try", n)
	}
	if down := f.log.count("ok=false"); down != 1 {
		t.Errorf("the log says %d times that Redis is away", down)
	}
}

// counting counts the scripts that are run.
type counting struct{ n *atomic.Int64 }

func (counting) DialHook(next redis.DialHook) redis.DialHook { return next }

func (counting) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (c counting) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() == "evalsha" {
			c.n.Add(1)
		}
		return next(ctx, cmd)
	}
}

// TestRefusingRedis: an error is as good as no answer.
func TestRefusingRedis(t *testing.T) {
	t.Parallel()
	f := newLimiter(t, "redis://127.0.0.1:1", func(c *redislimit.Config) { c.Client.AddHook(refusing{}) })
	if left := f.left(); left != 4 {
		t.Errorf("%d left, want 4 by the process's own count", left)
	}
	if f.log.count("READONLY") != 1 {
		t.Errorf("the log says %s", &f.log.text)
	}
}

type refusing struct{ counting }

func (refusing) ProcessHook(redis.ProcessHook) redis.ProcessHook {
	return func(_ context.Context, cmd redis.Cmder) error {
		err := errors.New("READONLY You can't write against a read only replica")
		cmd.SetErr(err)
		return err
	}
}

// TestCallerLeaves: that is no fault of Redis.
func TestCallerLeaves(t *testing.T) {
	t.Parallel()
	f := newLimiter(t, redistest.Start(t).URL())
	gone, leave := context.WithCancel(t.Context())
	leave()
	f.Take(gone, "key", five, 1)
	if left := f.left(); left != 4 || f.log.count("ok=") != 0 {
		t.Errorf("%d left in Redis, want 4; the log says %q", left, f.log.text.String())
	}
}
