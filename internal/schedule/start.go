package schedule

import (
	"slices"
	"time"
)

// Starts returns when a meeting of that duration can begin, at or after from and
// before to: in order, each once, in UTC. There are none where the duration or
// the interval is less than a second.
func (h Hours) Starts(from, to time.Time, duration, interval time.Duration) []time.Time {
	length, step := int64((duration+time.Second-1)/time.Second), int64(interval/time.Second)
	first, end := ceilUnix(from), ceilUnix(to)
	if duration < time.Second || step < 1 || first >= end {
		return nil
	}
	shifts := h.shifts()
	worked := h.worked(shifts, first, end+length)
	marks := convert(shifts, func(all []shift) []int64 { return grid(all, step) })
	clock := stretches(h.zone(), first-furthestBack, end)
	var starts []time.Time
	for i, s := range clock {
		if s.until <= first {
			continue
		}
		day, last := stretch{max(s.from, first), s.until, s.offset}.dates()
		for ; day <= last; day++ {
			for _, mark := range marks.on(day) {
				at := s.instant(day, mark)
				if at < max(s.from, first) || at >= s.until || repeated(clock[:i], at, at+s.offset) {
					continue
				}
				for len(worked) > 0 && worked[0].until < at+length { // nor is it long enough for later starts
					worked = worked[1:]
				}
				if len(worked) > 0 && worked[0].from <= at {
					starts = append(starts, time.Unix(at, 0).UTC())
				}
			}
		}
	}
	return starts
}

// grid returns the seconds from midnight at which a meeting may begin on a date
// with these shifts.
func grid(shifts []shift, step int64) []int64 {
	var marks []int64
	for _, s := range shifts {
		for at := s.from; at < s.until; at += step {
			marks = append(marks, at)
		}
	}
	slices.Sort(marks)
	return slices.Compact(marks)
}
