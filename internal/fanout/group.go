package fanout

import (
	"bytes"
	"context"
	"math"
	"sync"
	"time"

	"slotcast/internal/backoff"
)

const (
	groupBatch = 64          // values that a group reads at once
	again      = time.Second // between attempts to learn where a feed stands
)

// group is one execution for all subscribers with the same key.
type group struct {
	hub     *Hub
	key     string
	cancel  context.CancelFunc
	entered int           // subscribers that are here, or want to be; the hub's lock
	ready   chan struct{} // closed when floor is known
	room    chan struct{} // gets a word when a lane has passed

	mu    sync.Mutex
	ring  ring
	lanes map[*Lane]*members
	at    int64 // place up to which the feed was looked at
	ended bool  // the last entry of the ring is the last one
}

func newGroup(h *Hub, key string) *group {
	return &group{
		hub: h, key: key, ready: make(chan struct{}), room: make(chan struct{}, 1),
		lanes: map[*Lane]*members{}, ring: ring{limit: h.cfg.Entries, share: &h.share},
	}
}

// run reads the feed until ctx ends, or the stream does.
func (g *group) run(ctx context.Context, stream Stream, place int64) {
	at, items, ok := g.start(ctx, stream.Feed, place)
	if !ok {
		return
	}
	encoder := stream.Open(ctx)
	var failed error // behind items
	for ctx.Err() == nil {
		for _, item := range items {
			g.hub.cfg.Metrics.Executed()
			if !g.waitForRoom(ctx) {
				return
			}
			e := encoder.Encode(item)
			if item.State && g.told(e) {
				continue
			}
			if !g.append(e) {
				return
			}
		}
		g.mu.Lock()
		g.at = at
		g.mu.Unlock()
		if failed != nil {
			if ctx.Err() == nil {
				g.append(encoder.End(failed))
			}
			return
		}
		items, at, failed = readFeed(ctx, stream.Feed, at, groupBatch)
	}
}

// start is where the group begins: where the feed stands or, where that is only a
// little further, at the place of the first subscriber. After a restart many come
// back from about the same place, who then share also what they have missed. items
// are behind it, and upTo is behind them.
func (g *group) start(ctx context.Context, feed Feed, place int64) (upTo int64, items []Item, ok bool) {
	head, err := headOf(ctx, feed)
	for ; err != nil; head, err = headOf(ctx, feed) {
		if backoff.Wait(ctx, again) != nil {
			return 0, nil, false
		}
	}
	begin, upTo := head, head
	if place > 0 && place < head && head-place <= int64(g.hub.cfg.Entries/2) {
		// What is wrong with this place is no concern of the others.
		if first, next, err := readFeed(ctx, feed, place, groupBatch); err == nil {
			begin, items, upTo = place, first, next
		}
	}
	g.ring.floor, g.at = begin, begin
	close(g.ready)
	return upTo, items, true
}

// append gives subscribers an entry, and reports whether the stream goes on.
func (g *group) append(e *Entry) bool {
	if e.Kind == Broken {
		return false
	}
	last := e.Kind != Next
	if last {
		e.Place = math.MaxInt64 // everybody needs it
		g.hub.over(g)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ring.push(e)
	g.ended = last
	for _, m := range g.lanes {
		m.queue()
	}
	return !last
}

// told reports whether an entry looks like the one before it.
func (g *group) told(e *Entry) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := len(g.ring.entries)
	return e.Kind == Next && n > 0 && bytes.Equal(g.ring.entries[n-1].Payload, e.Payload)
}

// waitForRoom holds the group back while what serves its subscribers is behind:
// they must not fall out of the ring for want of a processor. One whose
// connection takes nothing holds nobody.
func (g *group) waitForRoom(ctx context.Context) bool {
	for !g.hasRoom() {
		select {
		case <-g.room:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

func (g *group) hasRoom() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, m := range g.lanes {
		if m.lane.pacing && g.ring.unserved(m.passed) {
			return false
		}
	}
	return true
}

// attach makes a subscriber a member where the ring holds all that comes behind
// its place. Its owner holds its lock.
func (g *group) attach(s *Subscriber) (ok, ended bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if s.place < g.ring.floor {
		return false, g.ended
	}
	s.next = g.ring.behind(s.place)
	s.joined = true
	m := g.lanes[s.lane]
	if m == nil {
		m = &members{group: g, lane: s.lane, passed: g.ring.end()}
		g.lanes[s.lane] = m
	}
	m.add(s)
	return true, false
}

// detach is attach's counterpart.
func (g *group) detach(s *Subscriber) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s.joined = false
	m := g.lanes[s.lane]
	if m.remove(s) {
		delete(g.lanes, s.lane)
		g.passed()
	}
}

// take is the ring's.
func (g *group) take(s *Subscriber, dst []*Entry, limit int) (entries []*Entry, behind bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.ring.take(s, dst, limit)
}

// passed says that there may be room.
func (g *group) passed() {
	select {
	case g.room <- struct{}{}:
	default:
	}
}
