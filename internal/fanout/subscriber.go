package fanout

import (
	"context"
	"sync"
)

// Stream is what a subscriber follows.
type Stream struct {
	// Key is equal for those who get the same entries, and tells them from all
	// others. Empty: this one is alone.
	Key  string
	Feed Feed
	// Open starts an execution, which ends with ctx: for a group with the values of
	// the context of one of its subscribers, or for one subscriber alone.
	Open func(ctx context.Context) Encoder
	// Own is an execution for the subscriber that has begun already; nil: Open
	// starts one when it is needed.
	Own Encoder
}

// Subscriber is a place in a stream. It has an owner, who serves it, and whose
// lock guards it.
type Subscriber struct {
	hub    *Hub
	stream Stream
	lane   *Lane
	lock   sync.Locker
	owner  any

	group  *group // from Follow's begin to Leave; nil for one that is alone
	joined bool   // it takes entries of the group
	left   bool
	place  int64 // of what it has taken last
	next   int64 // number of the entry that it takes next
	index  int   // among the members of its lane; the group's lock
}

// Subscribe returns a subscriber behind a place. Its owner calls Follow, and
// Leave at the end.
func (h *Hub) Subscribe(stream Stream, place int64, lane *Lane, lock sync.Locker, owner any) *Subscriber {
	return &Subscriber{hub: h, stream: stream, place: place, lane: lane, lock: lock, owner: owner}
}

// Owner returns what Subscribe was given.
func (s *Subscriber) Owner() any { return s.owner }

// soloBatch is how many values somebody reads at once who reads for himself.
const soloBatch = 16

// Follow reads the feed behind the subscriber's place, gives emit the entries,
// and returns once the subscriber has caught up with its group: from then on its
// owner calls Take, first at once and then when the lane passes. It returns false
// when the stream or ctx has ended, or emit wanted no more. The owner does not
// hold the lock.
func (s *Subscriber) Follow(ctx context.Context, emit func(*Entry) bool) (joined bool) {
	for alone := false; ctx.Err() == nil; alone = true {
		if s.join(ctx) {
			return true
		}
		if !alone {
			s.hub.cfg.Metrics.CaughtUp()
		}
		entries, upTo := s.read(ctx)
		for _, e := range entries {
			if e.Kind == Broken || !emit(e) || e.Kind != Next {
				return false
			}
			s.place = e.Place
		}
		s.place = max(s.place, upTo)
	}
	return false
}

// join makes the subscriber a member of its group if it can be one.
func (s *Subscriber) join(ctx context.Context) bool {
	if s.stream.Key == "" {
		return false
	}
	g := s.enter(ctx)
	if g == nil {
		return false
	}
	select {
	case <-g.ready:
	case <-ctx.Done():
		return false
	}
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.left {
		return false
	}
	ok, ended := g.attach(s)
	if ok {
		s.stream.Own = nil // what waits is kept small
	}
	if !ok && ended { // it does not go on: the next round finds another
		s.group = nil
		s.hub.exit(g)
	}
	return ok
}

func (s *Subscriber) enter(ctx context.Context) *group {
	s.lock.Lock()
	defer s.lock.Unlock()
	if s.group == nil && !s.left {
		s.group = s.hub.enter(ctx, &s.stream, s.place)
	}
	return s.group
}

// read encodes what comes next. How many do so at once is bounded, and with it
// what they hold in memory.
func (s *Subscriber) read(ctx context.Context) (entries []*Entry, upTo int64) {
	if s.stream.Key != "" { // somebody alone may wait for long
		select {
		case s.hub.reads <- struct{}{}:
			defer func() { <-s.hub.reads }()
		case <-ctx.Done():
			return nil, s.place
		}
	}
	if s.stream.Own == nil {
		s.stream.Own = s.stream.Open(ctx)
	}
	items, upTo, err := readFeed(ctx, s.stream.Feed, s.place, soloBatch)
	for _, item := range items {
		s.hub.cfg.Metrics.Executed()
		e := s.stream.Own.Encode(item)
		entries = append(entries, e)
		if e.Kind != Next {
			return entries, s.place
		}
	}
	if err != nil && ctx.Err() == nil {
		entries = append(entries, s.stream.Own.End(err))
	}
	if err != nil {
		upTo = s.place
	}
	return entries, upTo
}

// Take appends the next entries to dst, some limit bytes of them. behind says
// that the group does not keep what comes next: the owner calls Follow again. The
// owner holds the lock.
func (s *Subscriber) Take(dst []*Entry, limit int) (entries []*Entry, behind bool) {
	if !s.joined {
		return dst, false
	}
	entries, behind = s.group.take(s, dst, limit)
	if behind {
		s.group.detach(s)
	}
	return entries, behind
}

// At returns up to where the feed was looked at, where there is nothing that the
// subscriber has not taken. The owner holds the lock.
func (s *Subscriber) At() (place int64, ok bool) {
	if !s.joined {
		return 0, false
	}
	s.group.mu.Lock()
	defer s.group.mu.Unlock()
	return max(s.place, s.group.at), s.next == s.group.ring.end()
}

// Leave ends the subscriber. The owner holds the lock.
func (s *Subscriber) Leave() {
	if s.left {
		return
	}
	s.left = true
	if s.joined {
		s.group.detach(s)
	}
	if s.group != nil {
		s.hub.exit(s.group)
	}
}
