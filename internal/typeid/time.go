package typeid

import (
	"strings"
	"time"
)

// Time returns when an id was made, in whole milliseconds; false for what is no
// TypeID.
func Time(id string) (time.Time, bool) {
	prefix := PrefixOf(id)
	if prefix == "" || Check(prefix, id) != nil {
		return time.Time{}, false
	}
	var ms int64
	for _, c := range []byte(id[len(prefix)+1:][:timeLen]) {
		ms = ms<<5 | int64(strings.IndexByte(alphabet, c))
	}
	return time.UnixMilli(ms).UTC(), true
}

// Span returns the least and the greatest id of a kind that carry the same time
// as an id of any kind: what is derived from that lies between. It is false for
// what is no TypeID.
func Span(p Prefix, id string) (least, greatest string, ok bool) {
	at, ok := Time(id)
	if !ok {
		return "", "", false
	}
	least, greatest = Bounds(p, at)
	return least, greatest, true
}

// Bounds returns the least and the greatest id of a kind that carry a time, which
// is taken to lie between 1970 and 10889.
func Bounds(p Prefix, at time.Time) (least, greatest string) {
	var text [timeLen]byte
	ms := min(max(0, at.UnixMilli()), 1<<48-1)
	for i := timeLen - 1; i >= 0; i-- {
		text[i] = alphabet[ms&31]
		ms >>= 5
	}
	const rest = suffixLen - timeLen
	head := string(p) + "_" + string(text[:])
	return head + strings.Repeat(alphabet[:1], rest), head + strings.Repeat(alphabet[31:], rest)
}
