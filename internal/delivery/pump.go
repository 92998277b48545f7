package delivery

import (
	"slices"
	"time"
)

// pump starts what may be sent.
func (l *lane) pump() {
	now := time.Now()
	l.press(now)
	for len(l.ready) > 0 {
		if s := l.ready[0]; !s.open(now) { // since it was listed
			s.listed, l.ready = false, l.ready[1:]
			continue
		}
		parked := l.gate.parked()
		if parked && !l.gate.probe(now, l.inFlight) || !parked && !l.admits(now) {
			l.await(now)
			return
		}
		if !l.runner.begin() {
			return
		}
		s := l.ready[0]
		l.ready = l.ready[1:]
		s.tasks[0].probe = parked
		l.gate.begun(now)
		l.start(s)
	}
	l.pumpReplay(now)
}

// start sends the first message of a line, which is on no list.
func (l *lane) start(s *line) {
	s.listed, s.busy = false, true
	s.tasks[0].scout, s.tasks[0].counted = !l.gate.known, l.gate.counts()
	l.inFlight++
	l.launch(job{s, s.tasks[0]})
}

// press starts what somebody waits for: samples, and messages that are sent again
// because he asked for it. They count as all others do for the rate limit, which
// holds up the messages. Neither breaker nor Retry-After does; and what is before a
// message in its series goes first.
func (l *lane) press(now time.Time) {
	most := l.runner.worker.cfg.InFlight
	for len(l.samples) > 0 && l.inFlight < most && l.runner.begin() {
		t := l.samples[0]
		l.samples = l.samples[1:]
		l.inFlight++
		l.gate.tally(now)
		l.launch(job{nil, t})
	}
	for i := 0; l.pressing > 0 && l.gate.known && i < len(l.ready) && l.inFlight < most; {
		s := l.ready[i]
		if !s.open(now) || !s.tasks[0].urgent {
			i++
			continue
		}
		if now.Before(l.gate.rate.free()) {
			l.awaitUntil(now, l.gate.rate.free())
			return
		}
		if !l.runner.begin() {
			return
		}
		l.ready = slices.Delete(l.ready, i, i+1)
		l.gate.tally(now)
		l.start(s)
	}
}

// pumpReplay starts what may be sent once more, when nothing else can be. A parked
// webhook is tried out with it where there is nothing else to do that with.
func (l *lane) pumpReplay(now time.Time) {
	for l.replay != nil {
		parked := l.gate.parked()
		if probes := l.bare && l.gate.probe(now, l.inFlight); parked && !probes {
			return
		}
		if !parked && !l.admits(now) {
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
		t.probe, t.scout = parked, !l.gate.known
		l.inFlight++
		l.gate.begun(now)
		l.launch(job{s, t})
	}
}

// admits reports whether one more request may begin: the gate has it so, and others
// are left enough of the process's.
func (l *lane) admits(now time.Time) bool {
	return l.inFlight < l.runner.worker.requestLimit() && l.gate.admits(now, l.inFlight)
}

// await comes back when the gate may open by itself.
func (l *lane) await(now time.Time) {
	if at := l.gate.wake(now); !at.IsZero() {
		l.awaitUntil(now, at)
	}
}

// awaitUntil comes back at a time, unless it does so sooner.
func (l *lane) awaitUntil(now, at time.Time) {
	if l.timer != nil {
		if !at.Before(l.wakes) || !l.timer.Stop() {
			return
		}
	}
	l.wakes = at
	l.timer = time.AfterFunc(max(at.Sub(now), time.Millisecond), func() {
		l.mu.Lock()
		defer l.release()
		l.timer = nil
		if l.dead {
			return
		}
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
	l.runner.worker.running.Add(1)
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
	if change != none || !res.heldUntil.IsZero() {
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
	l.runner.worker.running.Add(-1)
	if s != nil {
		s.busy = false
	}
	if !ok && t.probe { // it has found out nothing
		t.probe, l.gate.breaker.probing = false, false
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
		l.samples = append(l.samples, t)
	default: // the runner stops, and the next owner sends it; or the webhook takes nothing now
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
