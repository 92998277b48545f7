package fanout

import (
	"sort"
	"sync/atomic"
)

// ring keeps the newest entries of a group. Each has a number, which counts from
// the first that there ever was.
type ring struct {
	limit   int           // of entries
	share   *atomic.Int64 // of bytes
	entries []*Entry
	first   int64 // number of entries[0]
	floor   int64 // place of the feed behind which all entries are here
	sum     int64 // bytes of all entries that there ever were
}

// end is the number of the next entry.
func (r *ring) end() int64 { return r.first + int64(len(r.entries)) }

func (r *ring) push(e *Entry) {
	r.sum += int64(len(e.Payload))
	e.sum = r.sum
	r.entries = append(r.entries, e)
	drop := 0
	for drop < len(r.entries)-1 && (len(r.entries)-drop > r.limit || r.from(drop) > r.share.Load()) {
		r.floor = r.entries[drop].Place
		drop++
	}
	clear(r.entries[:drop])
	r.entries = r.entries[drop:] // append moves it when its array is used up
	r.first += int64(drop)
}

// from is how many bytes there are from the entry at an index on.
func (r *ring) from(i int) int64 { return r.sum - r.entries[i].sum + int64(len(r.entries[i].Payload)) }

// behind is the number of the first entry behind a place.
func (r *ring) behind(place int64) int64 {
	i := sort.Search(len(r.entries), func(i int) bool { return r.entries[i].Place > place })
	return r.first + int64(i)
}

// unserved reports whether more than half of what the ring keeps comes behind a
// number.
func (r *ring) unserved(number int64) bool {
	waiting := r.end() - number
	if waiting <= 0 {
		return false
	}
	if number < r.first || waiting >= int64(max(1, r.limit/2)) {
		return true
	}
	return r.from(int(number-r.first)) >= r.share.Load()/2
}

// take moves a subscriber over the next entries, some limit bytes of them, and
// appends them to dst. behind says that some that it needs are not kept.
func (r *ring) take(s *Subscriber, dst []*Entry, limit int) (entries []*Entry, behind bool) {
	if s.next < r.first {
		return dst, true
	}
	for s.next < r.end() && limit > 0 {
		e := r.entries[s.next-r.first]
		s.next++
		if e.Place <= s.place {
			continue // it was further than the group
		}
		limit -= len(e.Payload)
		s.place = e.Place
		dst = append(dst, e)
	}
	return dst, false
}
