package typeid_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"slotcast/internal/typeid"
)

func TestTime(t *testing.T) {
	t.Parallel()
	before := time.Now().Truncate(time.Millisecond)
	id := typeid.New(typeid.Event)
	at, ok := typeid.Time(id)
	if !ok || at.Before(before) || at.After(time.Now()) {
		t.Errorf("%s was made at %v, %v; it is after %v", id, at, ok, before)
	}
	for _, bad := range []string{"", "x", "evt_", "evt_x", id[4:], strings.ToUpper(id), id + "0", "evt_8" + id[5:]} {
		if at, ok := typeid.Time(bad); ok {
			t.Errorf("%q was made at %v", bad, at)
		}
		if least, greatest, ok := typeid.Span(typeid.Delivery, bad); ok || least != "" || greatest != "" {
			t.Errorf("%q spans %s to %s", bad, least, greatest)
		}
	}
}

// TestSpanHoldsWhatIsDerived, and neither what is derived of an id made before nor
// of one made after.
func TestSpanHoldsWhatIsDerived(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		ms := rapid.Int64Range(1, 1<<48-2).Draw(t, "ms")
		at := time.UnixMilli(ms)
		least, greatest := typeid.Bounds(typeid.Event, at)
		for _, id := range []string{least, greatest} {
			if got, ok := typeid.Time(id); !ok || !got.Equal(at) {
				t.Fatalf("%s is of %v, want %v", id, got, at)
			}
		}
		from, to, ok := typeid.Span(typeid.Delivery, greatest)
		derived := typeid.Derive(typeid.Delivery, least, rapid.String().Draw(t, "other"))
		if !ok || derived < from || derived > to {
			t.Fatalf("%s is not from %s to %s", derived, from, to)
		}
		for _, other := range []time.Time{at.Add(-time.Millisecond), at.Add(time.Millisecond)} {
			id, _ := typeid.Bounds(typeid.Event, other)
			if derived := typeid.Derive(typeid.Delivery, id, "x"); derived >= from && derived <= to {
				t.Fatalf("%s of another time is from %s to %s", derived, from, to)
			}
		}
	})
}

func TestAt(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.UnixMilli(rapid.Int64Range(0, 1<<48-1).Draw(t, "ms")).Add(time.Duration(rapid.IntRange(0, 999_999).Draw(t, "ns")))
		id, other := typeid.At(typeid.Event, at), typeid.At(typeid.Event, at)
		if err := typeid.Check(typeid.Event, id); err != nil {
			t.Fatal(err)
		}
		if said, ok := typeid.Time(id); !ok || !said.Equal(at.Truncate(time.Millisecond)) || id == other {
			t.Fatalf("%s of %v says %v, and the next is %s", id, at, said, other)
		}
	})
}
