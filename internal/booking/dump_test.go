package booking_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent/migrate"
	"slotcast/internal/entdb"
)

// dump reads every row of every table.
func dump(t *testing.T, db *entdb.DB) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	for _, table := range migrate.Tables {
		all[table.Name] = must(rows(t, db.SQL, `SELECT * FROM "`+table.Name+`" ORDER BY id`))(t)
	}
	return all
}

func rows(t *testing.T, db *sql.DB, query string) (lines []string, err error) {
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		values, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, err
		}
		var line strings.Builder
		for i, v := range values {
			fmt.Fprintf(&line, "%s=%v ", columns[i], v)
		}
		lines = append(lines, line.String())
	}
	return lines, rows.Err()
}

// unchanged compares every row with an earlier dump.
func unchanged(t *testing.T, db *entdb.DB, before map[string][]string) {
	t.Helper()
	if diff := cmp.Diff(before, dump(t, db)); diff != "" {
		t.Errorf("something changed (-before +now):\n%s", diff)
	}
}
