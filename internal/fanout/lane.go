package fanout

import (
	"slices"
	"sync"
)

// Lane is a number of subscribers that one goroutine serves: it waits for Ready
// and then calls Pass.
type Lane struct {
	pacing bool
	ready  chan struct{}

	mu      sync.Mutex
	waiting []*members
}

// NewLane returns a Lane without subscribers. One that is pacing holds groups
// back while it is behind: its Pass must not wait for anybody's connection.
func NewLane(pacing bool) *Lane { return &Lane{pacing: pacing, ready: make(chan struct{}, 1)} }

// Ready gets a word when there are new entries.
func (l *Lane) Ready() <-chan struct{} { return l.ready }

// Pass calls serve for each subscriber whose group has new entries.
func (l *Lane) Pass(serve func(*Subscriber)) {
	l.mu.Lock()
	waiting := l.waiting
	l.waiting = nil
	for _, m := range waiting {
		m.queued = false
	}
	l.mu.Unlock()
	for _, m := range waiting {
		m.pass(serve)
	}
}

func (l *Lane) queue(m *members) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.queued {
		return
	}
	m.queued = true
	l.waiting = append(l.waiting, m)
	select {
	case l.ready <- struct{}{}:
	default:
	}
}

// members are those of a group that are in one lane. The group's lock guards
// them, but for queued, which is under the lane's.
type members struct {
	group  *group
	lane   *Lane
	queued bool
	passed int64 // entries up to this number have been offered to all

	list []*Subscriber // nil: one that has left; nobody moves while there is a pass
	gaps []int         // where those were, for the next who come
}

func (m *members) queue() { m.lane.queue(m) }

func (m *members) add(s *Subscriber) {
	if n := len(m.gaps); n > 0 {
		s.index = m.gaps[n-1]
		m.gaps = m.gaps[:n-1]
		m.list[s.index] = s
		return
	}
	s.index = len(m.list)
	m.list = append(m.list, s)
}

// remove reports whether that was the last one.
func (m *members) remove(s *Subscriber) (last bool) {
	m.list[s.index] = nil
	m.gaps = append(m.gaps, s.index)
	return m.count() == 0
}

func (m *members) count() int { return len(m.list) - len(m.gaps) }

// chunk is how many members a pass takes at once: the group's lock is held for
// as long as that takes.
const chunk = 64

func (m *members) pass(serve func(*Subscriber)) {
	var some [chunk]*Subscriber
	end, next := m.begin()
	for next >= 0 {
		var taken []*Subscriber
		taken, next = m.some(some[:0], next)
		for _, s := range taken {
			serve(s)
		}
	}
	m.group.mu.Lock()
	m.passed = max(m.passed, end)
	m.group.mu.Unlock()
	m.group.passed()
}

// begin closes gaps where they are many, and returns the number that the pass will have offered.
func (m *members) begin() (end int64, next int) {
	m.group.mu.Lock()
	defer m.group.mu.Unlock()
	if len(m.gaps) > len(m.list)/2 {
		m.list = slices.DeleteFunc(m.list, func(s *Subscriber) bool { return s == nil })
		m.list, m.gaps = slices.Clone(m.list), nil // what the gaps took goes with the old array
		for i, s := range m.list {
			s.index = i
		}
	}
	return m.group.ring.end(), 0
}

// some appends members from an index on; next is -1 behind the last one.
func (m *members) some(dst []*Subscriber, from int) (taken []*Subscriber, next int) {
	m.group.mu.Lock()
	defer m.group.mu.Unlock()
	for i := from; i < len(m.list); i++ {
		if len(dst) == chunk {
			return dst, i
		}
		if s := m.list[i]; s != nil {
			dst = append(dst, s)
		}
	}
	return dst, -1
}
