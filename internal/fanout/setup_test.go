package fanout_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"slotcast/internal/fanout"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second // for what should happen at once

// list is a feed that a test appends to: values at the places 1, 2, 3, of which
// some may be hidden. All its viewers share it.
type list struct {
	mu     sync.Mutex
	values []value
	end    error
	more   chan struct{} // closed when there is more

	head   func(ctx context.Context) error // called first by Head; may be nil
	before func(behind int64)              // called first by Read; may be nil
	reads  atomic.Int32
}

type value struct {
	text   string
	hidden bool
	state  bool
}

func newList() *list { return &list{more: make(chan struct{})} }

func (l *list) append(values ...value) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.values = append(l.values, values...)
	close(l.more)
	l.more = make(chan struct{})
}

// add appends values of which none is hidden: their numbers.
func (l *list) add(n int) {
	l.mu.Lock()
	at := len(l.values)
	l.mu.Unlock()
	for i := range n {
		l.append(value{text: strconv.Itoa(at + i + 1)})
	}
}

// finish ends the feed behind its last value.
func (l *list) finish(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.end = err
	close(l.more)
	l.more = make(chan struct{})
}

// Head implements fanout.Feed.
func (l *list) Head(ctx context.Context) (int64, error) {
	if l.head != nil {
		if err := l.head(ctx); err != nil {
			return 0, err
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return int64(len(l.values)), ctx.Err()
}

// Read implements fanout.Feed.
func (l *list) Read(ctx context.Context, behind int64, limit int) (items []fanout.Item, at int64, err error) {
	l.reads.Add(1)
	if l.before != nil {
		l.before(behind)
	}
	for {
		l.mu.Lock()
		values, end, more := l.values, l.end, l.more
		l.mu.Unlock()
		if int64(len(values)) > behind {
			values = values[behind:min(int64(len(values)), behind+int64(limit))]
			for i, v := range values {
				at = behind + int64(i) + 1
				if !v.hidden {
					items = append(items, fanout.Item{Place: at, Value: v.text, Cursor: strconv.FormatInt(at, 10), State: v.state})
				}
			}
			return items, at, nil
		}
		if end != nil {
			return nil, behind, end
		}
		select {
		case <-more:
		case <-ctx.Done():
			return nil, behind, ctx.Err()
		}
	}
}

// visible returns the texts behind a place that are not hidden.
func (l *list) visible(behind int64) (texts []string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, v := range l.values[behind:] {
		if !v.hidden {
			texts = append(texts, v.text)
		}
	}
	return texts
}

// encoder makes entries of texts and counts them.
type encoder struct {
	ctx     context.Context
	encoded *atomic.Int64
	poison  string // fails
}

func (e *encoder) Encode(item fanout.Item) *fanout.Entry {
	e.encoded.Add(1)
	text, _ := item.Value.(string)
	switch {
	case e.ctx.Err() != nil:
		return &fanout.Entry{Kind: fanout.Broken}
	case e.poison != "" && text == e.poison:
		return &fanout.Entry{Kind: fanout.Failed, Place: item.Place, Payload: []byte("poison")}
	}
	return &fanout.Entry{Place: item.Place, Cursor: item.Cursor, Payload: []byte(text)}
}

func (e *encoder) End(err error) *fanout.Entry {
	if errors.Is(err, io.EOF) {
		return &fanout.Entry{Kind: fanout.Complete}
	}
	return &fanout.Entry{Kind: fanout.Failed, Payload: []byte(err.Error())}
}

// world is a hub, and what is counted.
type world struct {
	t    *testing.T
	hub  *fanout.Hub
	lane *fanout.Lane

	groups atomic.Int64 // executions that groups have begun
	shared atomic.Int64 // values that groups have encoded
	own    atomic.Int64 // values that subscribers have encoded for themselves
}

func newWorld(t *testing.T, c fanout.Config) *world {
	t.Helper()
	return &world{t: t, hub: fanout.NewHub(c), lane: fanout.NewLane(true)}
}

func (w *world) stream(ctx context.Context, key string, feed fanout.Feed, poison string) fanout.Stream {
	return fanout.Stream{
		Key: key, Feed: feed, Own: &encoder{ctx: ctx, encoded: &w.own, poison: poison},
		Open: func(running context.Context) fanout.Encoder {
			if running == ctx { // not a group's
				return &encoder{ctx: ctx, encoded: &w.own, poison: poison}
			}
			w.groups.Add(1)
			return &encoder{ctx: running, encoded: &w.shared, poison: poison}
		},
	}
}

// client owns a subscriber, and takes what comes as a test tells it to.
type client struct {
	w      *world
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup

	mu     sync.Mutex
	sub    *fanout.Subscriber
	got    []string // texts, and what has ended it
	ended  bool
	stalls bool                  // it takes nothing of its group
	slow   func(e *fanout.Entry) // called for each entry that it reads by itself; may be nil
	word   chan struct{}         // closed and made anew when something has come
}

// join makes a client of a list, behind a place, that follows it.
func (w *world) join(key string, feed fanout.Feed, place int64) *client {
	c := w.client(key, feed, place, "")
	c.start()
	return c
}

func (w *world) client(key string, feed fanout.Feed, place int64, poison string) *client {
	c := &client{w: w, word: make(chan struct{})}
	c.ctx, c.cancel = context.WithCancel(context.WithoutCancel(w.t.Context()))
	c.sub = w.hub.Subscribe(w.stream(c.ctx, key, feed, poison), place, w.lane, &c.mu, c)
	w.t.Cleanup(c.leave)
	return c
}

func (c *client) start() { c.work.Go(c.follow) }

func (c *client) follow() {
	if c.sub.Follow(c.ctx, c.emit) {
		c.serve()
	}
}

func (c *client) emit(e *fanout.Entry) bool {
	if c.slow != nil {
		c.slow(e)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.note(e)
	return true
}

// serve takes what the group has.
func (c *client) serve() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.stalls && !c.ended {
		entries, behind := c.sub.Take(nil, 1)
		for _, e := range entries {
			c.note(e)
		}
		if behind {
			c.work.Go(c.follow)
			return
		}
		if len(entries) == 0 {
			return
		}
	}
}

func (c *client) note(e *fanout.Entry) {
	text := string(e.Payload)
	switch e.Kind {
	case fanout.Next:
	case fanout.Failed:
		text, c.ended = "failed: "+text, true
	case fanout.Complete:
		text, c.ended = "complete", true
	case fanout.Broken:
		text = "broken"
	}
	c.got = append(c.got, text)
	close(c.word)
	c.word = make(chan struct{})
}

// stall lets the client take nothing more, or again.
func (c *client) stall(yes bool) {
	c.mu.Lock()
	c.stalls = yes
	c.mu.Unlock()
	if !yes {
		c.serve()
	}
}

func (c *client) leave() {
	c.cancel()
	c.mu.Lock()
	c.sub.Leave()
	c.mu.Unlock()
	c.work.Wait()
}

// wait waits until the client has got so many texts, and returns them.
func (c *client) wait(n int) []string {
	c.w.t.Helper()
	late := time.After(patience)
	for {
		c.mu.Lock()
		got, word := c.got, c.word
		c.mu.Unlock()
		if len(got) >= n {
			return got
		}
		select {
		case <-word:
		case <-late:
			c.w.t.Fatalf("got %d entries, want %d: %v", len(got), n, tail(got))
		}
	}
}

func tail(got []string) []string { return got[max(0, len(got)-5):] }

// serving passes the lane until the test ends.
func (w *world) serving() *world {
	ctx, stop := context.WithCancel(context.WithoutCancel(w.t.Context()))
	var ended sync.WaitGroup
	ended.Go(func() {
		for {
			select {
			case <-w.lane.Ready():
				w.pass()
			case <-ctx.Done():
				return
			}
		}
	})
	w.t.Cleanup(func() { stop(); ended.Wait() })
	return w
}

func (w *world) pass() {
	w.lane.Pass(func(s *fanout.Subscriber) {
		if c, ok := s.Owner().(*client); ok {
			c.serve()
		}
	})
}

// same fails the test unless the client has got exactly these texts.
func same(t *testing.T, name string, got, want []string) {
	t.Helper()
	if fmt.Sprint(got) == fmt.Sprint(want) {
		return
	}
	at := 0
	for at < min(len(got), len(want)) && got[at] == want[at] {
		at++
	}
	t.Errorf("%s: %d entries, want %d; from number %d on %v, want %v",
		name, len(got), len(want), at, got[at:min(len(got), at+5)], want[at:min(len(want), at+5)])
}

// until waits for what does not say when it is so.
func until(t *testing.T, what string, holds func() bool) {
	t.Helper()
	late := time.After(patience)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("%s: not after %v", what, patience)
		}
	}
}
