package schedule_test

import (
	"archive/zip"
	"cmp"
	"crypto/sha256"
	"go/build"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"slotcast/internal/schedule"
)

// zones reads all zones that come with Go. Those that are links to another one
// are left out.
func zones(t *testing.T) []*time.Location {
	t.Helper()
	root := cmp.Or(os.Getenv("GOROOT"), build.Default.GOROOT)
	archive, err := zip.OpenReader(filepath.Join(root, "lib", "time", "zoneinfo.zip"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = archive.Close() })
	known := map[[sha256.Size]byte]bool{}
	var all []*time.Location
	for _, f := range archive.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		if known[sum] {
			continue
		}
		known[sum] = true
		zone, err := time.LoadLocationFromTZData(f.Name, data)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, zone)
	}
	if len(all) < 300 {
		t.Fatalf("only %d zones", len(all))
	}
	return all
}

// transitions finds when a zone's clocks are put forward or back in a year, by
// looking at them once a day and then ever closer.
func transitions(zone *time.Location, year int) []time.Time {
	offset := func(at time.Time) int {
		_, o := at.In(zone).Zone()
		return o
	}
	var all []time.Time
	for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
		before, behind := day, day.AddDate(0, 0, 1)
		if offset(before) == offset(behind) {
			continue
		}
		for behind.Sub(before) > time.Minute {
			middle := before.Add(behind.Sub(before) / 2).Truncate(time.Minute)
			if offset(middle) == offset(before) {
				before = middle
			} else {
				behind = middle
			}
		}
		all = append(all, behind)
	}
	return all
}

// rules have windows that begin, end and touch where clocks are changed, by day
// and by night.
func rules() []rule {
	return []rule{
		daily(span{0, 24 * 60}),
		daily(span{9 * 60, 17 * 60}, span{17 * 60, 18*60 + 30}),
		daily(span{0, 150}, span{150, 200}, span{22*60 + 15, 24 * 60}),
		daily(span{67, 193}, span{23 * 60, 23*60 + 59}),
		daily(span{120, 180}),
		{weekly: [7][]span{
			time.Sunday: {{30, 245}}, time.Monday: {{0, 60}}, time.Thursday: {{23 * 60, 24 * 60}},
			time.Friday: {{0, 24 * 60}}, time.Saturday: {{60, 5 * 60}, {20 * 60, 24 * 60}},
		}},
	}
}

// In every zone, around every change of its clocks in two years to come and two
// with odd ones: 2010 still had changes at one minute past midnight, and in 2011
// Samoa left out a day.
func TestAllZones(t *testing.T) {
	t.Parallel()
	all, found := zones(t), 0
	asked := []question{{30, 30}, {15, 20}, {60, 45}, {25, 7 * 60}, {90, 11}}
	for i, zone := range all {
		for _, year := range []int{2010, 2011, 2026, 2027} {
			changes := transitions(zone, year)
			found += len(changes)
			if len(changes) == 0 {
				changes = []time.Time{time.Date(year, 6, 1+i%28, 0, 0, 0, 0, time.UTC)}
			}
			for j, at := range changes {
				// four hours of a run-up: no clock was put back further in these years
				from, to := at.Add(-24*time.Hour), at.Add(24*time.Hour)
				minutes := walk(zone, from.Add(-4*time.Hour), to.Add(2*time.Hour))
				for k, r := range rules() {
					n := i + j + k
					compare(t, r, zone, minutes, from, to, asked[n%len(asked)], asked[(n+2)%len(asked)])
				}
			}
		}
	}
	t.Logf("%d changes in %d zones", found, len(all))
	if found < 500 {
		t.Error("too few changes found")
	}
}

// Whoever works around the clock does so whatever the clocks do, in all years.
func TestAlways(t *testing.T) {
	t.Parallel()
	from, to := time.Date(1840, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, zone := range zones(t) {
		always := schedule.Always(zone)
		if got := always.Spans(from, to); len(got) != 1 || got[0] != (schedule.Span{From: from, Until: to}) {
			t.Errorf("%s: %v", zone, got)
		}
	}
}
