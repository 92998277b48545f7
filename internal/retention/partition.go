package retention

import (
	"context"
	"database/sql"
	_ "embed"
	"fmt"
	"time"
)

// table is one that is partitioned by the time in a column.
type table struct{ name, column string }

var (
	onEvents     = table{"events", "occurred_at"}
	onDeliveries = table{"deliveries", "created_at"}
)

// partition holds what happened in [from, to).
type partition struct {
	name     string
	from, to time.Time
}

//go:embed sql/partitions.sql
var listPartitions string

// querier is a pool or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// partitions lists those of a table, the oldest first.
func partitions(ctx context.Context, q querier, t table) ([]partition, error) {
	rows, err := q.QueryContext(ctx, listPartitions, t.name)
	if err != nil {
		return nil, fmt.Errorf("listing the partitions of %s: %w", t.name, err)
	}
	defer rows.Close()
	var list []partition
	for rows.Next() {
		var name string
		var from, to sql.NullTime
		if err := rows.Scan(&name, &from, &to); err != nil {
			return nil, fmt.Errorf("listing the partitions of %s: %w", t.name, err)
		}
		if !from.Valid || !to.Valid {
			return nil, fmt.Errorf("partition %s of %s has no bounds in time: it was not made by slotcast", name, t.name)
		}
		list = append(list, partition{name, from.Time.UTC(), to.Time.UTC()})
	}
	return list, rows.Err()
}

// width is how long a partition is: a tenth of what is kept.
func width(days int) int {
	if days == 0 {
		return 7
	}
	return max(1, (days+9)/10)
}

// plan lists the partitions that are missing so that there are two widths ahead.
// They begin where the last one ends, or, where there is none for today, today.
func plan(t table, last, now time.Time, days int) []partition {
	wide, from := width(days), last
	if today := midnight(now); last.Before(today) {
		from = today
	}
	var list []partition
	for enough := now.UTC().AddDate(0, 0, 2*wide); from.Before(enough); {
		to := from.AddDate(0, 0, wide)
		list = append(list, partition{t.name + from.Format("_p20060102"), from, to})
		from = to
	}
	return list
}

// midnight is the beginning of the day in UTC, whose days are all equally long.
func midnight(t time.Time) time.Time {
	y, m, d := t.UTC().Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
