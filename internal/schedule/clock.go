package schedule

import "time"

const daySeconds = 24 * 60 * 60

// furthestBack is more than any clock was ever put back, those included that
// changed sides of the date line.
const furthestBack = 2 * daySeconds

// stretch is a time in which a zone's clocks run evenly: wall time is Unix time
// plus the offset. All are in seconds; half-open.
type stretch struct{ from, until, offset int64 }

// stretches covers from to until without holes, in order. Neighbours have
// different offsets.
func stretches(zone *time.Location, from, until int64) []stretch {
	var all []stretch
	for from < until {
		at := time.Unix(from, 0).In(zone)
		_, offset := at.Zone()
		next := until
		if _, end := at.ZoneBounds(); !end.IsZero() {
			next = min(next, end.Unix())
		}
		// Package time takes all years for 365 days long: on a leap year's last
		// day it names an end that has passed. Look again in an hour: no zone has
		// a rule to change its clocks on that day.
		if next <= from {
			next = min(until, from+3600)
		}
		if n := len(all); n > 0 && all[n-1].offset == int64(offset) {
			all[n-1].until = next
		} else {
			all = append(all, stretch{from, next, int64(offset)})
		}
		from = next
	}
	return all
}

// shows reports whether the clocks showed that wall time in the stretch.
func (s stretch) shows(wall int64) bool {
	return s.from+s.offset <= wall && wall < s.until+s.offset
}

// dates returns the first and the last date of the stretch.
func (s stretch) dates() (first, last int64) {
	return floorDay(s.from + s.offset), floorDay(s.until + s.offset - 1)
}

// instant returns when the clocks show seconds past midnight of a date, if they
// do: it may lie outside of the stretch.
func (s stretch) instant(date, seconds int64) int64 { return date*daySeconds + seconds - s.offset }

// repeated reports whether the wall time that is shown at an instant was shown
// before, in one of the stretches that led up to it.
func repeated(before []stretch, at, wall int64) bool {
	for i := len(before) - 1; i >= 0 && before[i].until > at-furthestBack; i-- {
		if before[i].shows(wall) {
			return true
		}
	}
	return false
}

func floorDay(seconds int64) int64 {
	date := seconds / daySeconds
	if seconds%daySeconds < 0 {
		date--
	}
	return date
}

// ceilUnix rounds up to whole seconds.
func ceilUnix(t time.Time) int64 {
	if t.Nanosecond() > 0 {
		return t.Unix() + 1
	}
	return t.Unix()
}

func (h Hours) zone() *time.Location {
	if h.Zone == nil {
		return time.UTC
	}
	return h.Zone
}
