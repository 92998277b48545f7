package graph

import (
	"cmp"

	"slotcast/internal/live"
)

// orHour is what an explicit null stands for, like leaving the argument out.
func orHour(w *live.Window) live.Window { return cmp.Or(orZero(w), live.Hour) }

// orUTC is orHour of a time zone.
func orUTC(zone *string) string {
	if zone == nil {
		return "UTC"
	}
	return *zone
}
