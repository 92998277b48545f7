package gqlhttp_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"slotcast/internal/fanout"
	"slotcast/internal/gqlhttp"
)

// journal is a feed that a test writes: texts at the places 1, 2, 3. An empty text
// is for nobody.
type journal struct {
	mu    sync.Mutex
	texts []string
	end   error
	more  chan struct{} // closed when there is more
}

func (j *journal) write(texts ...string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.texts = append(j.texts, texts...)
	close(j.more)
	j.more = make(chan struct{})
}

// finish ends the feed behind its last text.
func (j *journal) finish(err error) {
	j.mu.Lock()
	j.end = err
	j.mu.Unlock()
	j.write()
}

// Head implements fanout.Feed.
func (j *journal) Head(context.Context) (int64, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return int64(len(j.texts)), nil
}

// Read implements fanout.Feed.
func (j *journal) Read(ctx context.Context, behind int64, limit int) (items []fanout.Item, at int64, err error) {
	for {
		j.mu.Lock()
		texts, end, more := j.texts, j.end, j.more
		j.mu.Unlock()
		if int64(len(texts)) > behind {
			at = min(int64(len(texts)), behind+int64(limit))
			for place := behind + 1; place <= at; place++ {
				if text := texts[place-1]; text != "" {
					items = append(items, fanout.Item{Place: place, Value: text, Cursor: j.Cursor(place)})
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

// Cursor is what an event stream asks for when it keeps its connection alive.
func (j *journal) Cursor(place int64) string { return strconv.FormatInt(place, 10) }

// newsroom has the journals that subscriptions to news are about, by their names.
type newsroom struct {
	hub *fanout.Hub

	mu       sync.Mutex
	journals map[string]*journal

	resolved atomic.Int64                    // calls of the resolver
	left     atomic.Int64                    // subscriptions that have ended
	executed atomic.Int64                    // responses
	resolve  func(ctx context.Context) error // called by the resolver; may be nil
	answer   func(text string) bool          // false: there is no response; may be nil
}

type shareKey struct{} // of what those have in common who share

func (n *newsroom) journal(name string) *journal {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.journals[name] == nil {
		n.journals[name] = &journal{more: make(chan struct{})}
	}
	return n.journals[name]
}

// offering executes news in the way of a generated server.
func (n *newsroom) offering(ctx context.Context) graphql.ResponseHandler {
	oc := graphql.GetOperationContext(ctx)
	field := oc.Operation.SelectionSet[0].(*ast.Field)
	offered, err := oc.ResolverMiddleware(ctx, func(ctx context.Context) (any, error) {
		return n.subscribe(ctx, field.ArgumentMap(oc.Variables))
	})
	if err != nil {
		graphql.AddError(ctx, err)
		return nil
	}
	values := offered.(<-chan string)
	return func(ctx context.Context) *graphql.Response {
		select {
		case text, more := <-values:
			switch err := gqlhttp.Ended(ctx); {
			case err != nil:
				return &graphql.Response{Errors: gqlerror.List{{Message: err.Error()}}}
			case !more, n.answer != nil && !n.answer(text):
				return nil
			case text == "panic":
				panic("boom")
			case text == "fail":
				return &graphql.Response{Errors: gqlerror.List{{Message: "failed"}}}
			}
			n.executed.Add(1)
			return &graphql.Response{Data: fmt.Appendf(nil, `{%q:%q}`, field.Alias, text)}
		case <-ctx.Done():
			return nil
		}
	}
}

func (n *newsroom) subscribe(ctx context.Context, args map[string]any) (<-chan string, error) {
	n.resolved.Add(1)
	context.AfterFunc(ctx, func() { n.left.Add(1) })
	if n.resolve != nil {
		if err := n.resolve(ctx); err != nil {
			return nil, err
		}
	}
	name, _ := args["of"].(string)
	j := n.journal(name)
	place, _ := j.Head(ctx)
	after := fmt.Sprint(args["after"])
	if last := gqlhttp.LastEventID(ctx); last != "" {
		after = last
	}
	if at, err := strconv.ParseInt(after, 10, 64); err == nil {
		place = at
	}
	share, ok := ctx.Value(shareKey{}).(string)
	if !ok {
		share = "everybody"
	}
	return gqlhttp.Offer[string](ctx, gqlhttp.Stream{Feed: j, Place: place, Share: share, Resume: "after"}), nil
}

// news is the message about a text of a journal without name.
func news(id string, place int, text string) string {
	return next(id, fmt.Sprintf(`{"data":{"news":%q},"extensions":{"cursor":"%d"}}`, text, place))
}

// follow subscribes to news with variables.
func follow(id, query, variables string) string {
	quoted, _ := json.Marshal(id)
	return fmt.Sprintf(`{"type":"subscribe","id":%s,"payload":{"query":%q,"variables":%s}}`, quoted, query, variables)
}

const allNews = "subscription{news}"
