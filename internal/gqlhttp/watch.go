package gqlhttp

import (
	"context"
	"time"

	"slotcast/internal/fanout"
	"slotcast/internal/metrics"
)

// watch lets a subscription follow the stream that its resolver has offered, until
// its context ends.
func (s *socket) watch(sub *subscription, x *execution) {
	s.out.mu.Lock()
	sub.member = s.t.hub.Subscribe(x.follow(), x.offer.stream.Place, s.writer.lane, &s.out.mu, sub)
	s.out.mu.Unlock()
	s.subs.enrol(sub)
	s.subs.wg.Add(1)
	context.AfterFunc(sub.ctx, func() {
		defer s.subs.wg.Done()
		s.out.mu.Lock()
		sub.member.Leave()
		s.out.mu.Unlock()
		s.subs.expel(sub)
	})
	s.catchUp(sub)
}

// catchUp sends what the subscription's group does not keep any more, and then
// leaves it to the writer.
func (s *socket) catchUp(sub *subscription) {
	joined := sub.member.Follow(sub.ctx, func(e *fanout.Entry) bool {
		message := appendEntry(nil, sub, e, s.packer)
		s.t.cfg.Metrics.Wrote(metrics.WebSocket, 1, len(message))
		if e.Kind == fanout.Next {
			return s.out.write(sub.ctx, message, nil)
		}
		sent := s.out.write(sub.ctx, message, func() { s.subs.retire(sub) })
		sub.cancel()
		return sent
	})
	if joined {
		s.serve(sub, &batch{})
		return
	}
	sub.cancel()
}

// serve sends a subscription what its group has for it, as far as the connection
// takes it at once.
func (s *socket) serve(sub *subscription, b *batch) {
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	for !s.out.draining && s.out.err == nil && sub.ctx.Err() == nil {
		b.reset()
		var behind bool
		b.entries, behind = sub.member.Take(b.entries, maxWrite)
		for _, e := range b.entries {
			b.bytes = appendEntry(b.bytes, sub, e, s.packer)
		}
		if behind {
			s.subs.wg.Go(func() { s.catchUp(sub) })
			return
		}
		if len(b.entries) == 0 {
			return
		}
		ends := b.entries[len(b.entries)-1].Kind != fanout.Next
		if ends {
			s.subs.retire(sub)
		}
		s.out.put(b.bytes)
		s.t.cfg.Metrics.Wrote(metrics.WebSocket, len(b.entries), len(b.bytes))
		if at := b.entries[0].At; !at.IsZero() {
			s.t.cfg.Metrics.Lag(time.Since(at))
		}
		if ends {
			sub.cancel()
		}
	}
}

// resume serves all subscriptions, when the connection takes something again.
func (s *socket) resume() {
	s.subs.mu.Lock()
	members := make([]*subscription, 0, len(s.subs.members))
	for sub := range s.subs.members {
		members = append(members, sub)
	}
	s.subs.mu.Unlock()
	for _, sub := range members {
		s.serve(sub, &batch{})
	}
}
