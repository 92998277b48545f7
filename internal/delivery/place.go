package delivery

import (
	"cmp"

	"slotcast/ent/delivery"
	"slotcast/ent/predicate"
	"slotcast/internal/wire"
)

// lastPart is behind all parts of an event.
const lastPart = "z"

// place is where a message stands among those of its webhook: by the event's
// number in the shard, and within the event by the name of the part, as
// wire.Parts has them. Names compare as text, in the database too: those that an
// event has for one webhook are digits, equally many, with or without a letter
// behind them, or there is only one.
type place struct {
	number int64
	part   string
}

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.number, q.number), cmp.Compare(p.part, q.part))
}

func (p place) before(q place) bool { return p.compare(q) < 0 }

// first is the place of the message that has to be done before this one, if it is
// the second of a pair.
func (p place) first() (first place, ok bool) {
	part := wire.Before(p.part)
	return place{p.number, part}, part != ""
}

// between selects the rows in (after, to]. The bounds on numbers alone are what
// an index can use.
func between(after, to place) predicate.Delivery {
	return delivery.And(
		delivery.NumberGTE(after.number), delivery.Or(delivery.NumberNEQ(after.number), delivery.PartGT(after.part)),
		delivery.NumberLTE(to.number), delivery.Or(delivery.NumberNEQ(to.number), delivery.PartLTE(to.part)),
	)
}
