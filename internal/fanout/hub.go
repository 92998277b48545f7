package fanout

import (
	"cmp"
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"slotcast/internal/metrics"
)

// Config bounds what a Hub keeps. Its zero value is the default.
type Config struct {
	Entries int // that a group keeps; default 4096
	Bytes   int // of the entries that a group keeps; default 4 MiB
	Total   int // of those that all groups keep, about: with many, each keeps less; default 256 MiB
	Metrics *metrics.Live
}

// Hub keeps the groups. It is safe for concurrent use. A group starts with its
// first subscriber and ends with its last.
type Hub struct {
	cfg   Config
	reads chan struct{} // held while somebody reads a feed for himself alone

	running sync.WaitGroup
	share   atomic.Int64 // bytes of entries that a group may keep

	mu     sync.Mutex
	groups map[string]*group
}

// NewHub returns a Hub without groups.
func NewHub(c Config) *Hub {
	c.Entries = cmp.Or(c.Entries, 4096)
	c.Bytes = cmp.Or(c.Bytes, 4<<20)
	c.Total = cmp.Or(c.Total, 256<<20)
	h := &Hub{cfg: c, reads: make(chan struct{}, 4*runtime.GOMAXPROCS(0)), groups: map[string]*group{}}
	h.divide()
	return h
}

// Groups returns how many there are.
func (h *Hub) Groups() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.groups)
}

// Members returns how many subscribers take what their groups have: all but those
// who are alone, and those who read their feeds themselves for now.
func (h *Hub) Members() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, g := range h.groups {
		g.mu.Lock()
		for _, m := range g.lanes {
			n += m.count()
		}
		g.mu.Unlock()
	}
	return n
}

// Wait returns when no group runs, once all subscribers have left.
func (h *Hub) Wait() { h.running.Wait() }

// enter counts a subscriber in its group, which is made where there is none.
// exit must follow. The group runs with the values of the first one's context.
func (h *Hub) enter(ctx context.Context, s *Stream, place int64) *group {
	h.mu.Lock()
	defer h.mu.Unlock()
	g := h.groups[s.Key]
	if g == nil {
		g = newGroup(h, s.Key)
		h.groups[s.Key] = g
		h.divide()
		running, cancel := context.WithCancel(context.WithoutCancel(ctx))
		g.cancel = cancel
		closed := h.cfg.Metrics.GroupOpened()
		h.running.Go(func() {
			defer closed()
			g.run(running, Stream{Key: s.Key, Feed: s.Feed, Open: s.Open}, place)
		})
	}
	g.entered++
	return g
}

func (h *Hub) exit(g *group) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if g.entered--; g.entered == 0 {
		g.cancel()
		h.forget(g)
	}
}

// over takes a group that has ended out of the way of the next.
func (h *Hub) over(g *group) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.forget(g)
}

func (h *Hub) forget(g *group) {
	if h.groups[g.key] == g {
		delete(h.groups, g.key)
		h.divide()
	}
}

// divide gives each group its share of all that may be kept.
func (h *Hub) divide() {
	h.share.Store(int64(min(h.cfg.Bytes, h.cfg.Total/max(1, len(h.groups)))))
}
