package typeid_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slotcast/internal/typeid"
)

func TestNewIsWellFormedAndSorted(t *testing.T) {
	t.Parallel()
	last := ""
	for range 1000 {
		id := typeid.New(typeid.Meeting)
		if err := typeid.Check(typeid.Meeting, id); err != nil {
			t.Fatalf("Check(%q): %v", id, err)
		}
		if typeid.PrefixOf(id) != typeid.Meeting {
			t.Fatalf("PrefixOf(%q) = %q", id, typeid.PrefixOf(id))
		}
		if id <= last {
			t.Fatalf("%q does not sort behind %q", id, last)
		}
		last = id
	}
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	good := strings.Repeat("0", 26)
	for _, id := range []string{
		"", "mtg", "mtg_", "att_" + good, "mtg_" + good[1:], "mtg_" + good + "0",
		"mtg_8" + good[1:], "mtg_" + good[1:] + "u", "MTG_" + good, "mtg_" + good[1:] + "A",
	} {
		if typeid.Check(typeid.Meeting, id) == nil {
			t.Errorf("Check(%q) accepted it", id)
		}
	}
}

func TestCheckNeverPanics(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		_ = typeid.Check(typeid.Webhook, rapid.String().Draw(t, "id"))
	})
}
