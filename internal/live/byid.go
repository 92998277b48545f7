package live

import (
	"time"

	"slotcast/ent/delivery"
	"slotcast/ent/predicate"
	"slotcast/internal/typeid"
)

// byIDs selects deliveries, also by the time that their ids carry: the table has
// partitions by that.
func byIDs(ids []string) []predicate.Delivery {
	var from, to time.Time
	for _, id := range ids {
		at, ok := typeid.Time(id)
		if !ok {
			return []predicate.Delivery{delivery.IDIn(ids...)}
		}
		if from.IsZero() || at.Before(from) {
			from = at
		}
		if at.After(to) {
			to = at
		}
	}
	return []predicate.Delivery{delivery.IDIn(ids...), delivery.CreatedAtGTE(from.Add(-clocks)), delivery.CreatedAtLT(to.Add(clocks))}
}
