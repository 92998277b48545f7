package gqlhttp

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/fanout"
)

var (
	errIDInUse = errors.New("the id is in use")
	errTooMany = errors.New("too many subscriptions")
)

// subscription is an operation that a client started on its socket, be it a
// query, a mutation or a subscription.
type subscription struct {
	socket  *socket
	id      string
	jsonID  []byte // the id as it goes into messages
	opening []byte // of its next messages
	ctx     context.Context
	cancel  context.CancelFunc
	retired bool
	uncount func() // of a subscription, not of a query or mutation

	member *fanout.Subscriber // of a stream that is offered, else nil; the outlet's lock
}

// subscriptions are those of one socket.
type subscriptions struct {
	max int
	wg  sync.WaitGroup // of their goroutines

	mu      sync.Mutex
	byID    map[string]*subscription // the ids that the client may not use again yet
	members map[*subscription]struct{}
	running int // until the last message is written, or the resolver is released
}

func newSubscriptions(limit int) *subscriptions {
	return &subscriptions{max: limit, byID: map[string]*subscription{}, members: map[*subscription]struct{}{}}
}

func (s *subscriptions) new(ctx context.Context, socket *socket, id string) *subscription {
	sub := &subscription{socket: socket, id: id, jsonID: quoted(id)}
	sub.opening = nextOpening(sub.jsonID)
	sub.ctx, sub.cancel = context.WithCancel(ctx)
	return sub
}

// start registers a subscription, until it is retired, and runs it in a
// goroutine.
func (s *subscriptions) start(sub *subscription, run func()) (err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.byID[sub.id] != nil:
		err = errIDInUse
	case s.running >= s.max:
		err = errTooMany
	}
	if err != nil {
		sub.cancel()
		return err
	}
	s.byID[sub.id] = sub
	s.running++
	s.wg.Go(run)
	return nil
}

// complete stops a subscription for the client, which may use the id again at
// once; its place is free when the resolver has noticed.
func (s *subscriptions) complete(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sub := s.byID[id]; sub != nil {
		delete(s.byID, id)
		sub.cancel()
	}
}

// retire frees a subscription's place, and its id if it still has it. For one
// that ends by itself that is just before its last message is written: no
// sooner, or a client that does not read could start any number, and no later,
// or one that does could be refused.
func (s *subscriptions) retire(sub *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sub.retired {
		return
	}
	sub.retired = true
	if sub.uncount != nil {
		sub.uncount()
	}
	s.running--
	if s.byID[sub.id] == sub {
		delete(s.byID, sub.id)
	}
}

// enrol lists one that follows a stream.
func (s *subscriptions) enrol(sub *subscription) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.members[sub] = struct{}{}
}

func (s *subscriptions) expel(sub *subscription) {
	s.mu.Lock()
	delete(s.members, sub)
	s.mu.Unlock()
	s.retire(sub)
}

func (s *subscriptions) wait() { s.wg.Wait() }

// operate runs one operation and sends its messages. A subscription whose
// resolver has offered a stream goes on when operate has returned.
func (s *socket) operate(sub *subscription, params *graphql.RawParams) {
	op, refused := prepare(sub.ctx, s.exec, params)
	if refused == nil && op.kind() == ast.Subscription && s.t.cfg.Subscribe != nil {
		if err := s.t.cfg.Subscribe(sub.ctx); err != nil {
			refused = &graphql.Response{Errors: gqlerror.List{err}}
		}
	}
	if refused == nil && op.kind() == ast.Subscription {
		sub.uncount = s.t.cfg.Metrics.Subscribed()
	}
	if refused != nil {
		s.last(sub, errorMessage(sub.jsonID, appendErrors(nil, refused.Errors)))
		return
	}
	x := op.begin(sub.ctx, nil)
	if x.offer.stream != nil {
		s.watch(sub, x)
		return
	}
	last := completeMessage(sub.jsonID)
	finished := x.run(func(resp *graphql.Response) bool {
		if failed(resp) {
			last = errorMessage(sub.jsonID, appendErrors(nil, resp.Errors))
			return true
		}
		message := appendResponse(append(make([]byte, 0, len(sub.opening)+len(resp.Data)+64), sub.opening...), resp)
		return s.send(sub.ctx, append(message, '}'))
	})
	if !finished {
		sub.cancel()
	}
	s.last(sub, last)
}

// last sends a subscription's last message and ends it.
func (s *socket) last(sub *subscription, message []byte) {
	if sub.ctx.Err() != nil { // the client has stopped it
		s.subs.retire(sub)
		return
	}
	sub.cancel()
	s.out.write(s.ctx, textFrame(message), func() { s.subs.retire(sub) })
	s.subs.retire(sub) // also where it could not be written
}

func quoted(id string) []byte {
	encoded, _ := json.Marshal(id) // a string always encodes
	return encoded
}
