package schedule

import (
	"cmp"
	"slices"
	"time"

	"slotcast/internal/domain"
)

// Hours say when an agent can be booked. A nil Zone is UTC; the zero value is
// never worked. Windows that cannot be read or are empty count for nothing: they
// are checked where they come in.
type Hours struct {
	Weekly    []domain.WeeklyHours
	Overrides []domain.DateOverride // in place of the weekly hours on their dates
	Zone      *time.Location
}

// Always returns the hours of an agent without a schedule: around the clock.
func Always(zone *time.Location) Hours {
	h := Hours{Zone: zone}
	for _, name := range weekdays() {
		h.Weekly = append(h.Weekly, domain.WeeklyHours{Weekday: name, Window: domain.Window{From: "00:00", Until: "24:00"}})
	}
	return h
}

// weekdays are in the order of time.Weekday.
func weekdays() []domain.Weekday {
	return []domain.Weekday{
		domain.Sunday, domain.Monday, domain.Tuesday, domain.Wednesday, domain.Thursday, domain.Friday, domain.Saturday,
	}
}

// shift is a window as seconds of wall time from midnight on, half-open.
type shift struct{ from, until int64 }

// daily is something for each date; a date is the number of days since
// 1970-01-01.
type daily[T any] struct {
	weekly [7][]T // by time.Weekday
	dates  map[int64][]T
}

func (d *daily[T]) on(date int64) []T {
	if own, ok := d.dates[date]; ok {
		return own
	}
	const thursday = int64(time.Thursday) // 1970-01-01
	return d.weekly[((date+thursday)%7+7)%7]
}

// convert makes each date's entries into others.
func convert[T, U any](d daily[T], each func([]T) []U) daily[U] {
	out := daily[U]{dates: make(map[int64][]U, len(d.dates))}
	for i, all := range d.weekly {
		out.weekly[i] = each(all)
	}
	for date, all := range d.dates {
		out.dates[date] = each(all)
	}
	return out
}

// shifts reads the hours. Those of a date are in the order of their beginnings.
func (h Hours) shifts() daily[shift] {
	d := daily[shift]{dates: make(map[int64][]shift, len(h.Overrides))}
	names := weekdays()
	for _, w := range h.Weekly {
		if i := slices.Index(names, w.Weekday); i >= 0 {
			d.weekly[i] = appendShift(d.weekly[i], w.Window)
		}
	}
	for _, o := range h.Overrides {
		at, err := time.Parse(time.DateOnly, o.Date)
		if err != nil {
			continue
		}
		date := floorDay(at.Unix())
		own := d.dates[date]
		for _, w := range o.Windows {
			own = appendShift(own, w)
		}
		d.dates[date] = own // without windows too: a day off
	}
	return convert(d, func(all []shift) []shift {
		slices.SortFunc(all, func(a, b shift) int { return cmp.Compare(a.from, b.from) })
		return all
	})
}

func appendShift(all []shift, w domain.Window) []shift {
	from, okFrom := Minute(w.From)
	until, okUntil := Minute(w.Until)
	if !okFrom || !okUntil || from >= until {
		return all
	}
	return append(all, shift{int64(from) * 60, int64(until) * 60})
}
