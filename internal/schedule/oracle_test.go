package schedule_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"slotcast/internal/domain"
	"slotcast/internal/schedule"
)

// minute is one minute as an agent's clock and calendar show it.
type minute struct {
	at     time.Time
	date   string
	day    time.Weekday
	minute int  // of the day
	first  bool // that wall time was not shown before
}

// walk looks at the clock once a minute, and does nothing clever.
func walk(zone *time.Location, from, to time.Time) []minute {
	seen := map[int64]bool{}
	all := make([]minute, 0, int(to.Sub(from)/time.Minute))
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		local := at.In(zone)
		y, m, d := local.Date()
		next := minute{at: at, day: local.Weekday(), minute: local.Hour()*60 + local.Minute()}
		wall := int64(y*100_00+int(m)*100+d)*10_000 + int64(next.minute)
		next.first, seen[wall] = !seen[wall], true
		if last := len(all) - 1; last >= 0 && all[last].day == next.day {
			next.date = all[last].date
		} else {
			next.date = local.Format(time.DateOnly)
		}
		all = append(all, next)
	}
	return all
}

// span is a window in minutes.
type span struct{ from, until int }

func (s span) window() domain.Window {
	return domain.Window{
		From:  fmt.Sprintf("%02d:%02d", s.from/60, s.from%60),
		Until: fmt.Sprintf("%02d:%02d", s.until/60, s.until%60),
	}
}

// rule is Hours in numbers.
type rule struct {
	weekly [7][]span
	dates  map[string][]span
}

func (r rule) on(m *minute) []span {
	if own, ok := r.dates[m.date]; ok {
		return own
	}
	return r.weekly[m.day]
}

func daily(all ...span) rule {
	return rule{weekly: [7][]span{all, all, all, all, all, all, all}}
}

func (r rule) hours(zone *time.Location) schedule.Hours {
	names := []domain.Weekday{
		domain.Sunday, domain.Monday, domain.Tuesday, domain.Wednesday, domain.Thursday, domain.Friday, domain.Saturday,
	}
	h := schedule.Hours{Zone: zone}
	for day, all := range r.weekly {
		for _, s := range all {
			h.Weekly = append(h.Weekly, domain.WeeklyHours{Weekday: names[day], Window: s.window()})
		}
	}
	for date, all := range r.dates {
		o := domain.DateOverride{Date: date}
		for _, s := range all {
			o.Windows = append(o.Windows, s.window())
		}
		h.Overrides = append(h.Overrides, o)
	}
	return h
}

// question is what Starts is asked, in minutes.
type question struct{ duration, interval int }

// compare asks for everything between from and to and looks at each minute of
// the walk, which begins long before and ends long after.
func compare(t fataler, r rule, zone *time.Location, minutes []minute, from, to time.Time, asked ...question) {
	h := r.hours(zone)
	begin := int(from.Sub(minutes[0].at) / time.Minute)
	end := int(to.Sub(minutes[0].at) / time.Minute)
	run := make([]int, len(minutes)+1) // minutes worked from here on without a break
	for i := len(minutes) - 1; i >= begin; i-- {
		if r.window(&minutes[i]) != nil {
			run[i] = run[i+1] + 1
		}
	}
	var spans []schedule.Span
	for i := begin; i < end; i++ {
		if run[i] > 0 {
			n := min(run[i], end-i)
			spans = append(spans, schedule.Span{From: minutes[i].at, Until: minutes[i].at.Add(time.Duration(n) * time.Minute)})
			i += n
		}
	}
	if got := h.Spans(from, to); !slices.Equal(got, spans) {
		t.Fatalf("%s, %+v, spans:\n%v\nwant\n%v", zone, r, got, spans)
	}
	for _, q := range asked {
		var want []time.Time
		for i := begin; i < end; i++ {
			if m := &minutes[i]; run[i] >= q.duration && m.first && r.marks(m, q.interval) {
				want = append(want, m.at)
			}
		}
		got := h.Starts(from, to, time.Duration(q.duration)*time.Minute, time.Duration(q.interval)*time.Minute)
		if !slices.Equal(got, want) {
			t.Fatalf("%s, %+v, starts of %+v:\n%v\nwant\n%v", zone, r, q, got, want)
		}
	}
}

// window returns one that the minute lies in, or nil.
func (r rule) window(m *minute) *span {
	all := r.on(m)
	for i := range all {
		if all[i].from <= m.minute && m.minute < all[i].until {
			return &all[i]
		}
	}
	return nil
}

// marks reports whether the minute lies on the grid of a window.
func (r rule) marks(m *minute, interval int) bool {
	for _, s := range r.on(m) {
		if s.from <= m.minute && m.minute < s.until && (m.minute-s.from)%interval == 0 {
			return true
		}
	}
	return false
}

type fataler interface {
	Fatalf(format string, args ...any)
}

func load(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}
