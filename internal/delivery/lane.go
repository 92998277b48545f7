package delivery

import (
	"sync"
	"time"

	"slotcast/internal/domain"
)

// maxFailing is how many failures others wait behind; with more a lane takes nothing
// new.
const maxFailing = 4096

// lane sends the messages of one webhook: of each series one at a time, in
// order, and of all together a few at a time. It is live, and takes what its
// runner hands it, or it is behind and reads the log itself; see lag.
type lane struct {
	runner *runner
	target target
	used   time.Time // when it was last asked for; guarded by the runner

	mu sync.Mutex
	lag
	gate      *gate
	order     domain.OrderPolicy
	seen      *hook // what the gate follows
	lines     map[string]*line
	ready     []*line // their first message may be sent
	replay    *replayFeed
	samples   []*task // they are sent whatever the gate says
	queued    int     // messages in lines that come for the first time
	retrying  int     // those that were put off
	failing   int     // failures in all lines
	pressing  int     // messages in lines that are urgent
	owedAfter int64   // as the webhook's when it was last seen
	forgot    bool    // others wait behind failures that the table alone knows
	inFlight  int
	next      *job      // what the one that has just ended a job goes on with
	unwritten int       // results on their way into the table
	moved     time.Time // when it last was done with a message
	idle      bool      // live, with nothing in hand: counted by the runner
	timer     *time.Timer
	wakes     time.Time // when the timer does
	dead      bool      // forgotten by the runner, which may have made another one
}

func newLane(r *runner, webhookID string) *lane {
	l := &lane{
		runner: r, target: target{client: r.worker.cfg.Client, keys: r.worker.cfg.Keys, id: webhookID},
		gate: r.worker.newGate(), lines: map[string]*line{}, lag: lag{position: behind(r.offered.Load()), over: map[place]bool{}, known: r.rows},
	}
	l.weigh()
	return l
}

func (w *Worker) newGate() *gate {
	g := newGate(w.cfg.InFlight, w.random)
	g.breaker.pace = w.cfg.Probe
	return g
}

// offering is what a lane says to a message of the log.
type offering int

const (
	taken offering = iota
	full
	passed // the lane reads it, or has read it, from the log by itself
	owned  // the same, but the table does not say so yet
)

// offer takes the next message of the log, if there is room for it.
func (l *lane) offer(t *task) offering {
	l.mu.Lock()
	defer l.release()
	switch {
	case l.passes(t.place):
		return l.passing()
	case l.has(t.seriesID, t.place):
		l.position = t.place
		return passed
	case l.room() == 0:
		return full
	}
	l.position = t.place
	l.enqueue(t)
	l.pump()
	return taken
}

// refuse is offer where the runner does not wait for room: the lane is behind,
// from this message on.
func (l *lane) refuse(t *task) offering {
	o := l.offer(t)
	if o != full {
		return o
	}
	l.mu.Lock()
	defer l.release()
	if l.passes(t.place) {
		return l.passing()
	}
	if l.position.number != t.number {
		l.position = behind(t.number - 1)
	}
	l.fallBehind()
	l.want()
	return owned
}

// retry takes a message that is due again, and returns false where there is no
// room for it, or a replay is sending it just then.
func (l *lane) retry(t *task) bool {
	l.mu.Lock()
	defer l.release()
	if t.test {
		l.count(t, 1)
		l.samples = append(l.samples, t)
	} else if l.full(t) || l.replay.sending(t) {
		return false
	} else {
		l.comeBack(t)
	}
	l.pump()
	return true
}

// comeBack takes a message that was due and is claimed, unless it was met in the log
// in that moment.
func (l *lane) comeBack(t *task) {
	if s := l.lines[t.seriesID]; s == nil || !s.has(t.place) {
		l.enqueue(t)
	}
}

// has reports whether a message of the log is known here, as one that came back out
// of the table: it is in hand, or waits there, or is done, which the table may not
// say yet. What a claim has taken the time off has a row like that of a message that
// merely waits.
func (l *lane) has(series string, at place) bool {
	s := l.lines[series]
	return l.over[at] || s != nil && s.holds(at)
}

// closed reports whether retry would return false. Messages that come for the
// first time do not count: they may be waiting behind the very one that is due.
func (l *lane) closed() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.shut()
}

// full is shut for a message; what is urgent a failing webhook takes, too.
func (l *lane) full(t *task) bool {
	if t.urgent && l.gate.takesUrgent() {
		return l.retrying >= l.runner.worker.laneLimit()
	}
	return l.shut()
}

func (l *lane) shut() bool { return l.gate.parked() || l.retrying >= l.runner.worker.laneLimit() }

// discard ends a lane whose runner has stopped.
func (l *lane) discard() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runner.worker.held.Add(-int64(l.queued + l.retrying))
	if l.timer != nil {
		l.timer.Stop()
	}
}

// remember lets others wait behind a message that failed before the lane knew it.
func (l *lane) remember(series string, f failure) {
	l.mu.Lock()
	defer l.release()
	l.recall(series, f)
}

// release gives the lock free. The runner counts who has nothing to do.
func (l *lane) release() {
	l.weigh()
	l.mu.Unlock()
}

// weigh counts the lane among those with nothing to do, or not. The lock is held,
// here and below.
func (l *lane) weigh() {
	if idle := !l.on && l.queued+l.retrying+l.inFlight == 0; idle != l.idle {
		l.idle = idle
		l.runner.idles(idle)
	}
}

// room returns how many more messages the lane takes.
func (l *lane) room() int {
	if l.failing >= maxFailing {
		return 0
	}
	return max(0, l.runner.worker.laneLimit()-l.queued)
}

func (l *lane) count(t *task, n int) {
	if t.due {
		l.retrying += n
	} else {
		l.queued += n
	}
	if t.urgent && !t.test {
		l.pressing += n
	}
	l.runner.worker.held.Add(int64(n))
}

func (l *lane) line(series string) *line {
	s := l.lines[series]
	if s == nil {
		s = &line{series: series}
		l.lines[series] = s
	}
	return s
}

func (l *lane) enqueue(t *task) {
	l.replay.leave(t)
	s := l.line(t.seriesID)
	if f, failed := s.first(t); failed {
		l.postpone(s, t, f)
		return
	}
	if f, late := s.behind(t, time.Now()); late {
		l.postpone(s, t, f)
		return
	}
	l.failing -= s.insert(t)
	l.count(t, 1)
	l.list(s, time.Now())
}

func (l *lane) list(s *line, now time.Time) {
	if !s.listed && s.open(now) {
		s.listed = true
		l.ready = append(l.ready, s)
	}
}
