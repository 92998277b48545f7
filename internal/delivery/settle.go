package delivery

import (
	"time"

	"slotcast/internal/domain"
)

// settle draws the conclusions from a result, and passes it on.
func (l *lane) settle(s *line, res *result) (change verdict) {
	now := time.Now()
	l.moved = now
	change = l.learn(now, res)
	l.report(*res)
	if res.nextAttemptAt == nil && l.position.before(res.place) {
		l.over[res.place] = true
	}
	if s == nil {
		return change
	}
	if res.nextAttemptAt != nil {
		f := l.failure(res)
		if !f.over(now) {
			l.blame(s, f)
		}
		if t := s.second(res.place); t != nil {
			l.count(t, -1)
			l.postpone(s, t, f)
		}
	}
	l.list(s, now)
	return change
}

// learn draws the conclusions from a result about the webhook. A sample tells
// nothing, and another receiver than that of now has asked for nothing. What is to
// be tried again of a webhook that has ended is cancelled.
func (l *lane) learn(now time.Time, res *result) (change verdict) {
	if res.test {
		return none
	}
	if res.from != l.gate.url {
		res.rest = time.Time{}
	}
	change = l.gate.ended(now, res)
	if res.nextAttemptAt != nil && l.spent(res.task) {
		res.status, res.nextAttemptAt = domain.DeliveryCancelled, nil
	}
	return change
}

// failure is what others may wait behind of a message that is tried again.
func (l *lane) failure(res *result) failure {
	until := l.runner.worker.graceOf(res.attempts, res.count, res.begin)
	return failure{place: res.place, until: until, next: *res.nextAttemptAt, order: l.order}
}

// recall is blame for what is not in hand, and not known.
func (l *lane) recall(series string, f failure) {
	if s := l.line(series); !s.holds(f.place) {
		l.blame(s, f)
	}
}

// blame lets others wait behind a failure.
func (l *lane) blame(s *line, f failure) {
	l.failing -= s.drop(func(old failure) bool { return old.place == f.place })
	s.failed = append(s.failed, f)
	l.failing++
}

// postpone puts a message off, without an attempt, until the failure that it
// waits for is tried again: it is the second of a pair, whose first one it never
// overtakes however long that fails, or waits by the order policy. Then it is
// found out whether the other one is done. Others wait behind the two as behind
// the first.
func (l *lane) postpone(s *line, t *task, first failure) {
	now := time.Now()
	at := first.after(now)
	if !first.over(now) {
		l.blame(s, failure{place: t.place, until: first.until, next: at, order: first.order})
	}
	l.report(t.later(at, t.attempts))
}

// report passes a result on; a message's first one settles it in the books.
func (l *lane) report(res result) {
	res.lane, res.closes, res.fresh = l, res.fresh, false
	l.unwritten++
	l.runner.worker.outbox.add(res)
}
