package main

import (
	"context"
	"database/sql"
	_ "embed"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

// rowsAtOnce is how many results one statement inserts.
const rowsAtOnce = 500

//go:embed sql/insert_deliveries.sql
var insertDeliveries string

// ledger writes the floor's results into the server's table of deliveries.
type ledger struct {
	db   *sql.DB
	kind string
}

// keep inserts results until there are no more.
func (l *ledger) keep(ctx context.Context, results <-chan result) error {
	batch := make([]result, 0, rowsAtOnce)
	for r := range results {
		if batch = append(batch, r); len(batch) < rowsAtOnce {
			continue
		}
		if err := l.insert(ctx, batch); err != nil {
			return err
		}
		batch = batch[:0]
	}
	return l.insert(ctx, batch)
}

func (l *ledger) insert(ctx context.Context, batch []result) error {
	if len(batch) == 0 {
		return nil
	}
	var rows []string
	var args []any
	for _, r := range batch {
		attempts, err := json.Marshal([]domain.Attempt{{At: r.at.UTC(), StatusCode: r.status, LatencyMS: r.latency.Milliseconds()}})
		if err != nil {
			return fmt.Errorf("encoding an attempt: %w", err)
		}
		values := []any{typeid.New(typeid.Delivery), r.at.UTC(), r.at.UTC(), "app", r.url, r.id, 0, r.number, r.id, domain.DeliveryDelivered, string(attempts)}
		marks := make([]string, len(values))
		for i := range marks {
			marks[i] = l.mark(len(args) + i + 1)
		}
		rows, args = append(rows, "("+strings.Join(marks, ",")+",'',1)"), append(args, values...)
	}
	if _, err := l.db.ExecContext(ctx, insertDeliveries+strings.Join(rows, ","), args...); err != nil {
		return fmt.Errorf("inserting %d rows: %w", len(batch), err)
	}
	return nil
}

// mark names a value. What PostgreSQL takes SQLite takes for a name, which it
// looks up among all others.
func (l *ledger) mark(n int) string {
	if l.kind == sqlite {
		return "?"
	}
	return "$" + strconv.Itoa(n)
}
