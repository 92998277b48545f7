package delivery

import (
	"slices"
	"time"

	"slotcast/internal/domain"
)

// What a replay sends waits behind what fails as it does in live delivery, and in
// the same hands: the lane is told of the failure, and what waits goes into the
// table, to come back when the failing message does. So no page of a replay waits
// for one. The lane's lock is held throughout.

// failed leaves the messages of a line to the lane that wait behind one that has
// failed.
func (p *replayFeed) failed(s *line, res *result) {
	l, now := p.lane, p.lane.moved
	f := l.failure(res)
	if own := l.line(s.series); !f.over(now) && !own.has(f.place) {
		l.blame(own, f)
	}
	s.tasks = slices.DeleteFunc(s.tasks, func(t *task) bool {
		first, second := t.first()
		if waits := second && first == f.place || f.before(t.place) && f.holds(now); !waits {
			return false
		}
		p.inHand--
		p.putOff(t, f)
		return true
	})
}

// putOff leaves a message to the lane, for when the failing one is tried again.
func (p *replayFeed) putOff(t *task, behind failure) {
	l := p.lane
	if own := l.line(t.seriesID); !own.has(t.place) {
		l.postpone(own, t, behind)
		return
	}
	l.report(t.later(behind.after(time.Now()), t.attempts))
}

// behind returns what a message of the next page has to wait for, in the lane's
// hands or in the table: the first of its pair, or what is before it in its series.
// What the replay has in its own hands goes in order anyway.
func (p *replayFeed) behind(t *task, now time.Time) (f failure, waits bool) {
	first, second := t.first()
	if s := p.lines[t.seriesID]; s != nil && s.has(first) {
		second = false
	}
	if own := p.lane.lines[t.seriesID]; own != nil {
		for _, f := range own.failed {
			if second && f.place == first || f.before(t.place) && f.holds(now) {
				return f, true
			}
		}
		for _, other := range own.tasks {
			if second && other.place == first || other.before(t.place) && p.lane.order != domain.OrderNone {
				return failure{place: other.place, order: p.lane.order}, true
			}
		}
	}
	return failure{place: first, next: t.firstAt, order: p.lane.order}, second && !t.firstAt.IsZero()
}

// admitsReplay reports whether a replay may go on: not while its webhook is behind
// or parked, unless there is nothing else to try that out with, and not while much
// waits already.
func (l *lane) admitsReplay() bool {
	if l.failing >= maxFailing/2 {
		return false
	}
	if l.gate.parked() {
		return l.bare && l.gate.probe(time.Now(), l.inFlight)
	}
	return !l.on
}
