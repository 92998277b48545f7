package delivery

import (
	"cmp"

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

// behind is the place behind all of an event.
func behind(number int64) place { return place{number, lastPart} }

func (p place) compare(q place) int {
	return cmp.Or(cmp.Compare(p.number, q.number), cmp.Compare(p.part, q.part))
}

func (p place) before(q place) bool { return p.compare(q) < 0 }

// max returns the later place.
func (p place) max(q place) place {
	if p.before(q) {
		return q
	}
	return p
}

// whole returns the last event of which nothing is behind this place.
func (p place) whole() int64 {
	if p.part == lastPart {
		return p.number
	}
	return p.number - 1
}

// first is the place of the message that has to be done before this one, if it is
// the second of a pair.
func (p place) first() (first place, ok bool) {
	part := wire.Before(p.part)
	return place{p.number, part}, part != ""
}
