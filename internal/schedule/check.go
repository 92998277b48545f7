package schedule

import (
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/domain"
	"slotcast/internal/input"
)

// The bounds of one agent's schedule.
const (
	maxWeekly    = 50
	maxOverrides = 400
	maxWindows   = 10 // on one date
)

// minutesOfDay is also how "24:00" is read.
const minutesOfDay = 24 * 60

// Check refuses a schedule that is too long or makes no sense: windows that end
// before they begin or overlap, days that do not exist or come twice. Its errors
// are BAD_USER_INPUT with a path below field, as in
// "schedule.dateOverrides.2.windows.0.from".
func Check(field string, weekly []domain.WeeklyHours, overrides []domain.DateOverride) error {
	return input.First(checkWeekly(field+".weeklyHours", weekly), checkOverrides(field+".dateOverrides", overrides))
}

// Minute reads the wall time "HH:MM" as a minute of the day: 0 for "00:00", 1439
// for "23:59", and 1440 for "24:00", the day's end.
func Minute(s string) (int, bool) {
	if len(s) != len("15:04") || s[2] != ':' {
		return 0, false
	}
	for _, i := range []int{0, 1, 3, 4} {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	number := func(tens, ones byte) int { return int(tens-'0')*10 + int(ones-'0') }
	hour, minute := number(s[0], s[1]), number(s[3], s[4])
	at := hour*60 + minute
	return at, minute < 60 && at <= minutesOfDay
}

func checkWeekly(field string, weekly []domain.WeeklyHours) error {
	if len(weekly) > maxWeekly {
		return apperr.BadInput(field, "at most %d windows a week are taken", maxWeekly)
	}
	days := map[domain.Weekday]day{}
	for i, w := range weekly {
		at := input.At(field, i)
		if err := input.Member(at+".weekday", w.Weekday); err != nil {
			return err
		}
		s, err := read(at, w.Window)
		if err != nil {
			return err
		}
		if other, found := days[w.Weekday].overlapping(s); found {
			return apperr.BadInput(at, "it overlaps %s to %s of the same %s: make one window of them", other.From, other.Until, w.Weekday)
		}
		days[w.Weekday] = append(days[w.Weekday], s)
	}
	return nil
}

func checkOverrides(field string, overrides []domain.DateOverride) error {
	if len(overrides) > maxOverrides {
		return apperr.BadInput(field, "at most %d dates are taken: leave out those that are past", maxOverrides)
	}
	dates := map[string]bool{}
	for i, o := range overrides {
		at := input.At(field, i)
		date, err := time.Parse(time.DateOnly, o.Date)
		if err != nil || date.Year() < 1 {
			return apperr.BadInput(at+".date", "a date that exists, as 2027-12-24, is needed")
		}
		if dates[o.Date] {
			return apperr.BadInput(at+".date", "%s is there twice: put its windows together", o.Date)
		}
		dates[o.Date] = true
		if err := checkDate(at+".windows", o); err != nil {
			return err
		}
	}
	return nil
}

func checkDate(field string, o domain.DateOverride) error {
	if len(o.Windows) > maxWindows {
		return apperr.BadInput(field, "at most %d windows a day are taken", maxWindows)
	}
	var all day
	for i, w := range o.Windows {
		at := input.At(field, i)
		s, err := read(at, w)
		if err != nil {
			return err
		}
		if other, found := all.overlapping(s); found {
			return apperr.BadInput(at, "it overlaps %s to %s of the same date: make one window of them", other.From, other.Until)
		}
		all = append(all, s)
	}
	return nil
}

// span is a window in minutes of the day, half-open.
type span struct {
	domain.Window
	from, until int
}

// day holds the windows of one day.
type day []span

func (d day) overlapping(s span) (other span, found bool) {
	for _, other := range d {
		if s.from < other.until && other.from < s.until {
			return other, true
		}
	}
	return span{}, false
}

func read(field string, w domain.Window) (span, error) {
	from, ok := Minute(w.From)
	if !ok || from == minutesOfDay {
		return span{}, apperr.BadInput(field+".from", "a time from 00:00 to 23:59 is needed")
	}
	until, ok := Minute(w.Until)
	if !ok || until == 0 {
		return span{}, apperr.BadInput(field+".until", "a time from 00:01 to 24:00 is needed")
	}
	if until <= from {
		return span{}, apperr.BadInput(field+".until", "a time behind %s is needed: a window over midnight is two", w.From)
	}
	return span{w, from, until}, nil
}
