package fanout_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"slotcast/internal/fanout"
)

// TestModel lets subscribers come, stall and leave at random, at random places of
// feeds of which some is hidden, while values come: each gets exactly what is behind
// its place, in order, once. When all have caught up, a value costs one execution
// for each group.
func TestModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			m := newModel(t, seed)
			for range 400 {
				m.step()
			}
			m.settle()
			m.check()
			m.leave()
		})
	}
}

type model struct {
	*world
	rnd   *rand.Rand
	feeds []*list
	lanes []*fanout.Lane
	live  []*modelled
	n     int
}

// modelled is a client, and what it should get.
type modelled struct {
	*client
	name  string
	feed  *list
	place int64
}

func newModel(t *testing.T, seed uint64) *model {
	rnd := rand.New(rand.NewPCG(seed, 7))
	m := &model{
		world: newWorld(t, fanout.Config{Entries: 1 + rnd.IntN(40), Bytes: 40 + rnd.IntN(400)}), rnd: rnd,
		feeds: []*list{newList(), newList(), newList()},
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var ended sync.WaitGroup
	t.Cleanup(func() { stop(); ended.Wait() })
	for i := range 4 {
		lane := fanout.NewLane(i < 3)
		m.lanes = append(m.lanes, lane)
		ended.Go(func() {
			w := &world{t: t, hub: m.hub, lane: lane}
			for {
				select {
				case <-lane.Ready():
					w.pass()
				case <-ctx.Done():
					return
				}
			}
		})
	}
	return m
}

func (m *model) step() {
	switch n := m.rnd.IntN(10); {
	case n < 4:
		feed := m.feeds[m.rnd.IntN(len(m.feeds))]
		for range 1 + m.rnd.IntN(30) {
			m.n++
			feed.append(value{text: fmt.Sprint(m.n), hidden: m.rnd.IntN(3) == 0})
		}
	case n < 7:
		m.join()
	case len(m.live) == 0:
	case n < 9:
		c := m.live[m.rnd.IntN(len(m.live))]
		c.stall(m.rnd.IntN(2) == 0)
	default:
		i := m.rnd.IntN(len(m.live))
		c := m.live[i]
		m.live = append(m.live[:i], m.live[i+1:]...)
		c.leave()
		c.isPrefix(m.t)
	}
}

// join adds somebody to a group, or to himself.
func (m *model) join() {
	i := m.rnd.IntN(len(m.feeds))
	feed := m.feeds[i]
	head, _ := feed.Head(m.t.Context())
	key := fmt.Sprint(i, " ", m.rnd.IntN(2))
	if m.rnd.IntN(8) == 0 {
		key = ""
	}
	m.lane = m.lanes[m.rnd.IntN(len(m.lanes))]
	c := &modelled{feed: feed, place: m.rnd.Int64N(head + 1)}
	c.client = m.client(key, feed, c.place, "")
	c.name = fmt.Sprintf("%q behind %d", key, c.place)
	c.start()
	m.live = append(m.live, c)
}

func (c *modelled) isPrefix(t *testing.T) {
	t.Helper()
	want := c.feed.visible(c.place)
	if len(c.got) > len(want) {
		t.Fatalf("%s: got %d entries of %d", c.name, len(c.got), len(want))
	}
	same(t, c.name, c.got, want[:len(c.got)])
}

// settle lets everybody take, until all have caught up.
func (m *model) settle() {
	for _, f := range m.feeds {
		f.append(value{text: "last"}) // visible, so that places are equal when it has come
	}
	for _, c := range m.live {
		c.stall(false)
		same(m.t, c.name, c.wait(len(c.feed.visible(c.place))), c.feed.visible(c.place))
		until(m.t, "it follows", func() bool { return c.sub.Joined() || c.sub.Alone() })
	}
}

// check adds values one by one, of which each costs one execution for each group.
func (m *model) check() {
	const more = 5
	shared, own := m.shared.Load(), m.own.Load()
	for range more {
		for _, f := range m.feeds {
			f.append(value{text: "more"})
		}
		for _, c := range m.live {
			same(m.t, c.name, c.wait(len(c.feed.visible(c.place))), c.feed.visible(c.place))
		}
	}
	alone, groups := 0, map[string]bool{}
	for _, c := range m.live {
		if c.sub.Alone() {
			alone++
		} else {
			groups[c.name[:len(`"0 0"`)]] = true
		}
	}
	if n := m.hub.Groups(); n != len(groups) {
		m.t.Errorf("%d groups, want %d", n, len(groups))
	}
	if s, o := m.shared.Load()-shared, m.own.Load()-own; s != int64(more*len(groups)) || o != int64(more*alone) {
		m.t.Errorf("%d values for %d groups and %d alone cost %d and %d executions", more, len(groups), alone, s, o)
	}
}

func (m *model) leave() {
	for _, c := range m.live {
		c.leave()
	}
	if n := m.hub.Groups(); n != 0 {
		m.t.Errorf("%d groups are left", n)
	}
	m.hub.Wait()
}
