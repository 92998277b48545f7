package gqlhttp

import (
	"context"
	"errors"
	"io"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"slotcast/internal/fanout"
)

// execution is an operation under way. It is used by one goroutine.
type execution struct {
	op        *operation
	ctx       context.Context
	responses graphql.ResponseHandler
	offer     offer
}

var _ fanout.Encoder = (*execution)(nil)

// run is operation.run's.
func (x *execution) run(emit func(*graphql.Response) bool) (finished bool) {
	for {
		resp := x.next()
		if resp == nil {
			return x.op.ctx.Err() == nil
		}
		// What an ending context has broken is no event: the client would go on
		// behind it.
		if x.op.kind() == ast.Subscription && x.op.ctx.Err() != nil || !emit(resp) {
			return false
		}
		if x.op.kind() != ast.Subscription || failed(resp) {
			return true
		}
	}
}

func (x *execution) next() *graphql.Response { return x.respond(nil) }

// respond is the next response, to what change does with the stream, if anything.
func (x *execution) respond(change func()) (resp *graphql.Response) {
	defer func() {
		if cause := recover(); cause != nil {
			resp = panicked(graphql.WithOperationContext(x.ctx, x.op.oc), x.op.exec, cause)
			resp.Data = nil
		}
	}()
	if change != nil && x.offer.stream != nil { // none: the execution could not begin, and responds with why
		change()
	}
	return x.responses(x.ctx)
}

// Encode implements fanout.Encoder.
func (x *execution) Encode(item fanout.Item) *fanout.Entry {
	e := &fanout.Entry{Place: item.Place, Cursor: item.Cursor, At: item.At}
	resp := x.respond(func() { x.offer.put(item.Value) })
	switch {
	case x.ctx.Err() != nil: // what an ending context has broken is no event
		e.Kind = fanout.Broken
	case resp == nil: // the execution has ended by itself
		e.Kind = fanout.Complete
	case failed(resp):
		e.Kind, e.Payload = fanout.Failed, appendErrors(nil, resp.Errors)
	default:
		if item.Cursor != "" {
			if resp.Extensions == nil {
				resp.Extensions = map[string]any{}
			}
			resp.Extensions["cursor"] = item.Cursor
		}
		e.Payload = appendResponse(make([]byte, 0, len(resp.Data)+128), resp)
	}
	return e
}

// End implements fanout.Encoder.
func (x *execution) End(err error) *fanout.Entry {
	if !errors.Is(err, io.EOF) {
		x.offer.ended.Store(&err)
	}
	resp := x.respond(func() { x.offer.close() })
	if resp == nil || len(resp.Errors) == 0 {
		return &fanout.Entry{Kind: fanout.Complete}
	}
	return &fanout.Entry{Kind: fanout.Failed, Payload: appendErrors(nil, resp.Errors)}
}
