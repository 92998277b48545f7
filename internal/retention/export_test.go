package retention

import "time"

// Plan names the partitions that are missing, each with its end.
func Plan(last, now time.Time, days int) (names []string, ends []time.Time) {
	for _, p := range plan(onEvents, last, now, days) {
		names, ends = append(names, p.name), append(ends, p.to)
	}
	return names, ends
}
