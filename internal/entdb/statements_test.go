package entdb_test

import (
	"database/sql"
	"fmt"
	"testing"

	"slotcast/internal/entdb/entdbtest"
)

// SQLite can read the rows of several statements on one connection at once,
// also of one statement several times.
func TestStatementsWhoseRowsAreOpen(t *testing.T) {
	t.Parallel()
	conn, err := entdbtest.SQLite(t).SQL.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const query = `WITH RECURSIVE n(i) AS (SELECT ? UNION ALL SELECT i + 1 FROM n LIMIT 3) SELECT i FROM n`
	rows, err := conn.QueryContext(t.Context(), query, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	sum := 0
	for rows.Next() {
		var i int
		if err := rows.Scan(&i); err != nil {
			t.Fatal(err)
		}
		sum += i + total(t, conn, query, 10*i)
		for j := range 200 { // more than are kept
			total(t, conn, fmt.Sprintf("SELECT %d + ?", j), i)
		}
	}
	if err := rows.Err(); err != nil || sum != 6+(30+3)+(60+3)+(90+3) {
		t.Errorf("the sum of all rows is %d, %v", sum, err)
	}
	if err := rows.Close(); err != nil {
		t.Error(err)
	}
	if got := total(t, conn, query, 1); got != 6 {
		t.Errorf("afterwards the statement gives %d", got)
	}
}

func total(t *testing.T, conn *sql.Conn, query string, arg int) (sum int) {
	t.Helper()
	rows, err := conn.QueryContext(t.Context(), query, arg)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var i int
		if err := rows.Scan(&i); err != nil {
			t.Fatal(err)
		}
		sum += i
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return sum
}

// A migration that changes a table reaches the statements that are kept.
func TestStatementsAfterAMigration(t *testing.T) {
	t.Parallel()
	db := entdbtest.SQLite(t).SQL
	columns := func() int {
		rows, err := db.QueryContext(t.Context(), "SELECT * FROM shards WHERE id >= ?", 0)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		names, err := rows.Columns()
		if err != nil || rows.Err() != nil {
			t.Fatal(err, rows.Err())
		}
		return len(names)
	}
	before := columns()
	if _, err := db.ExecContext(t.Context(), "ALTER TABLE shards ADD COLUMN more integer"); err != nil {
		t.Fatal(err)
	}
	if after := columns(); after != before+1 {
		t.Errorf("%d columns before, %d after one more", before, after)
	}
}
