package delivery

import (
	"time"

	"slotcast/internal/domain"
)

// park takes nothing more: what the lane holds and has not begun goes back to
// where it came from, the log or the table. What is urgent stays, if it is sent
// anyway.
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

// putBack empties the lines, but for what is in flight or stays. It returns the first event
// that must be read again, 0 for none, and those whose messages were of the
// runner's books.
func (l *lane) putBack() (lowest int64, closes []int64) {
	for series, s := range l.lines {
		begun := 0
		if s.busy {
			begun = 1
		}
		kept := s.tasks[:min(begun, len(s.tasks)):min(begun, len(s.tasks))]
		for _, t := range s.tasks[len(kept):] {
			if t.urgent && l.gate.takesUrgent() {
				kept = append(kept, t)
				continue
			}
			l.count(t, -1)
			if t.count > 0 || t.due || t.urgent {
				l.handBack(s, t)
				continue
			}
			if lowest == 0 || t.number < lowest {
				lowest = t.number
			}
			if t.fresh && t.account == l.runner.books {
				closes = append(closes, t.number)
			}
		}
		s.tasks, s.listed = kept, false
		if s.empty() {
			delete(l.lines, series)
		}
	}
	l.ready = nil
	for _, s := range l.lines {
		l.list(s, time.Now())
	}
	return lowest, closes
}

// handBack puts a message back into the table that came from there, or belongs there.
// Others wait behind it as they do after a restart, which knows it from its row alone.
func (l *lane) handBack(s *line, t *task) {
	if l.spent(t) {
		l.report(t.ended(domain.DeliveryCancelled, t.attempts))
		return
	}
	now := time.Now()
	f := failure{place: t.place, until: now.Add(l.runner.worker.cfg.Grace), next: now, order: l.order}
	if t.count > t.begin {
		f.until = l.runner.worker.graceOf(t.attempts, t.count, t.begin)
	}
	if !f.over(now) {
		l.blame(s, f)
	}
	l.report(t.later(now, t.attempts))
}
