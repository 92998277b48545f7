package gqlhttp

import (
	"context"
	"encoding/json"
	"errors"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

var (
	errIDInUse = errors.New("the id is in use")
	errTooMany = errors.New("too many subscriptions")
)

// subscription is an operation that a client started on its socket, be it a
// query, a mutation or a subscription.
type subscription struct {
	id     string
	jsonID []byte // the id as it goes into messages
	ctx    context.Context
	cancel context.CancelFunc
}

// subscriptions are those of one socket.
type subscriptions struct {
	max int
	wg  sync.WaitGroup // of their goroutines

	mu      sync.Mutex
	byID    map[string]*subscription // the ids that the client may not use again yet
	running int                      // until the last message is written, or the resolver is released
}

func newSubscriptions(limit int) *subscriptions {
	return &subscriptions{max: limit, byID: make(map[string]*subscription)}
}

// start registers a subscription and runs it in a goroutine. run reports
// whether the writer will retire it, with its last message.
func (s *subscriptions) start(ctx context.Context, id string, run func(*subscription) bool) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byID[id] != nil {
		return errIDInUse
	}
	if s.running >= s.max {
		return errTooMany
	}
	sub := &subscription{id: id, jsonID: quoted(id)}
	sub.ctx, sub.cancel = context.WithCancel(ctx)
	s.byID[id] = sub
	s.running++
	s.wg.Go(func() {
		defer sub.cancel()
		if !run(sub) {
			s.retire(sub)
		}
	})
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
	s.running--
	if s.byID[sub.id] == sub {
		delete(s.byID, sub.id)
	}
}

func (s *subscriptions) wait() { s.wg.Wait() }

// operate runs one operation and sends its messages. It reports whether the
// last of them is in the queue.
func (s *socket) operate(sub *subscription, params *graphql.RawParams) bool {
	var broken *graphql.Response // the response that ended it, if that had no data
	finished := true
	op, refused := prepare(sub.ctx, s.exec, params)
	if refused != nil {
		broken = refused
	} else {
		finished = op.run(func(resp *graphql.Response) bool {
			if failed(resp) {
				broken = resp
				return true
			}
			return s.enqueue(sub.ctx, frame{data: nextMessage(sub.jsonID, resp)})
		})
	}
	if !finished || sub.ctx.Err() != nil {
		return false // stopped by the client, or with the socket: nobody waits for a last message
	}
	sub.cancel()
	last := completeMessage(sub.jsonID)
	if broken != nil {
		last = errorMessage(sub.jsonID, broken.Errors)
	}
	return s.enqueue(s.ctx, frame{data: last, ends: sub})
}

func quoted(id string) []byte {
	encoded, _ := json.Marshal(id) // a string always encodes
	return encoded
}
