package schedule_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/domain"
	"slotcast/internal/schedule"
)

// hours are windows such as "09:00-17:30" on every day.
func hours(t testing.TB, zone string, windows ...string) schedule.Hours {
	t.Helper()
	h := schedule.Hours{Zone: load(t, zone)}
	for _, day := range domain.Weekday("").Values() {
		for _, w := range parse(windows...) {
			h.Weekly = append(h.Weekly, domain.WeeklyHours{Weekday: domain.Weekday(day), Window: w})
		}
	}
	return h
}

func parse(windows ...string) []domain.Window {
	all := make([]domain.Window, len(windows))
	for i, w := range windows {
		all[i].From, all[i].Until, _ = strings.Cut(w, "-")
	}
	return all
}

func utc(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse("2006-01-02 15:04", s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// midnights returns the instants at which a date begins and ends.
func midnights(t testing.TB, date string, zone *time.Location) (from, to time.Time) {
	t.Helper()
	day := utc(t, date+" 00:00")
	y, m, d := day.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone), time.Date(y, m, d+1, 0, 0, 0, 0, zone)
}

// The starts of one date, as its clocks show them, where something is odd.
func TestStartsOnOddDays(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		what, zone, date, window string
		duration, interval       int
		want                     string
	}{
		{"put forward at 02:00", "Europe/Berlin", "2026-03-29", "01:00-04:30", 30, 30,
			"01:00+01 01:30+01 03:00+02 03:30+02 04:00+02"},
		{"an hour of real time over the gap", "Europe/Berlin", "2026-03-29", "01:00-04:30", 60, 30,
			"01:00+01 01:30+01 03:00+02 03:30+02"},
		{"a window in the gap", "Europe/Berlin", "2026-03-29", "02:00-03:00", 15, 15, ""},
		{"a window into the gap", "Europe/Berlin", "2026-03-29", "01:30-02:30", 30, 15, "01:30+01"},
		{"a window out of the gap keeps its grid", "Europe/Berlin", "2026-03-29", "02:40-04:00", 20, 30, "03:10+02 03:40+02"},
		{"put back at 03:00", "Europe/Berlin", "2026-10-25", "01:30-04:00", 30, 30, "01:30+02 02:00+02 02:30+02 03:00+01 03:30+01"},
		{"two hours in a window of one", "Europe/Berlin", "2026-10-25", "02:00-03:00", 120, 30, "02:00+02"},
		{"worked twice, offered once", "Europe/Berlin", "2026-10-25", "02:00-02:30", 30, 30, "02:00+02"},
		{"half an hour forward", "Australia/Lord_Howe", "2026-10-04", "01:30-03:00", 15, 15,
			"01:30+1030 01:45+1030 02:30+11 02:45+11"},
		{"half an hour back", "Australia/Lord_Howe", "2026-04-05", "01:00-02:30", 30, 15,
			"01:00+11 01:15+11 01:30+11 01:45+11 02:00+1030"},
		{"no midnight", "America/Sao_Paulo", "2011-10-16", "00:00-02:00", 30, 30, "01:00-02 01:30-02"},
		{"no midnight in Cairo", "Africa/Cairo", "2026-04-24", "00:00-02:00", 30, 30, "01:00+03 01:30+03"},
		{"no midnight in Beirut", "Asia/Beirut", "2026-03-29", "00:00-01:30", 30, 30, "01:00+03"},
		{"two midnights", "Asia/Beirut", "2026-10-24", "22:30-24:00", 30, 30, "22:30+03 23:00+03 23:30+03"},
		{"back to the day before", "America/St_Johns", "2010-11-06", "22:30-24:00", 30, 30, "22:30-0230 23:00-0230 23:30-0230"},
		{"and forth again", "America/St_Johns", "2010-11-07", "00:00-01:00", 30, 30, "00:30-0330"},
		{"two hours at once", "Antarctica/Troll", "2026-03-29", "00:00-04:00", 30, 30, "00:00+00 00:30+00 03:00+02 03:30+02"},
		{"a quarter of an hour off", "Asia/Kathmandu", "2026-03-29", "09:00-10:00", 30, 30, "09:00+0545 09:30+0545"},
		{"the day after one left out", "Pacific/Apia", "2011-12-31", "00:00-01:00", 30, 30, "00:00+14 00:30+14"},
		{"the last day of a leap year", "America/New_York", "2040-12-31", "22:30-24:00", 60, 30, "22:30-05 23:00-05"},
		{"an even day", "Europe/Berlin", "2026-06-01", "09:00-10:00", 45, 10, "09:00+02 09:10+02"},
	} {
		h := hours(t, tt.zone, tt.window)
		from, to := midnights(t, tt.date, h.Zone)
		var got []string
		for _, at := range h.Starts(from.Add(-2*time.Hour), to.Add(2*time.Hour), minutes(tt.duration), minutes(tt.interval)) {
			if local := at.In(h.Zone); local.Format(time.DateOnly) == tt.date {
				got = append(got, local.Format("15:04Z07"))
				if _, offset := local.Zone(); offset%3600 != 0 {
					got[len(got)-1] = local.Format("15:04Z0700")
				}
			}
		}
		want := strings.ReplaceAll(tt.want, "+00", "Z")
		if diff := cmp.Diff(strings.Fields(want), got); diff != "" && len(got)+len(want) > 0 {
			t.Errorf("%s, %s on %s (-want +got):\n%s", tt.what, tt.zone, tt.date, diff)
		}
	}
}

func minutes(n int) time.Duration { return time.Duration(n) * time.Minute }

// The clocks of St. John's went back at 00:01: the first minute of the new day
// came, then an hour of the old one again, then the rest of the new one. A
// meeting at that first midnight would leave the window.
func TestDayInTwoPieces(t *testing.T) {
	t.Parallel()
	h := hours(t, "America/St_Johns", "00:00-01:00")
	from, to := utc(t, "2010-11-07 00:00"), utc(t, "2010-11-07 12:00")
	want := []schedule.Span{
		{From: utc(t, "2010-11-07 02:30"), Until: utc(t, "2010-11-07 02:31")},
		{From: utc(t, "2010-11-07 03:30"), Until: utc(t, "2010-11-07 04:30")},
	}
	if diff := cmp.Diff(want, h.Spans(from, to)); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
	if got := h.Starts(from, to, time.Minute, time.Hour); !slices.Equal(got, []time.Time{utc(t, "2010-11-07 02:30")}) {
		t.Errorf("starts: %v", got)
	}
}

// It does not matter whether the question is asked from before the first of two
// equal wall times, or between them.
func TestSecondOfTwo(t *testing.T) {
	t.Parallel()
	h := hours(t, "Europe/Berlin", "02:00-03:30")
	got := h.Starts(utc(t, "2026-10-25 01:00"), utc(t, "2026-10-25 12:00"), minutes(30), minutes(30))
	if want := []time.Time{utc(t, "2026-10-25 02:00")}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// Windows that touch are one to a meeting, and two to the grid.
func TestTouchingWindows(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time { return utc(t, "2026-06-0"+s) }
	h := hours(t, "UTC", "00:00-02:00", "21:30-24:00", "12:00-12:45", "12:45-13:30")
	for _, tt := range []struct {
		from, until string
		want        bool
	}{
		{"1 21:30", "2 02:00", true},
		{"1 21:29", "2 02:00", false},
		{"1 21:30", "2 02:01", false},
		{"1 12:00", "1 13:30", true},
		{"1 12:44", "1 12:46", true},
		{"1 13:29", "1 13:31", false},
		{"1 23:59", "2 00:01", true},
		{"1 12:30", "1 12:30", false},
		{"1 12:31", "1 12:30", false},
		{"1 13:30", "1 13:31", false},
	} {
		if got := h.Covers(at(tt.from), at(tt.until)); got != tt.want {
			t.Errorf("%s to %s: %v", tt.from, tt.until, got)
		}
	}
	tick := time.Nanosecond
	if h.Covers(at("1 12:00").Add(-tick), at("1 12:30")) || h.Covers(at("1 13:00"), at("1 13:30").Add(tick)) ||
		!h.Covers(at("1 12:00").Add(tick), at("1 13:30").Add(-tick)) {
		t.Error("fractions of a second are lost")
	}
	want := []time.Time{
		at("1 12:00"), at("1 12:30"), at("1 12:45"), at("1 21:30"), at("1 22:00"), at("1 22:30"), at("1 23:00"),
		at("1 23:30"), at("2 00:00"), at("2 00:30"), at("2 01:00"),
	}
	got := h.Starts(at("1 12:00"), at("2 12:00"), minutes(45), minutes(30))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}
}

func TestAlwaysBeginsAnewAtMidnight(t *testing.T) {
	t.Parallel()
	got := schedule.Always(nil).Starts(utc(t, "2026-06-01 06:00"), utc(t, "2026-06-02 14:00"), 7*time.Hour, 7*time.Hour)
	want := []time.Time{
		utc(t, "2026-06-01 07:00"), utc(t, "2026-06-01 14:00"), utc(t, "2026-06-01 21:00"),
		utc(t, "2026-06-02 00:00"), utc(t, "2026-06-02 07:00"),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("starts (-want +got):\n%s", diff)
	}
}

// From is inside, to is not, to the nanosecond.
func TestBounds(t *testing.T) {
	t.Parallel()
	h, nine, tick := hours(t, "UTC", "09:00-10:00"), utc(t, "2026-06-01 09:00"), time.Nanosecond
	for _, tt := range []struct {
		from, to time.Time
		want     int
	}{
		{nine, nine.Add(tick), 1},
		{nine.Add(tick), nine.Add(time.Hour), 1},
		{nine, nine.Add(30 * time.Minute), 1},
		{nine, nine.Add(30*time.Minute + tick), 2},
		{nine, nine, 0},
		{nine.Add(time.Hour), nine, 0},
	} {
		if got := h.Starts(tt.from, tt.to, minutes(30), minutes(30)); len(got) != tt.want {
			t.Errorf("from %v to %v: %v", tt.from, tt.to, got)
		}
	}
	odd := schedule.Span{From: nine.Add(tick), Until: nine.Add(time.Minute + tick)}
	if got := h.Spans(odd.From, odd.Until); !slices.Equal(got, []schedule.Span{odd}) {
		t.Errorf("spans: %v", got)
	}
	if got := h.Spans(nine.Add(time.Hour), nine); len(got) != 0 {
		t.Errorf("spans backwards: %v", got)
	}
	for _, d := range [][2]time.Duration{{0, time.Hour}, {-time.Hour, time.Hour}, {time.Hour, 0}, {time.Hour, -time.Hour}, {1, 1}} {
		if got := h.Starts(nine, nine.Add(time.Hour), d[0], d[1]); len(got) != 0 {
			t.Errorf("%v every %v: %v", d[0], d[1], got)
		}
	}
}

// What was never checked does no harm.
func TestUnreadableWindows(t *testing.T) {
	t.Parallel()
	h := hours(t, "UTC", "9:00-10:00", "09:60-10:00", "aa:bb-cc:dd", "-", "10:00-10:00", "11:00-10:00", "22:00-24:01", "22:00-25:00", "0x:00-10:00")
	h.Weekly = append(h.Weekly, domain.WeeklyHours{Weekday: "SOMEDAY", Window: domain.Window{From: "00:00", Until: "24:00"}})
	h.Overrides = []domain.DateOverride{{Date: "2026-6-1", Windows: parse("00:00-24:00")}, {Date: "2026-02-30", Windows: parse("00:00-24:00")}}
	if got := h.Spans(utc(t, "2026-01-01 00:00"), utc(t, "2027-01-01 00:00")); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	if (schedule.Hours{}).Covers(utc(t, "2026-01-01 00:00"), utc(t, "2026-01-01 00:01")) {
		t.Error("no hours cover something")
	}
}

func TestOverrides(t *testing.T) {
	t.Parallel()
	h := hours(t, "America/New_York", "09:00-11:00")
	h.Overrides = []domain.DateOverride{
		{Date: "2026-06-02"},
		{Date: "2026-06-03", Windows: parse("23:00-24:00", "09:30-10:00")},
		{Date: "2026-06-04", Windows: parse("00:00-01:00")},
	}
	from, to := utc(t, "2026-06-01 04:00"), utc(t, "2026-06-06 04:00")
	want := []schedule.Span{
		{From: utc(t, "2026-06-01 13:00"), Until: utc(t, "2026-06-01 15:00")},
		{From: utc(t, "2026-06-03 13:30"), Until: utc(t, "2026-06-03 14:00")},
		{From: utc(t, "2026-06-04 03:00"), Until: utc(t, "2026-06-04 05:00")},
		{From: utc(t, "2026-06-05 13:00"), Until: utc(t, "2026-06-05 15:00")},
	}
	if diff := cmp.Diff(want, h.Spans(from, to)); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

// Twenty agents, a year, a start every quarter of an hour.
func BenchmarkYear(b *testing.B) {
	from := utc(b, "2026-01-01 00:00")
	h := hours(b, "Europe/Berlin", "08:30-12:00", "13:00-17:30")
	for date := range 30 {
		h.Overrides = append(h.Overrides, domain.DateOverride{Date: from.AddDate(0, 0, date*12).Format(time.DateOnly)})
	}
	n := 0
	for b.Loop() {
		n = 0
		for range 20 {
			n += len(h.Starts(from, from.AddDate(1, 0, 0), minutes(30), minutes(15)))
		}
	}
	b.ReportMetric(float64(n), "starts")
}
