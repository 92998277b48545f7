package demo

import (
	"container/heap"
	"context"
	"time"
)

// clock is the time of the past that is being made. It goes on by a little with
// each look, so that nothing happens at the same instant. It is for one goroutine.
type clock struct{ now time.Time }

const blink = 100 * time.Microsecond

// Now is what the services see.
func (c *clock) Now() time.Time {
	c.now = c.now.Add(blink)
	return c.now
}

// reach lets it be a time, unless it is later already.
func (c *clock) reach(t time.Time) {
	if t.After(c.now) {
		c.now = t
	}
}

// happening is what is to be done at a time.
type happening struct {
	at    time.Time
	order int // of those at one time, the first that was planned
	do    func(context.Context) error
}

// timeline does what is planned, in the order of time; what is done may plan
// more. What lies behind its end is never done.
type timeline struct {
	clock *clock
	until time.Time
	plan  queue
	next  int
}

// at plans. What would lie in the past happens next.
func (t *timeline) at(when time.Time, do func(context.Context) error) {
	t.next++
	heap.Push(&t.plan, happening{at: when, order: t.next, do: do})
}

// run does all of it. Told hears how much is done, and how much is planned.
func (t *timeline) run(ctx context.Context, told func(done, all int)) error {
	for done := 0; t.plan.Len() > 0; done++ {
		told(done, done+t.plan.Len())
		h := heap.Pop(&t.plan).(happening)
		if h.at.After(t.until) {
			continue
		}
		t.clock.reach(h.at)
		if err := h.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// queue is a heap of what is planned, the next first.
type queue []happening

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	if q[i].at.Equal(q[j].at) {
		return q[i].order < q[j].order
	}
	return q[i].at.Before(q[j].at)
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *queue) Push(h any)   { *q = append(*q, h.(happening)) }
func (q *queue) Pop() any {
	old := *q
	last := old[len(old)-1]
	*q = old[:len(old)-1]
	return last
}
