package delivery

import "time"

// pump starts what may be sent.
func (l *lane) pump() {
	now := time.Now()
	for len(l.urgent) > 0 && l.inFlight < l.runner.worker.cfg.InFlight && l.runner.begin() {
		t := l.urgent[0]
		l.urgent = l.urgent[1:]
		l.inFlight++
		l.launch(job{nil, t})
	}
	for len(l.ready) > 0 {
		parked := l.gate.parked()
		if parked && !l.gate.probe(now, l.inFlight) || !parked && !l.gate.admits(now, l.inFlight) {
			l.await(now)
			return
		}
		if !l.runner.begin() {
			return
		}
		s := l.ready[0]
		l.ready = l.ready[1:]
		s.listed, s.busy = false, true
		s.tasks[0].probe = parked
		l.inFlight++
		l.gate.begun(now)
		l.launch(job{s, s.tasks[0]})
	}
	l.pumpReplay(now)
}

// pumpReplay starts what may be sent once more, when nothing else can be.
func (l *lane) pumpReplay(now time.Time) {
	for l.replay != nil && !l.gate.parked() {
		if !l.gate.admits(now, l.inFlight) {
			l.await(now)
			return
		}
		s, t := l.replay.next()
		if s == nil {
			return
		}
		if !l.runner.begin() {
			l.replay.sent(s, t, nil, false)
			return
		}
		l.inFlight++
		l.gate.begun(now)
		l.launch(job{s, t})
	}
}

// await comes back when the gate may open by itself.
func (l *lane) await(now time.Time) {
	at := l.gate.wake(now)
	if at.IsZero() || l.timer != nil {
		return
	}
	l.timer = time.AfterFunc(max(at.Sub(now), time.Millisecond), func() {
		l.mu.Lock()
		defer l.release()
		l.timer = nil
		l.pump()
		l.want()
	})
}

// job is a message that is being sent, of a line if it is not urgent.
type job struct {
	line *line
	task *task
}

// launch begins a job: the one that has just ended one goes on with it, which
// costs less than a new goroutine.
func (l *lane) launch(j job) {
	if l.next != nil && l.next.task == nil {
		*l.next = j
		return
	}
	go l.send(j)
}

// send delivers one message after the other, as long as the lane has some.
func (l *lane) send(j job) {
	for j.task != nil {
		j = l.deliver(j)
	}
}

// deliver delivers one message; then the lane goes on, with the one that it returns
// and others.
func (l *lane) deliver(j job) (next job) {
	defer l.runner.sending.Done()
	res, ok := l.runner.worker.attempt(l, j.task)
	change, next := l.sent(j, &res, ok)
	if change != none {
		l.runner.worker.health(l, change, res)
	}
	l.runner.stir()
	return next
}

func (l *lane) sent(j job, res *result, ok bool) (change verdict, next job) {
	if ok {
		l.runner.worker.measureResult(*res)
	}
	s, t := j.line, j.task
	l.mu.Lock()
	defer l.release()
	l.next = &next
	defer func() { l.next = nil }()
	l.inFlight--
	if s != nil {
		s.busy = false
	}
	switch {
	case t.replay != nil:
		change = t.replay.sent(s, t, res, ok)
		s = nil
	case ok:
		if s != nil {
			s.tasks = s.tasks[1:]
		}
		l.count(t, -1)
		change = l.settle(s, res)
	case s == nil:
		l.urgent = append(l.urgent, t)
	default: // the runner stops, and the next owner sends it; or the webhook is parked
		l.list(s, time.Now())
	}
	if s != nil && s.empty() {
		delete(l.lines, s.series)
	}
	if l.gate.parked() {
		l.park()
	}
	l.pump()
	l.want()
	return change, next
}

// settle draws the conclusions from a result, and passes it on.
func (l *lane) settle(s *line, res *result) (change verdict) {
	now := time.Now()
	l.moved = now
	change = l.gate.ended(now, res)
	l.report(*res)
	if res.nextAttemptAt == nil && l.on && l.position.before(res.place) {
		l.over[res.place] = true
	}
	if s == nil {
		return change
	}
	if res.nextAttemptAt != nil {
		f := failure{place: res.place, until: l.runner.worker.graceOf(res.attempts, res.count, res.begin), next: *res.nextAttemptAt, order: res.order}
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
