package live

import (
	"sort"
	"strconv"
	"strings"

	"entgo.io/ent/dialect"
)

// latencies counts answers by how long they took, in spans of milliseconds: each
// millisecond up to 16, then eighths of each doubling, up to more than any attempt
// may take. It is of one size, whatever is counted.
type latencies [latencySpans]uint32

const latencySpans = 16 + 8*10

// upTo is the greatest latency of a span: 1, 2 … 16, 18, 20 … 32, 36 … 16384. What
// is beyond the last is counted there.
func upTo(span int) int64 {
	if span < 16 {
		return int64(span) + 1
	}
	octave, eighth := (span-16)/8, int64((span-16)%8)
	return 16<<octave + (eighth+1)*(2<<octave)
}

// spanOf is the span that a latency is counted in.
func spanOf(ms int64) int {
	return min(sort.Search(latencySpans, func(i int) bool { return ms <= upTo(i) }), latencySpans-1)
}

// spanSQL is spanOf of an expression, which is evaluated once.
func spanSQL(of, expr string) string {
	var b strings.Builder
	if of == dialect.Postgres {
		b.WriteString("width_bucket(" + expr + ", CAST(ARRAY[")
		for i := range latencySpans - 1 {
			b.WriteString(strconv.FormatInt(upTo(i)+1, 10))
			if i < latencySpans-2 {
				b.WriteString(", ")
			}
		}
		b.WriteString("] AS bigint[]))")
		return b.String()
	}
	b.WriteString("(SELECT ")
	spanCases(&b, 0, latencySpans-1)
	b.WriteString(" FROM (SELECT " + expr + " AS ms) AS last)")
	return b.String()
}

// spanCases finds the span of last.ms from one to another, by halves.
func spanCases(b *strings.Builder, low, high int) {
	if low == high {
		b.WriteString(strconv.Itoa(low))
		return
	}
	middle := (low + high) / 2
	b.WriteString("CASE WHEN last.ms <= " + strconv.FormatInt(upTo(middle), 10) + " THEN ")
	spanCases(b, low, middle)
	b.WriteString(" ELSE ")
	spanCases(b, middle+1, high)
	b.WriteString(" END")
}

func (l *latencies) add(other *latencies) {
	for i, n := range other {
		l[i] += n
	}
}

// quantile is the latency within which the share of the answers came, rounded up
// to the end of a span; nil without answers.
func (l *latencies) quantile(share float64) *int {
	var all uint64
	for _, n := range l {
		all += uint64(n)
	}
	if all == 0 {
		return nil
	}
	var sum uint64
	for i, n := range l {
		if sum += uint64(n); float64(sum) >= share*float64(all) {
			ms := int(upTo(i))
			return &ms
		}
	}
	return nil
}
