package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"

	"entgo.io/contrib/entgql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/transport"

	"slotcast/graph"
	"slotcast/graph/generated"
	"slotcast/graph/model"
	"slotcast/internal/eventlog"
)

// stock serves the same schema as gqlgen's servers usually do: its own WebSocket
// transport as it comes, and a resolver that sends each event to a channel for
// each subscriber. There is no authentication, no log and no other rule.
type stock struct {
	http.Handler
	sample eventlog.Event
	ctx    context.Context //nolint:containedctx // of the process

	mu   sync.Mutex
	subs map[chan *eventlog.Event]context.Context //nolint:containedctx // of the subscription
}

func newStock(ctx context.Context, sample []byte) (*stock, error) {
	s := &stock{ctx: ctx, subs: map[chan *eventlog.Event]context.Context{}}
	if err := json.Unmarshal(sample, &s.sample); err != nil {
		return nil, fmt.Errorf("reading the sample: %w", err)
	}
	root := stockRoot{graph.NewResolver(nil, graph.Services{}), s}
	server := handler.New(generated.NewExecutableSchema(generated.Config{Resolvers: root}))
	server.AddTransport(transport.Websocket{})
	s.Handler = server
	return s, nil
}

// tell sends an event to all subscribers. One whose channel is full holds it up.
func (s *stock) tell(number int) {
	e := &eventlog.Event{
		ID: s.sample.ID, AppID: s.sample.AppID, Shard: s.sample.Shard, Generation: s.sample.Generation, Number: int64(number),
		Trigger: s.sample.Trigger, MeetingID: s.sample.MeetingID, SeriesID: s.sample.SeriesID, Sequence: number,
		OccurredAt: s.sample.OccurredAt, Snapshot: s.sample.Snapshot,
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for to, ctx := range s.subs {
		select {
		case to <- e:
		case <-ctx.Done():
		case <-s.ctx.Done():
		}
	}
}

// subscribe adds a channel until ctx ends.
func (s *stock) subscribe(ctx context.Context) <-chan *eventlog.Event {
	out := make(chan *eventlog.Event, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subs[out] = ctx
	context.AfterFunc(ctx, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.subs, out)
	})
	return out
}

// stockRoot resolves as the server does, but for the subscription.
type stockRoot struct {
	*graph.Resolver
	stock *stock
}

// Subscription replaces the server's.
func (r stockRoot) Subscription() generated.SubscriptionResolver {
	return stockSubscription{r.Resolver.Subscription(), r.stock}
}

type stockSubscription struct {
	generated.SubscriptionResolver
	stock *stock
}

// MeetingEvents lets everything through.
func (s stockSubscription) MeetingEvents(
	ctx context.Context, _ *entgql.Cursor[string], _ *model.MeetingEventFilter,
) (<-chan *eventlog.Event, error) {
	return s.stock.subscribe(ctx), nil
}
