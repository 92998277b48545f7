package schedule_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// day draws up to three windows of one date that do not overlap: some touch.
func day(t *rapid.T) []span {
	ends := rapid.SliceOfNDistinct(rapid.OneOf(rapid.IntRange(0, 24*60), rapid.Just(0), rapid.Just(24*60)), 0, 6, rapid.ID).Draw(t, "ends")
	slices.Sort(ends)
	var all []span
	for i := 0; i+1 < len(ends); i++ {
		if rapid.Bool().Draw(t, "worked") {
			all = append(all, span{ends[i], ends[i+1]})
		}
	}
	return all
}

// Any hours, with any overrides, in zones with odd clocks and at any time.
func TestOverridesByOracle(t *testing.T) {
	t.Parallel()
	names := []string{
		"UTC", "Europe/Berlin", "America/New_York", "America/Sao_Paulo", "Africa/Cairo", "Asia/Beirut", "Australia/Lord_Howe",
		"Pacific/Apia", "America/St_Johns", "Antarctica/Troll", "Africa/Casablanca", "Asia/Kathmandu", "Pacific/Kwajalein",
	}
	var all []time.Time // changes of some clock
	for _, name := range names {
		for _, year := range []int{1993, 1994, 2010, 2011, 2026} {
			all = append(all, transitions(load(t, name), year)...)
		}
	}
	slices.SortFunc(all, func(a, b time.Time) int { return cmp.Compare(a.Unix(), b.Unix()) })
	rapid.Check(t, func(rt *rapid.T) {
		zone := load(t, rapid.SampledFrom(names).Draw(rt, "zone"))
		middle := rapid.SampledFrom(all).Draw(rt, "around")
		from := middle.Add(-minutes(rapid.IntRange(-180, 36*60).Draw(rt, "before")))
		to := from.Add(minutes(rapid.IntRange(1, 48*60).Draw(rt, "length")))
		minutes := walk(zone, from.Add(-49*time.Hour), to.Add(25*time.Hour))
		r := rule{dates: map[string][]span{}}
		for i := range r.weekly {
			r.weekly[i] = day(rt)
		}
		for _, m := range minutes {
			if _, known := r.dates[m.date]; !known && m.minute == 12*60 && rapid.Bool().Draw(rt, "override") {
				r.dates[m.date] = day(rt)
			}
		}
		compare(rt, r, zone, minutes, from, to, question{
			duration: rapid.IntRange(1, 24*60).Draw(rt, "duration"), interval: rapid.IntRange(1, 24*60).Draw(rt, "interval"),
		})
	})
}
