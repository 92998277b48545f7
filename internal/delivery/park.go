package delivery

import "time"

// park takes nothing more: what the lane holds and has not begun goes back to
// where it came from, the log or the table.
func (l *lane) park() {
	lowest, closes := l.putBack()
	reached := l.position
	if !l.on {
		reached = reached.max(behind(l.runner.offered.Load()))
		l.position = reached
	}
	if lowest > 0 && behind(lowest-1).before(l.position) {
		l.position = behind(lowest - 1)
	}
	l.known = max(l.known, reached.number)
	if l.inFlight+l.unwritten > 0 {
		l.settling = true
	}
	if !l.on {
		l.fallBehind(closes...)
		return
	}
	l.account.move(l.position.whole())
	if lowest > 0 {
		l.runner.worker.outbox.mark(mark{lane: l, closes: closes})
	}
}

// putBack empties the lines, but for what is in flight. It returns the first event
// that must be read again, 0 for none, and those whose messages were of the
// runner's books.
func (l *lane) putBack() (lowest int64, closes []int64) {
	for series, s := range l.lines {
		begun := 0
		if s.busy {
			begun = 1
		}
		for _, t := range s.tasks[min(begun, len(s.tasks)):] {
			l.count(t, -1)
			if l.returns(t) {
				l.report(t.later(time.Now(), t.attempts))
				continue
			}
			if lowest == 0 || t.number < lowest {
				lowest = t.number
			}
			if t.fresh && t.account == l.runner.books {
				closes = append(closes, t.number)
			}
		}
		s.tasks, s.listed = s.tasks[:min(begun, len(s.tasks))], false
		if s.empty() {
			delete(l.lines, series)
		}
	}
	l.ready = nil
	return lowest, closes
}

// returns reports whether a message goes back into the table: what failed, what is
// put off with the first of its pair, and what is too old to read the log again
// for it.
func (l *lane) returns(t *task) bool {
	if t.count > 0 {
		return true
	}
	if _, second := t.first(); second && t.due {
		return true
	}
	return t.due && t.number < l.position.number-maxOpen
}
