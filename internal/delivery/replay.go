package delivery

import (
	"context"
	"slices"
	"sync"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/webhook"
)

// replayFeed is a second, subordinate feed of a lane: it goes through a range of the
// log once more. It has one page of it in hand at a time, in lines of its own: of
// a series one message at a time, in order. What fails goes the way of all that
// fails, and the replay goes on. While the webhook is parked or behind it rests.
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
}

// count is how many messages of an event were sent, and arrived at once.
type count struct{ sent, delivered int }

func newReplay(l *lane, row *ent.Replay) *replayFeed {
	return &replayFeed{
		Replay: row, lane: l, account: newBooks(row.Number), lines: map[string]*line{}, read: row.Number, counts: map[int64]count{},
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
	read, rest := p.read, p.over || p.inHand > 0 || l.on || l.gate.parked()
	l.mu.Unlock()
	upTo := min(p.End, l.runner.offered.Load())
	if rest || read < p.End && read >= upTo {
		return false, nil
	}
	if h == nil || h.State == domain.WebhookDisabled { // there is nobody to send to
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

// page reads the next events and makes tasks of what is to be sent.
func (p *replayFeed) page(ctx context.Context, w *ent.Webhook, read, upTo int64) (tasks []*task, to int64, err error) {
	r := p.lane.runner
	events, to, err := r.worker.pages.behind(ctx, r.shard, read, upTo)
	if err != nil {
		return nil, 0, err
	}
	rows, err := r.worker.records(ctx, w.ID, read, to)
	if err != nil {
		return nil, 0, err
	}
	for _, b := range events {
		parts, err := p.parts(w, b.event)
		if err != nil {
			return nil, 0, err
		}
		for _, part := range parts {
			d := rows[message{b.event.ID, w.ID, part}]
			if p.OnlyFailed && (d == nil || d.Status != domain.DeliveryFailed && d.Status != domain.DeliveryCancelled) {
				continue
			}
			t := newTask(p.account, b, w.ID, part)
			t.replay = p
			if d != nil {
				t.attempts, t.count, t.begin, t.body = d.Attempts, d.AttemptCount, d.AttemptCount, d.Body
			}
			tasks = append(tasks, t)
		}
	}
	return tasks, to, nil
}

// parts lists what is sent of an event: what the webhook was owed of it, or else
// would be now.
func (p *replayFeed) parts(w *ent.Webhook, e *eventlog.Event) ([]string, error) {
	if e.AppID != w.AppID || e.OccurredAt.Before(p.From) || !e.OccurredAt.Before(p.To) ||
		len(p.Triggers) > 0 && !slices.Contains(p.Triggers, e.Trigger) {
		return nil, nil
	}
	if parts := (&bodies{event: e}).owed(w.ID, place{}); len(parts) > 0 {
		return parts, nil
	}
	return webhook.OwedNow(w, e)
}

// take enters a page. What is in the lane's hands anyway is left to it. The lane's
// lock is held, here and below.
func (p *replayFeed) take(tasks []*task, upTo int64) {
	tasks = slices.DeleteFunc(tasks, func(t *task) bool {
		s := p.lane.lines[t.seriesID]
		return s != nil && slices.ContainsFunc(s.tasks, func(other *task) bool { return other.place == t.place })
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
	for _, t := range tasks {
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
	change = l.gate.ended(l.moved, res)
	p.count(t.number, res.status == domain.DeliveryDelivered)
	l.report(*res)
	if second := s.second(res.place); second != nil && res.nextAttemptAt != nil {
		p.inHand--
		l.report(second.later(*res.nextAttemptAt, second.attempts))
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

// progress is what the table should say of a replay.
type progress struct {
	replay *replayFeed
	number int64
	count  count // since the last time
	ends   domain.ReplayStatus
}

// progress takes off what has been counted up to the watermark.
func (p *replayFeed) progress(ends domain.ReplayStatus) progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := progress{replay: p, ends: ends}
	out.number, _ = p.account.state()
	for number, c := range p.counts {
		if number <= out.number {
			out.count.sent += c.sent
			out.count.delivered += c.delivered
			delete(p.counts, number)
		}
	}
	if ends == "" && out.number >= p.End {
		out.ends = domain.ReplayDone
	}
	return out
}
