package delivery

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
)

// replayFeed is a second, subordinate feed of a lane: it goes through a range of the
// log once more. It has one page of it in hand at a time, in lines of its own: of
// a series one message at a time, in order. What fails goes the way of all that
// fails, and with it what waits behind it; the replay goes on with the rest. While
// the webhook is parked or behind it rests.
type replayFeed struct {
	*ent.Replay
	lane    *lane
	account *books

	// Guarded by the lane.
	lines    map[string]*line
	ready    []*line
	inHand   int
	inFlight int
	read     int64 // all up to this event has been taken in hand
	over     bool  // it is done, or cancelled

	mu     sync.Mutex
	counts map[int64]count // of events above the watermark
	total  count           // of all others
}

// count is how many messages of an event were sent, and arrived at once.
type count struct{ sent, delivered int }

func newReplay(l *lane, row *ent.Replay) *replayFeed {
	return &replayFeed{
		Replay: row, lane: l, account: newBooks(row.Number), lines: map[string]*line{}, read: row.Number, counts: map[int64]count{},
		total: count{row.Sent, row.Delivered},
	}
}

// step takes the next page in hand when the one before is done. It reports whether
// there may be more to do at once.
func (p *replayFeed) step(ctx context.Context) (more bool, err error) {
	l := p.lane
	h, err := l.target.get(ctx)
	if err != nil {
		return false, err
	}
	l.looked(h)
	l.mu.Lock()
	read, rest := p.read, p.over || p.inHand > 0
	done := read >= p.End // then there is only that to be said, whatever state the webhook is in
	rest = rest || !done && !l.admitsReplay()
	l.mu.Unlock()
	upTo := min(p.End, l.runner.offered.Load())
	if rest || !done && read >= upTo {
		return false, nil
	}
	if !done && (h == nil || h.State == domain.WebhookDisabled) { // there is nobody to send to
		l.runner.worker.outbox.mark(mark{lane: l, replay: p, ends: domain.ReplayCancelled})
		return false, nil
	}
	var tasks []*task
	if read < upTo {
		if tasks, upTo, err = p.page(ctx, h.Webhook, read, upTo); err != nil {
			return false, err
		}
	}
	l.mu.Lock()
	defer l.release()
	p.take(tasks, upTo)
	l.pump()
	l.runner.worker.outbox.mark(mark{lane: l, replay: p})
	return p.inHand == 0 && p.read < p.End, nil
}

// take enters a page. What is in the lane's hands anyway is left to it. The lane's
// lock is held, here and below.
func (p *replayFeed) take(tasks []*task, upTo int64) {
	tasks = slices.DeleteFunc(tasks, func(t *task) bool {
		s := p.lane.lines[t.seriesID]
		return s != nil && s.has(t.place)
	})
	for i := 0; i < len(tasks); {
		n := 1
		for i+n < len(tasks) && tasks[i+n].number == tasks[i].number {
			n++
		}
		p.account.enter(tasks[i].number, n)
		i += n
	}
	if p.account.enterAt(upTo); p.over {
		return
	}
	p.read = upTo
	now := time.Now()
	for _, t := range tasks {
		if f, waits := p.behind(t, now); waits {
			p.putOff(t, f)
			continue
		}
		s := p.lines[t.seriesID]
		if s == nil {
			s = &line{series: t.seriesID}
			p.lines[t.seriesID] = s
		}
		s.insert(t)
		p.inHand++
		p.list(s)
	}
}

func (p *replayFeed) list(s *line) {
	if !s.listed && len(s.tasks) > 0 && !s.busy {
		s.listed = true
		p.ready = append(p.ready, s)
	}
}

// next begins a message, if there is one and replays do not have their half of
// the lane already.
func (p *replayFeed) next() (*line, *task) {
	if p == nil || p.over || len(p.ready) == 0 || p.inFlight >= max(1, p.lane.runner.worker.cfg.InFlight/2) {
		return nil, nil
	}
	s := p.ready[0]
	p.ready = p.ready[1:]
	s.listed, s.busy = false, true
	p.inFlight++
	return s, s.tasks[0]
}

// sent draws the conclusions from a result; without one the message goes back.
func (p *replayFeed) sent(s *line, t *task, res *result, ok bool) (change verdict) {
	l := p.lane
	p.inFlight--
	s.busy = false
	defer p.list(s)
	if !ok {
		return none
	}
	s.tasks = s.tasks[1:]
	p.inHand--
	if res.status == domain.DeliveryCancelled { // which says nothing of a message that may have been delivered before
		p.inHand -= len(s.tasks)
		s.tasks, p.over = nil, true
		l.runner.worker.outbox.mark(mark{lane: l, replay: p, ends: domain.ReplayCancelled})
		return none
	}
	l.moved = time.Now()
	change = l.learn(l.moved, res)
	p.count(t.number, res.status == domain.DeliveryDelivered)
	l.report(*res)
	if res.nextAttemptAt != nil {
		p.failed(s, res)
	}
	if len(s.tasks) == 0 {
		delete(p.lines, s.series)
	}
	if p.inHand == 0 {
		l.runner.worker.resume()
	}
	return change
}

func (p *replayFeed) count(number int64, delivered bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := p.counts[number]
	c.sent++
	if delivered {
		c.delivered++
	}
	p.counts[number] = c
}

// progress is what the table should say of a replay, however often it is written.
type progress struct {
	replay *replayFeed
	number int64
	count  count // in all
	ends   domain.ReplayStatus
}

// progress takes off what has been counted up to the watermark: who goes on after
// a crash does so there. Of a replay that is over, nobody goes on: it is all.
func (p *replayFeed) progress(ends domain.ReplayStatus) progress {
	out := progress{replay: p, ends: ends}
	out.number, _ = p.account.state()
	upTo := out.number
	if p.ended() || ends == domain.ReplayCancelled {
		upTo = math.MaxInt64
	}
	p.total.add(p.counted(upTo))
	out.count = p.total
	if ends == "" && out.number >= p.End {
		out.ends = domain.ReplayDone
	}
	return out
}

// counted takes off the counts of the events up to a number.
func (p *replayFeed) counted(upTo int64) (all count) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for number, c := range p.counts {
		if number <= upTo {
			all.add(c)
			delete(p.counts, number)
		}
	}
	return all
}

func (c *count) add(more count) {
	c.sent += more.sent
	c.delivered += more.delivered
}
