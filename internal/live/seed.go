package live

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

	"slotcast/ent"
	"slotcast/ent/delivery"
	"slotcast/ent/event"
	"slotcast/ent/predicate"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

const (
	seedEvents = 20_000           // that one statement counts
	seedParts  = 8                // of a window, whose messages one statement counts
	seedTime   = 30 * time.Second // for one statement
	// skew is how far the time in a message's id, and the order of the log, may be
	// from when the event happened.
	skew = time.Minute
)

// grouping makes labels that rows are grouped by and counted.
type grouping map[string]func(s *sql.Selector) string

// labels are the aggregates of a query: expressions that it groups by, always in
// the same order, as the database keeps statements prepared.
func (g grouping) labels() (out []ent.AggregateFunc) {
	for _, name := range slices.Sorted(maps.Keys(g)) {
		expr := g[name]
		out = append(out, func(s *sql.Selector) string {
			s.GroupBy(name)
			return sql.As("("+expr(s)+")", name)
		})
	}
	return append(out, ent.As(ent.Count(), "n"))
}

// stepSQL is the number of a time's step; see [span.number].
func stepSQL(column string, each time.Duration) func(s *sql.Selector) string {
	return func(s *sql.Selector) string {
		if s.Dialect() == dialect.SQLite {
			return fmt.Sprintf("unixepoch(%s) / %d", s.C(column), each/time.Second)
		}
		return fmt.Sprintf("CAST(floor(extract(epoch FROM %s) / %d) AS bigint)", s.C(column), each/time.Second)
	}
}

// statusMark stands before the status of a meeting in its snapshot, before all that
// is free text or not ASCII.
const statusMark = `"status":"`

// leftSQL is the status that an event left its meeting in, and what follows it.
// The snapshot is neither decoded for it nor cut as text, where PostgreSQL counts
// characters: each takes longer than all the rest.
func leftSQL(s *sql.Selector) string {
	column, n := s.C(event.FieldSnapshot), len(domain.Rescheduled)+1
	cut := fmt.Sprintf("encode(substring(convert_to(%s, 'UTF8') FROM strpos(%[1]s, '%s') + %d FOR %d), 'escape')", column, statusMark, len(statusMark), n)
	if s.Dialect() == dialect.SQLite {
		cut = fmt.Sprintf("substr(%s, instr(%[1]s, '%s') + %d, %d)", column, statusMark, len(statusMark), n)
	}
	return fmt.Sprintf("CASE WHEN %s <> '' THEN %s ELSE '' END", s.C(event.FieldMeetingID), cut)
}

// replacedSQL is the status of the meeting that a reschedule replaced.
func replacedSQL(s *sql.Selector) string {
	path := "CAST(%s AS json) #>> '{previous,status}'"
	if s.Dialect() == dialect.SQLite {
		path = "json_extract(%s, '$.previous.status')"
	}
	return fmt.Sprintf("COALESCE(CASE WHEN %s = '%s' THEN "+path+" END, '')",
		s.C(event.FieldTrigger), domain.MeetingRescheduled, s.C(event.FieldSnapshot))
}

// hostedThen selects the events of meetings that an agent hosted when they
// happened, as [hosting] does.
func hostedThen(agentID string) predicate.Event {
	return func(s *sql.Selector) {
		snapshot := s.C(event.FieldSnapshot)
		s.Where(sql.P(func(b *sql.Builder) {
			b.WriteString("CASE WHEN " + snapshot + " LIKE ").Arg(`%"` + agentID + `"%`)
			if b.Dialect() == dialect.SQLite {
				b.WriteString(" THEN EXISTS (SELECT 1 FROM json_each(" + snapshot + ", '$.edges.agents') AS a WHERE json_extract(a.value, '$.id') = ").
					Arg(agentID).WriteString(")")
			} else {
				b.WriteString(" THEN CAST(" + snapshot + " AS jsonb) #> '{edges,agents}' @> jsonb_build_array(jsonb_build_object('id', CAST(").
					Arg(agentID).WriteString(" AS text)))")
			}
			b.WriteString(" ELSE ").WriteString(no(b.Dialect())).WriteString(" END")
		}))
	}
}

func no(of string) string {
	if of == dialect.SQLite {
		return "0"
	}
	return "false"
}

// countEvents counts the events of a window behind a number of the log and up to
// another, a bounded part at a time.
func countEvents(ctx context.Context, client *ent.Client, to *span, v sees, after, upTo int64) error {
	for after < upTo {
		end, err := partEnd(ctx, client, to, after, upTo)
		if err != nil {
			return fmt.Errorf("looking for a part of the events: %w", err)
		}
		if err := countPart(ctx, client, to, v, after, end); err != nil {
			return fmt.Errorf("counting events: %w", err)
		}
		after = end
	}
	return nil
}

// partEnd is the number up to which a statement counts.
func partEnd(ctx context.Context, client *ent.Client, to *span, after, upTo int64) (int64, error) {
	ctx, cancel := context.WithTimeout(viewer.ForApp(ctx), seedTime)
	defer cancel()
	numbers, err := client.Event.Query().
		Where(event.NumberGT(after), event.NumberLTE(upTo), event.OccurredAtGTE(to.begin())).
		Order(event.ByNumber()).Offset(seedEvents - 1).Limit(1).Select(event.FieldNumber).Ints(ctx)
	if err != nil || len(numbers) == 0 {
		return upTo, err
	}
	return int64(numbers[0]), nil
}

func countPart(ctx context.Context, client *ent.Client, to *span, v sees, after, upTo int64) error {
	ctx, cancel := context.WithTimeout(viewer.ForApp(ctx), seedTime)
	defer cancel()
	where := []predicate.Event{event.NumberGT(after), event.NumberLTE(upTo), event.OccurredAtGTE(to.begin())}
	if v.agentID != "" {
		where = append(where, event.MeetingIDNEQ(""), hostedThen(v.agentID))
	}
	var rows []struct {
		Trigger  domain.Trigger `sql:"trigger"`
		Step     int64          `sql:"step"`
		Left     string         `sql:"left_in"`
		Replaced string         `sql:"replaced"`
		N        int            `sql:"n"`
	}
	g := grouping{"step": stepSQL(event.FieldOccurredAt, to.each), "left_in": leftSQL, "replaced": replacedSQL}
	err := client.Event.Query().Where(where...).GroupBy(event.FieldTrigger).Aggregate(g.labels()...).Scan(ctx, &rows)
	for _, r := range rows {
		if left, _, _ := strings.Cut(r.Left, `"`); v.counts(r.Trigger) {
			to.count(r.Step, r.N, r.Trigger, domain.MeetingStatus(left), domain.MeetingStatus(r.Replaced))
		}
	}
	return err
}

// countMessages counts, of the steps from one number to another, what has become
// of their messages, in place of what was counted before. A message belongs to
// the step in which its event happened.
func countMessages(ctx context.Context, client *ent.Client, each time.Duration, from, to int64) (map[int64]*outcomes, error) {
	ctx, cancel := context.WithTimeout(viewer.AsCaller(ctx), seedTime)
	defer cancel()
	begin, end := time.Unix(from*int64(each/time.Second), 0).UTC(), time.Unix((to+1)*int64(each/time.Second), 0).UTC()
	least, _ := typeid.Bounds(typeid.Delivery, begin.Add(-skew))
	_, greatest := typeid.Bounds(typeid.Delivery, end.Add(skew))
	var rows []struct {
		Status domain.DeliveryStatus `sql:"status"`
		Step   int64                 `sql:"step"`
		Span   int                   `sql:"span"`
		N      int                   `sql:"n"`
	}
	g := grouping{"step": stepSQL(delivery.FieldCreatedAt, each), "span": lastSpanSQL}
	err := client.Delivery.Query().
		Where(delivery.IDGTE(least), delivery.IDLTE(greatest), delivery.CreatedAtGTE(begin), delivery.CreatedAtLT(end), delivery.Test(false)).
		GroupBy(delivery.FieldStatus).Aggregate(g.labels()...).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("counting deliveries: %w", err)
	}
	counted := map[int64]*outcomes{}
	for _, r := range rows {
		o := counted[r.Step]
		if o == nil {
			o = &outcomes{statuses: map[domain.DeliveryStatus]int{}}
			counted[r.Step] = o
		}
		o.statuses[r.Status] += r.N
		if r.Span < 0 {
			continue
		}
		if o.latency == nil {
			o.latency = &latencies{}
		}
		o.latency[r.Span] += uint32(min(r.N, math.MaxUint32)) //nolint:gosec // it is bounded right here
	}
	return counted, nil
}

// lastSpanSQL is the span of the last attempt's latency where a message is over and
// that was answered, else -1.
func lastSpanSQL(s *sql.Selector) string {
	column := s.C(delivery.FieldAttempts)
	ms := "CAST(CAST(" + column + " AS json) #>> '{-1,2}' AS bigint)"
	if s.Dialect() == dialect.SQLite {
		ms = "json_extract(CAST(" + column + " AS text), '$[#-1][2]')"
	}
	return fmt.Sprintf("CASE WHEN %s IN ('%s', '%s') AND %s IS NOT NULL THEN %s ELSE -1 END", s.C(delivery.FieldStatus),
		domain.DeliveryDelivered, domain.DeliveryFailed, s.C(delivery.FieldStatusCode), spanSQL(s.Dialect(), "COALESCE("+ms+", 0)"))
}
