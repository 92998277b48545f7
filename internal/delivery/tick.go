package delivery

import (
	"maps"
	"time"
)

const (
	slow   = time.Second // after which a message gets its row while it is still in hand
	unused = time.Minute // after which an empty lane is forgotten
)

// tick is called once a second: it ends times of grace, gives a row to what is not
// settled by now, and has its cursor written. It reports whether the lane may be
// forgotten.
func (l *lane) tick(now time.Time) (idle bool) {
	l.mu.Lock()
	defer l.release()
	for series, s := range l.lines {
		l.failing -= s.forgive(now)
		for t, f := s.overdue(now); t != nil; t, f = s.overdue(now) {
			l.count(t, -1)
			l.postpone(s, t, f)
		}
		l.note(s.tasks, now)
		l.list(s, now)
		if s.empty() {
			delete(l.lines, series)
		}
	}
	if l.gate.parked() {
		l.park()
	}
	maps.DeleteFunc(l.over, func(p place, _ bool) bool { return !l.position.before(p) })
	l.keep()
	l.pump()
	l.bare = false
	l.want()
	if l.dead = l.unneeded(now); l.dead && l.timer != nil {
		l.timer.Stop()
	}
	return l.dead
}

// unneeded reports whether the lane has nothing to do, and knows nothing that one
// made anew would not. It is held back for a while, for those who have just got it.
func (l *lane) unneeded(now time.Time) bool {
	if len(l.lines) > 0 || len(l.samples)+l.inFlight+l.unwritten > 0 || l.replay != nil || l.on || l.stored {
		return false
	}
	return now.Sub(l.used) > unused && now.Sub(l.moved) > unused && !l.gate.remembers(now)
}

func (l *lane) note(tasks []*task, now time.Time) {
	for _, t := range tasks {
		if t.fresh && now.Sub(t.since) >= slow {
			l.report(t.waiting())
		}
	}
}
