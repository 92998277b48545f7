package delivery

import (
	"context"
	"sync"
	"time"
)

// maxQueued bounds the messages a lane keeps in memory; more are parked.
const maxQueued = 256

// lane sends the messages of one webhook: of each series one at a time, in
// order, and of all together a few at a time.
type lane struct {
	runner *runner
	target target
	used   time.Time // when it was last asked for; guarded by the runner

	mu       sync.Mutex
	lines    map[string]*line   // series with messages in memory
	ready    []string           // series whose first message may be sent
	parked   map[string]*parked // series with messages in the table
	queued   int
	inFlight int
}

// line is a series in memory: its first message may be in flight.
type line struct {
	tasks []*task
	busy  bool
}

// parked is a series whose messages wait in the table: by id, their numbers.
// Until the given time later messages of the series wait behind them.
type parked struct {
	numbers map[string]int64
	next    time.Time // when the first of them is tried again
	until   time.Time
}

func newLane(r *runner, webhookID string) *lane {
	return &lane{
		runner: r, target: target{client: r.worker.cfg.Client, id: webhookID},
		lines: map[string]*line{}, parked: map[string]*parked{},
	}
}

// offer takes a message: into memory, or, where it must wait behind a parked
// one or there is no room, into the table. It blocks while results back up.
func (l *lane) offer(ctx context.Context, t *task) {
	now := time.Now()
	l.mu.Lock()
	l.unpark(t)
	if l.waits(t, now) || l.queued >= maxQueued {
		at := l.park(t, now)
		l.mu.Unlock()
		l.runner.worker.report(ctx, t.later(at))
		return
	}
	s := l.lines[t.seriesID]
	if s == nil {
		s = &line{}
		l.lines[t.seriesID] = s
	}
	s.tasks = append(s.tasks, t)
	l.queued++
	if !s.busy && len(s.tasks) == 1 {
		l.ready = append(l.ready, t.seriesID)
	}
	l.pump()
	l.mu.Unlock()
}

// pump starts what may be sent. The lock is held.
func (l *lane) pump() {
	for l.inFlight < l.runner.worker.cfg.InFlight && len(l.ready) > 0 && l.runner.begin() {
		s := l.lines[l.ready[0]]
		l.ready = l.ready[1:]
		t := s.tasks[0]
		s.busy = true
		l.inFlight++
		go l.send(l.runner.sendCtx, t)
	}
}

// send delivers one message and reports; then the lane goes on.
func (l *lane) send(ctx context.Context, t *task) {
	defer l.runner.sending.Done()
	w := l.runner.worker
	w.slots <- struct{}{}
	res := w.attempt(ctx, t, &l.target)
	<-w.slots
	waiting := l.finish(t, res)
	w.report(ctx, res)
	for _, behind := range waiting {
		w.report(ctx, behind)
	}
	l.mu.Lock()
	l.pump()
	l.mu.Unlock()
}

// finish takes a message off its line. One that will be tried again is parked,
// and what stands behind it too.
func (l *lane) finish(t *task, res result) (waiting []result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.inFlight--
	s := l.lines[t.seriesID]
	s.tasks, s.busy = s.tasks[1:], false
	l.queued--
	if res.nextAttemptAt != nil {
		now := time.Now()
		p := l.put(t.seriesID, t.id, t.number, now.Add(maxBehind))
		p.next = *res.nextAttemptAt
		if now.Before(p.until) {
			for _, behind := range s.tasks {
				waiting = append(waiting, behind.later(l.park(behind, now)))
			}
			l.queued -= len(waiting)
			s.tasks = nil
		}
	}
	if len(s.tasks) == 0 {
		delete(l.lines, t.seriesID)
	} else {
		l.ready = append(l.ready, t.seriesID)
	}
	return waiting
}

// waits reports whether an earlier message of the series is parked and its
// time of grace has not passed.
func (l *lane) waits(t *task, now time.Time) bool {
	p := l.parked[t.seriesID]
	if p == nil || !now.Before(p.until) {
		return false
	}
	for _, number := range p.numbers {
		if number < t.number {
			return true
		}
	}
	return false
}

// park returns when to come back: with the message that it waits behind, or when
// the time of grace is over; in a second where there was no room.
func (l *lane) park(t *task, now time.Time) time.Time {
	p := l.put(t.seriesID, t.id, t.number, now.Add(maxBehind))
	at := p.next
	if at.After(p.until) {
		at = p.until
	}
	if soonest := now.Add(time.Second); at.Before(soonest) {
		at = soonest
	}
	return at
}

func (l *lane) put(series, id string, number int64, until time.Time) *parked {
	p := l.parked[series]
	if p == nil {
		p = &parked{numbers: map[string]int64{}, until: until}
		l.parked[series] = p
	}
	p.numbers[id] = number
	return p
}

// remember parks what another owner has parked.
func (l *lane) remember(series, id string, number int64, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.put(series, id, number, until)
}

func (l *lane) unpark(t *task) {
	p := l.parked[t.seriesID]
	if p == nil {
		return
	}
	delete(p.numbers, t.id)
	if len(p.numbers) == 0 {
		delete(l.parked, t.seriesID)
	}
}

// idle forgets parked series that nobody waits behind any more, and reports
// whether the lane has had nothing to do for a while.
func (l *lane) idle(now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for series, p := range l.parked {
		if now.After(p.until.Add(maxBehind)) {
			delete(l.parked, series)
		}
	}
	return l.queued == 0 && len(l.parked) == 0 && now.Sub(l.used) > time.Minute
}

func (l *lane) isFull() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.queued >= maxQueued
}
