package live_test

import (
	"context"
	"os"
	"strconv"
	"strings"
	"testing"

	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/live"
	"slotcast/internal/viewer"
)

// BenchmarkSeed makes dashboards of an app with many events of a week, and as
// many deliveries, on PostgreSQL: SLOTCAST_BENCH_EVENTS of them, or 20,000.
func BenchmarkSeed(b *testing.B) {
	db := entdbtest.Postgres(b)
	d := newDesk(b, db)
	o := d.office()
	o.book(noon(), 0)
	n, err := strconv.Atoi(os.Getenv("SLOTCAST_BENCH_EVENTS"))
	if err != nil {
		n = 20_000
	}
	shard := d.log.ShardOf(o.id)
	for _, statement := range []string{
		// The first event again and again, as long as those of a meeting with some attendees.
		`INSERT INTO events (id, app_id, shard, number, "trigger", meeting_id, series_id, sequence, occurred_at, snapshot, owed)
		SELECT 'evt_' || lpad(g::text, 26, '0'), app_id, shard, g, "trigger", meeting_id, series_id, g, occurred_at - (n - g) * interval '7 days' / n,
		replace(snapshot, '"edges":', '"mode_note":"' || repeat(md5(g::text), 40) || '","edges":'), owed FROM events, generate_series(2, n) g`,
		`UPDATE shards SET head = n WHERE id = s`,
		`INSERT INTO deliveries (id, created_at, updated_at, app_id, webhook_id, event_id, part, "trigger", shard, number, status, status_code, attempt_count, attempts)
		SELECT 'dlv_' || '0' || (SELECT string_agg(substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + ((ms >> (5 * k)) & 31)::int, 1), '' ORDER BY k DESC) FROM generate_series(0, 8) k)
		|| lpad(number::text, 16, '0'), occurred_at, occurred_at, app_id, 'whk', id, '', "trigger", 0, number, 'DELIVERED', 200, 1, '[[1,200,' || number % 900 || ']]'
		FROM (SELECT *, floor(extract(epoch FROM occurred_at) * 1000)::bigint AS ms FROM events WHERE number > 1) e`,
		`ANALYZE`,
	} {
		of := strings.NewReplacer(" n ", " "+strconv.Itoa(n)+" ", "(n ", "("+strconv.Itoa(n)+" ", ", n)", ", "+strconv.Itoa(n)+")", "/ n,", "/ "+strconv.Itoa(n)+",", "= s", "= "+strconv.Itoa(shard))
		if _, err := db.SQL.ExecContext(b.Context(), of.Replace(statement)); err != nil {
			b.Fatal(err)
		}
	}
	for _, test := range []struct {
		name   string
		ctx    context.Context
		window live.Window
	}{
		{"owner/week", o.owner(), live.Week},
		{"owner/hour", o.owner(), live.Hour},
		{"member/week", o.as(domain.Member, 0), live.Week},
		{"messages/week", o.as(domain.Member, 1), live.Week},
	} {
		b.Run(test.name, func(b *testing.B) {
			for range b.N {
				ctx, leave := context.WithCancel(test.ctx)
				feed, err := d.boards.Feed(ctx, test.window, "UTC")
				need(b, err)
				items, _, err := feed.Read(viewer.With(b.Context(), viewer.Viewer{}), 0, 1)
				need(b, err)
				board := items[0].Value.(*live.Dashboard)
				b.ReportMetric(float64(board.Triggers[0].Count), "events")
				b.ReportMetric(float64(board.Deliveries.Delivered), "deliveries")
				leave()
			}
		})
	}
}
