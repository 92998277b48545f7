package gqlhttp

import (
	"context"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"slotcast/internal/fanout"
	"slotcast/internal/metrics"
)

// sseStream is an operation whose entries go out as events. The request's own
// goroutine writes, and keeps the connection alive; another executes what is for
// this client alone, and ends when there is a group to share with.
type sseStream struct {
	metrics *metrics.Live
	op      *operation
	events  *eventStream
	lane    *fanout.Lane
	own     chan *fanout.Entry // from the goroutine that executes: nil once it has begun; closed when there is no more
	ready   chan struct{}      // gets a word when the goroutine has ended because of a group
	work    sync.WaitGroup

	mu     sync.Mutex
	member *fanout.Subscriber // of a stream that is offered
	feed   fanout.Feed
	shared bool // the group serves it now

	batch batch
	told  string // the last cursor that the client was sent
}

func (t *SSE) stream(op *operation, events *eventStream, cancel context.CancelFunc) {
	s := &sseStream{
		metrics: t.cfg.Metrics, op: op, events: events, lane: fanout.NewLane(false), own: make(chan *fanout.Entry), ready: make(chan struct{}, 1),
	}
	s.work.Go(func() { s.begin(t.hub) })
	s.write(t.cfg.KeepAlive)
	cancel()
	s.mu.Lock()
	if s.member != nil {
		s.member.Leave()
	}
	s.mu.Unlock()
	s.work.Wait()
}

// begin executes the operation up to its end, or until there is a group.
func (s *sseStream) begin(hub *fanout.Hub) {
	x := s.op.begin(s.op.ctx, nil)
	s.emit(nil)
	if stream := x.offer.stream; stream != nil {
		s.mu.Lock()
		s.member, s.feed = hub.Subscribe(x.follow(), stream.Place, s.lane, &s.mu, s), stream.Feed
		s.mu.Unlock()
		s.catchUp()
		return
	}
	defer close(s.own)
	finished := x.run(func(resp *graphql.Response) bool {
		if failed(resp) {
			return s.emit(&fanout.Entry{Kind: fanout.Failed, Payload: appendErrors(nil, resp.Errors)})
		}
		return s.emit(&fanout.Entry{Payload: appendResponse(nil, resp)})
	})
	if finished {
		s.emit(&fanout.Entry{Kind: fanout.Complete})
	}
}

// catchUp sends what the group does not keep any more.
func (s *sseStream) catchUp() {
	if s.member.Follow(s.op.ctx, s.emit) {
		s.ready <- struct{}{}
		return
	}
	close(s.own)
}

// emit hands an entry over. There is no buffer: a slow client holds up its own
// execution.
func (s *sseStream) emit(e *fanout.Entry) bool {
	select {
	case s.own <- e:
		return true
	case <-s.op.ctx.Done():
		return false
	}
}

// write is the only one that writes, until the stream ends or the client is gone.
func (s *sseStream) write(keepAlive time.Duration) {
	tick := time.NewTicker(keepAlive)
	defer tick.Stop()
	for goesOn := true; goesOn; {
		select {
		case e, more := <-s.own:
			goesOn = more && s.tell(e)
		case <-s.ready:
			goesOn = s.take(true) && s.mark()
		case <-s.lane.Ready():
			s.lane.Pass(func(*fanout.Subscriber) { goesOn = s.take(false) })
		case <-tick.C:
			goesOn = s.alive()
			continue
		case <-s.op.ctx.Done():
			return
		}
		tick.Reset(keepAlive)
	}
}

// take sends what the group has, and reports whether the stream goes on. A word
// of the lane may come before the one that says that there is a group.
func (s *sseStream) take(now bool) bool {
	s.mu.Lock()
	s.shared = s.shared || now
	s.mu.Unlock()
	for {
		s.batch.reset()
		s.mu.Lock()
		if !s.shared {
			s.mu.Unlock()
			return true
		}
		entries, behind := s.member.Take(s.batch.entries, maxWrite)
		s.shared = !behind
		s.mu.Unlock()
		if behind {
			s.work.Go(s.catchUp)
			return true
		}
		if len(entries) == 0 {
			return true
		}
		s.batch.entries = entries
		goesOn := s.tell(entries...)
		if at := entries[0].At; !at.IsZero() {
			s.metrics.Lag(time.Since(at))
		}
		if !goesOn {
			return false
		}
	}
}

// tell sends entries in one write, and reports whether the stream goes on.
func (s *sseStream) tell(entries ...*fanout.Entry) bool {
	if entries[0] == nil {
		return s.events.opened() == nil
	}
	goesOn := true
	b := s.batch.bytes[:0]
	for _, e := range entries {
		switch e.Kind {
		case fanout.Next:
			b = appendEvent(b, e.Payload, e.Cursor)
			if e.Cursor != "" {
				s.told = e.Cursor
			}
		case fanout.Failed:
			b = appendEvent(b, append(append([]byte(`{"errors":`), e.Payload...), '}'), "")
			b, goesOn = append(b, completeEvent...), false
		case fanout.Complete:
			b, goesOn = append(b, completeEvent...), false
		case fanout.Broken:
			goesOn = false
		}
	}
	s.batch.bytes = b
	s.metrics.Wrote(metrics.SSE, len(entries), len(b))
	return s.events.write(b) == nil && goesOn
}

// alive says that the stream is there, and how far it has come.
func (s *sseStream) alive() bool {
	before := s.told
	return s.mark() && (s.told != before || s.events.comment() == nil)
}

// mark sends an id alone, which clients remember without an event: of a filtered
// stream the last event may be long ago, and no longer be kept when the client
// comes back, and of a new one there is none.
func (s *sseStream) mark() bool {
	cursor := s.cursor()
	if cursor == "" || cursor == s.told {
		return true
	}
	s.told = cursor
	return s.events.write(append(append([]byte("id: "), cursor...), "\n\n"...)) == nil
}

func (s *sseStream) cursor() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	feed, ok := s.feed.(interface{ Cursor(place int64) string })
	if !ok || !s.shared {
		return ""
	}
	place, ok := s.member.At()
	if !ok {
		return ""
	}
	return feed.Cursor(place)
}
