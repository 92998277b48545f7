package memtail_test

import (
	"testing"

	"go.uber.org/goleak"

	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/eventlog"
	"slotcast/internal/eventlog/memtail"
	"slotcast/internal/eventlog/tailtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestConformance(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name      string
		open      func(t testing.TB) *entdb.DB
		processes int
	}{
		{"sqlite", entdbtest.SQLite, 1},
		{"postgres", entdbtest.Postgres, 1},
		{"postgres, three processes", entdbtest.Postgres, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			tailtest.Run(t, func(t *testing.T) tailtest.Env {
				return tailtest.Env{
					DB: test.open(t), Processes: test.processes,
					Source: func(testing.TB, *eventlog.Log) eventlog.Source { return memtail.New(test.processes == 1) },
				}
			})
		})
	}
}

// A queue that is full drops events and never blocks the writer; the table has
// them.
func TestOverflowIsReadFromTheTable(t *testing.T) {
	t.Parallel()
	source := memtail.New(true)
	c := tailtest.NewCluster(t, tailtest.Env{
		DB: entdbtest.SQLite(t), Processes: 1,
		Source: func(testing.TB, *eventlog.Log) eventlog.Source { return source },
	}, tailtest.Brisk)
	stale := &eventlog.Event{Shard: 99}
	for range 5000 { // nobody reads yet
		source.Publish(stale)
	}
	c.Append(t, 0, 0, 3)
	c.Run(t)
	c.Append(t, 0, 0, 1)
	c.Same(t, c.At(0, 0), c.Follow(t, 0, c.At(0, 0), 4))
}
