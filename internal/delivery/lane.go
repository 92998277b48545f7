package delivery

import (
	"sync"
	"time"
)

const (
	maxFailing = 1024        // failures in their time of grace; with more a lane takes nothing new
	slow       = time.Second // after which a message gets its row while it is still in hand
	unused     = time.Minute // after which an empty lane is forgotten
)

// lane sends the messages of one webhook: of each series one at a time, in
// order, and of all together a few at a time. What it has no room for waits in
// the table, and younger messages wait behind that, in memory if all of it will
// fit, else in the table too.
type lane struct {
	runner *runner
	target target
	used   time.Time // when it was last asked for; guarded by the runner

	mu       sync.Mutex
	lines    map[string]*line
	ready    []*line // their first message may be sent
	away     away
	tail     []*task // behind those that are away
	queued   int     // messages in lines and tail that come for the first time
	retrying int     // those that were put off
	failing  int     // failures in all lines
	inFlight int
	window   int // how many may be: halved by failures, raised by successes
}

func newLane(r *runner, webhookID string) *lane {
	return &lane{
		runner: r, target: target{client: r.worker.cfg.Client, keys: r.worker.cfg.Keys, id: webhookID},
		lines: map[string]*line{}, window: r.worker.cfg.InFlight, away: away{after: place{r.handed, lastPart}},
	}
}

// retry takes a message that is due again, and returns false where there is no
// room for it.
func (l *lane) retry(t *task) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.retrying >= l.runner.worker.laneLimit() {
		return false
	}
	l.enqueue(t)
	l.pump()
	return true
}

// full reports whether retry would return false. Messages that come for the first
// time do not count: they may be waiting behind the very one that is due.
func (l *lane) full() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.retrying >= l.runner.worker.laneLimit()
}

// discard ends a lane whose runner has stopped.
func (l *lane) discard() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.runner.worker.held.Add(-int64(l.queued + l.retrying))
}

// remember lets others wait behind a message that failed under the owner before.
func (l *lane) remember(series string, f failure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.blame(l.line(series), f)
}

// tick is called once a second: it ends times of grace, and gives a row to what
// is not settled by now. It reports whether the lane may be forgotten.
func (l *lane) tick(now time.Time) (idle bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for series, s := range l.lines {
		l.failing -= s.forgive(now)
		l.note(s.tasks, now)
		l.list(s, now)
		if s.empty() {
			delete(l.lines, series)
		}
	}
	l.note(l.tail, now)
	l.pump()
	return len(l.lines) == 0 && l.away.count == 0 && now.Sub(l.used) > unused
}

func (l *lane) note(tasks []*task, now time.Time) {
	for _, t := range tasks {
		if t.fresh && now.Sub(t.since) >= slow {
			l.report(t.waiting())
		}
	}
}

// room returns how many more messages the lane takes. The lock is held, here
// and below.
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
	s := l.line(t.seriesID)
	if f, failed := s.first(t); failed {
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

// pump starts what may be sent.
func (l *lane) pump() {
	for l.inFlight < l.window && len(l.ready) > 0 && l.runner.begin() {
		s := l.ready[0]
		l.ready = l.ready[1:]
		s.listed, s.busy = false, true
		l.inFlight++
		go l.send(s, s.tasks[0])
	}
}

// send delivers one message; then the lane goes on.
func (l *lane) send(s *line, t *task) {
	defer l.runner.sending.Done()
	res, ok := l.runner.worker.attempt(t, &l.target)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight--
	s.busy = false
	if !ok {
		return // the runner stops; the next owner sends it
	}
	s.tasks = s.tasks[1:]
	l.count(t, -1)
	l.settle(s, res)
	if s.empty() {
		delete(l.lines, s.series)
	}
	if _, ok := l.hungry(); ok {
		l.runner.worker.feed()
	}
	l.pump()
}

// settle draws the conclusions from a result, and passes it on.
func (l *lane) settle(s *line, res result) {
	now := time.Now()
	if res.overloaded() {
		l.window = max(1, l.window/2)
	} else {
		l.window = min(l.window+1, l.runner.worker.cfg.InFlight)
	}
	l.report(res)
	if res.nextAttemptAt != nil {
		f := failure{place: res.place, until: l.runner.worker.graceOf(res.attempts), next: *res.nextAttemptAt}
		if now.Before(f.until) {
			l.blame(s, f)
		}
		if t := s.second(res.place); t != nil {
			l.count(t, -1)
			l.postpone(s, t, f)
		}
	}
	l.list(s, now)
}

// blame lets others wait behind a failure.
func (l *lane) blame(s *line, f failure) {
	l.failing -= s.drop(func(old failure) bool { return old.place == f.place })
	s.failed = append(s.failed, f)
	l.failing++
}

// postpone puts the second of a pair off, without an attempt, until the first one
// is tried again: however long that fails, the second never overtakes it. Then
// the table tells whether the first one is done. Others wait behind the two as
// behind the first.
func (l *lane) postpone(s *line, t *task, first failure) {
	now, at := time.Now(), first.next
	if !now.Before(at) { // the first is in hand
		at = now.Add(time.Second)
	}
	if now.Before(first.until) {
		l.blame(s, failure{place: t.place, until: first.until, next: at})
	}
	l.report(t.later(at, t.attempts))
}

// report passes a result on; a message's first one settles it in the books.
func (l *lane) report(res result) {
	res.closes, res.fresh = res.fresh, false
	l.runner.worker.outbox.add(res)
}
