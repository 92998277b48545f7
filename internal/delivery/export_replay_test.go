package delivery

import (
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// replaying has a message of a replay in flight.
func (x Lane) replaying(e *eventlog.Event) (j job) {
	x.inside(func(l *lane) {
		p := newReplay(l, &ent.Replay{End: e.Number})
		p.account.enter(e.Number, 1)
		t := newTask(p.account, &bodies{event: e}, l.target.id, "")
		t.replay = p
		s := &line{series: e.SeriesID, tasks: []*task{t}, busy: true}
		p.lines[e.SeriesID], p.inHand, p.inFlight = s, 1, 1
		l.replay, l.inFlight = p, 1
		l.runner.worker.running.Add(1)
		j = job{s, t}
	})
	return j
}

// ProbeReturns has a probe come back that was not sent, which is of a replay. It
// reports whether there may be another one.
func (x Lane) ProbeReturns(e *eventlog.Event) (again bool) {
	j := x.replaying(e)
	x.inside(func(l *lane) {
		l.gate.breaker.open, l.gate.breaker.probing = true, true
		j.task.probe = true
	})
	x.l.sent(j, &result{}, false)
	x.inside(func(l *lane) { again = l.gate.probe(time.Now(), l.inFlight) })
	return again
}

// FailsBesideAGone has a message of a replay fail while another one is answered
// that the receiver is gone, and returns what its row will say.
func (x Lane) FailsBesideAGone(e *eventlog.Event) (status domain.DeliveryStatus) {
	j := x.replaying(e)
	x.inside(func(l *lane) { l.gate.ended(time.Now(), &result{task: &task{}, lesson: learnGone}) })
	res := j.task.later(time.Now().Add(time.Hour), []domain.Attempt{{At: time.Now()}})
	res.lesson = learnFailed
	x.l.sent(j, &res, true)
	results, _ := x.l.runner.worker.outbox.take()
	return results[len(results)-1].status
}

// Over reports whether a message that is in hand will be cancelled.
func (x Lane) Over(e *eventlog.Event) (over bool) {
	x.inside(func(l *lane) {
		for _, t := range l.lines[e.SeriesID].tasks {
			over = over || t.number == e.Number && t.over
		}
	})
	return over
}
