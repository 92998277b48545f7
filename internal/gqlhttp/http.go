package gqlhttp

import (
	"cmp"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// HTTPConfig bounds plain requests. Its zero value is the default.
type HTTPConfig struct {
	MaxBodyBytes int64 // of a POST's body, in bytes; default 1 MiB
}

// HTTP serves queries and mutations by the GraphQL over HTTP specification
// (draft of the GraphQL foundation). It answers in application/json unless the
// client prefers application/graphql-response+json, whose statuses tell failed
// operations from others. Mutations are refused over GET and subscriptions
// altogether. Add it last: it supports every request that is no WebSocket.
type HTTP struct {
	cfg HTTPConfig
}

var _ graphql.Transport = (*HTTP)(nil)

// NewHTTP returns the transport with cfg's gaps filled by the defaults.
func NewHTTP(cfg HTTPConfig) *HTTP {
	cfg.MaxBodyBytes = cmp.Or(cfg.MaxBodyBytes, defaultMaxBodyBytes)
	return &HTTP{cfg: cfg}
}

// Supports implements graphql.Transport.
func (t *HTTP) Supports(r *http.Request) bool { return !wantsWebSocket(r) }

// Do implements graphql.Transport.
func (t *HTTP) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	if r.Method == http.MethodOptions {
		w.Header().Set("Allow", "GET, POST")
		w.WriteHeader(http.StatusNoContent)
		return
	}
	media := choose(r.Header, mediaJSON, mediaGraphQL)
	if media == "" {
		notAcceptable().write(w, mediaJSON)
		return
	}
	params, refused := readRequest(w, r, t.cfg.MaxBodyBytes)
	if refused != nil {
		refused.write(w, media)
		return
	}
	op, resp := prepare(r.Context(), exec, params)
	if resp == nil {
		if refused := mutationByGET(r, op); refused != nil {
			refused.write(w, media)
			return
		}
		resp = single(op)
	}
	writeResponse(w, media, statusOf(media, resp), resp)
}

// single runs an operation that has one response.
func single(op *operation) *graphql.Response {
	if op.kind() == ast.Subscription {
		return &graphql.Response{Errors: gqlerror.List{coded(codeBadUserInput,
			"a subscription needs a WebSocket (graphql-transport-ws) or an event stream (Accept: text/event-stream)")}}
	}
	var resp *graphql.Response
	op.run(func(r *graphql.Response) bool {
		resp = r
		return true
	})
	if resp == nil { // its context ended first
		resp = &graphql.Response{Errors: gqlerror.List{coded(codeInternal, "the operation was cancelled")}}
	}
	return resp
}

// mutationByGET keeps GET safe: a link or an image must not change anything.
func mutationByGET(r *http.Request, op *operation) *refusal {
	if r.Method == http.MethodGet && op.kind() == ast.Mutation {
		return methodNotAllowed(http.MethodPost, "a mutation needs POST")
	}
	return nil
}

func notAcceptable() *refusal {
	return &refusal{
		status: http.StatusNotAcceptable,
		err:    coded(codeBadUserInput, "accept "+mediaGraphQL+" or "+mediaJSON+", in UTF-8"),
	}
}
