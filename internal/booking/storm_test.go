package booking_test

import (
	"database/sql"
	"encoding/json"
	"sync"
	"testing"

	"entgo.io/ent/dialect"

	"slotcast/internal/apperr"
)

// A storm is so many clients at once, each with so many calls.
const clients, calls = 30, 30

// storm runs commands from all clients and counts their codes; "" is success.
func storm(t *testing.T, command func(i int) error) map[apperr.Code]int {
	t.Helper()
	all := make([]map[apperr.Code]int, clients)
	together(t, clients, func(client int) error {
		codes := map[apperr.Code]int{}
		for call := range calls {
			err := command(client*calls + call)
			if codes[apperr.CodeOf(err)]++; apperr.CodeOf(err) == apperr.Internal {
				t.Error(err)
			}
		}
		all[client] = codes
		return nil
	})
	sum := map[apperr.Code]int{}
	for _, codes := range all {
		for code, n := range codes {
			sum[code] += n
		}
	}
	return sum
}

// undisturbed checks that PostgreSQL has seen no deadlock in the test's database:
// those that were retried, too. Each connection hands in its counts first.
func (f *fixture) undisturbed() {
	f.t.Helper()
	if f.db.Dialect != dialect.Postgres {
		return
	}
	var c *sql.Conn
	for range max(1, f.db.SQL.Stats().OpenConnections) {
		c = must(f.db.SQL.Conn(f.t.Context()))(f.t)
		defer c.Close()
		must(c.ExecContext(f.t.Context(), "SELECT pg_stat_force_next_flush()"))(f.t)
	}
	var deadlocks int
	err := c.QueryRowContext(f.t.Context(), "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()").Scan(&deadlocks)
	if err != nil || deadlocks != 0 {
		f.t.Errorf("%d deadlocks, %v", deadlocks, err)
	}
}

// alike makes a hundred calls at once, and returns the answer that all have had.
func alike(t *testing.T, call func(i int) (any, error)) string {
	t.Helper()
	var mu sync.Mutex
	answers := map[string]int{}
	together(t, 100, func(i int) error {
		answer, err := call(i)
		if err != nil {
			t.Errorf("call %d: %v", i, err)
			return err
		}
		b, err := json.Marshal(answer)
		mu.Lock()
		defer mu.Unlock()
		answers[string(b)]++
		return err
	})
	for answer, n := range answers {
		if n == 100 {
			return answer
		}
		t.Errorf("%d times: %s", n, answer)
	}
	return ""
}
