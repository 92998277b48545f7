package schedule

import "time"

// Span is a time from one instant up to, but without, another.
type Span struct{ From, Until time.Time }

// Spans returns what is worked from one instant until another: in order, apart
// from each other, in UTC.
func (h Hours) Spans(from, to time.Time) []Span {
	all := h.worked(h.shifts(), from.Unix(), ceilUnix(to))
	spans := make([]Span, len(all))
	for i, w := range all {
		spans[i] = Span{time.Unix(w.from, 0).UTC(), time.Unix(w.until, 0).UTC()}
	}
	if n := len(spans); n > 0 { // fractions of a second
		if spans[0].From.Before(from) {
			spans[0].From = from.UTC()
		}
		if spans[n-1].Until.After(to) {
			spans[n-1].Until = to.UTC()
		}
	}
	return spans
}

// Covers reports whether everything from one instant until another is worked.
// An empty span is not.
func (h Hours) Covers(from, until time.Time) bool {
	if !from.Before(until) {
		return false
	}
	first, last := from.Unix(), ceilUnix(until)
	all := h.worked(h.shifts(), first, last)
	return len(all) == 1 && all[0] == shift{first, last}
}

// worked joins the shifts that touch, as Unix time.
func (h Hours) worked(shifts daily[shift], from, until int64) []shift {
	var all []shift
	for _, s := range stretches(h.zone(), from, until) {
		first, last := s.dates()
		for date := first; date <= last; date++ {
			for _, w := range shifts.on(date) {
				w = shift{max(s.from, s.instant(date, w.from)), min(s.until, s.instant(date, w.until))}
				switch n := len(all); {
				case w.from >= w.until:
				case n > 0 && all[n-1].until >= w.from:
					all[n-1].until = max(all[n-1].until, w.until)
				default:
					all = append(all, w)
				}
			}
		}
	}
	return all
}
