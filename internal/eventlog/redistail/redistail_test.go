package redistail_test

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/redistail"
	"slotcast/internal/eventlog/redistail/redistest"
	"slotcast/internal/eventlog/tailtest"
	"slotcast/internal/metrics"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Parallel()
	tailtest.Run(t, func(t *testing.T) tailtest.Env { return setup(t, 3).env })
}

// fixture is a Redis of its own, and server processes that use it.
type fixture struct {
	server *redistest.Server
	client redis.UniversalClient // the test's own
	env    tailtest.Env
	log    *messages // of the sources

	metrics *metrics.Metrics // of all sources together
}

// messages counts log lines.
type messages struct {
	mu   sync.Mutex
	text strings.Builder
}

func (m *messages) Write(line []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.text.Write(line)
}

func (m *messages) count(message string) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return strings.Count(m.text.String(), message)
}

func setup(t *testing.T, processes int) *fixture {
	t.Helper()
	f := &fixture{server: redistest.Start(t), log: &messages{}, metrics: metrics.New("1.2.3")}
	f.client = connect(t, f.server)
	f.env = tailtest.Env{
		DB: entdbtest.Postgres(t), Processes: processes,
		Source: func(t testing.TB, log *eventlog.Log) eventlog.Source {
			return redistail.New(redistail.Config{
				Client: connect(t, f.server), Generation: log.Generation(), Shards: log.Shards(), History: log,
				Block: 100 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(f.log, nil)), Metrics: f.metrics.Log,
			})
		},
	}
	return f
}

func connect(t testing.TB, server *redistest.Server) redis.UniversalClient {
	t.Helper()
	client, err := redistail.NewClient(server.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.Close(); err != nil {
			t.Errorf("closing the client: %v", err)
		}
	})
	return client
}

// healthy waits until every process expects its events from Redis, or does not.
func healthy(t *testing.T, c *tailtest.Cluster, want bool) {
	t.Helper()
	for i, p := range c.Processes {
		await(t, func() bool { return p.Source.Healthy() == want }, "process %d becomes healthy = %t", i, want)
	}
}

// await polls for a condition that no event tells of.
func await(t *testing.T, condition func() bool, format string, args ...any) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(tailtest.Patience)
	for !condition() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("still waiting until "+format, args...)
		}
	}
}
