package graph_test

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"slotcast/graph"
	"slotcast/internal/app/apptest"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
)

// impatient bounds what waits for a lock that nobody gives up.
func impatient(c *graph.Config) { c.RequestTimeout = 300 * time.Millisecond }

// lock keeps others from writing, and on PostgreSQL from reading meetings too,
// until free is called.
func lock(t *testing.T, db *entdb.DB) (free func()) {
	t.Helper()
	conn, err := db.SQL.Conn(t.Context())
	must(t, err)
	statements := []string{"BEGIN IMMEDIATE"}
	if db.Dialect == dialect.Postgres {
		statements = []string{"BEGIN", "LOCK TABLE meetings IN ACCESS EXCLUSIVE MODE"}
	}
	for _, statement := range statements {
		_, err := conn.ExecContext(t.Context(), statement)
		must(t, err)
	}
	free = sync.OnceFunc(func() {
		_, err := conn.ExecContext(context.WithoutCancel(t.Context()), "ROLLBACK")
		if err := errors.Join(err, conn.Close()); err != nil {
			t.Errorf("giving the lock back: %v", err)
		}
	})
	t.Cleanup(free) // before the server is waited for
	return free
}

// waiting is how many statements of the database wait for a lock.
func waiting(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	must(t, db.QueryRowContext(t.Context(),
		`SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`).Scan(&n))
	return n
}

// A request that takes too long is broken off down to its SQL, on every
// transport, and changes nothing.
func TestRequestTimeout(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		s := setup(t, db, impatient)
		o := s.tenant(t)
		o.book(t, 1)
		before := s.rows(t)
		free := lock(t, db)
		const all = `{ meetings { totalCount } }`
		for how, answer := range o.answers(t) {
			if how != "GET" {
				if got := answer(vars{"query": bookMutation, "variables": in(o.booking(2))}); got != "LIMIT_EXCEEDED" {
					t.Errorf("a mutation over %s: %q", how, got)
				}
			}
			if db.Dialect == dialect.Postgres { // SQLite's readers wait for nobody
				if got := answer(vars{"query": all}); got != "LIMIT_EXCEEDED" {
					t.Errorf("a query over %s: %q", how, got)
				}
				if n := waiting(t, db.SQL); n != 0 {
					t.Errorf("over %s %d statements are still waiting", how, n)
				}
			}
		}
		err := o.Try(t.Context(), bookMutation, in(o.booking(2)), nil)
		if err == nil || !strings.Contains(err.Error(), "longer than 300ms") {
			t.Errorf("in words: %v", err)
		}
		free()
		if after := s.rows(t); after != before {
			t.Errorf("something changed:\n%s\n%s", before, after)
		}
		o.book(t, 2)
	})
}

// A subscription goes on for longer than a request may take.
func TestSubscriptionsHaveNoTimeout(t *testing.T) {
	t.Parallel()
	s := setup(t, entdbtest.SQLite(t), impatient)
	o := s.tenant(t)
	for name, open := range map[string]func() (*apptest.Stream, error){
		"WebSocket": func() (*apptest.Stream, error) { return o.WebSocket(t.Context(), events, nil) },
		"SSE":       func() (*apptest.Stream, error) { return o.EventStream(t.Context(), events, nil) },
	} {
		stream, err := open()
		must(t, err)
		if stream.Within(t, time.Second, nil) {
			t.Errorf("something came over %s", name)
		}
		o.book(t, 1+len(name))
		stream.Receive(t, nil)
		stream.Cut()
		if err := stream.End(t); err == nil || errors.Is(err, io.EOF) {
			t.Errorf("over %s it ends with %v", name, err)
		}
	}
}
