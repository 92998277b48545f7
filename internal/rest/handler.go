package rest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"slotcast/ent"
	"slotcast/internal/apperr"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/routingform"
	"slotcast/internal/viewer"
	"slotcast/internal/webhook"
	"slotcast/internal/wire"
)

// maxBody bounds what a request may bring, in bytes.
const maxBody = 256 << 10

// Config is what a Handler is made of.
type Config struct {
	Client       *ent.Client // for reading
	Booking      *booking.Service
	Webhooks     *webhook.Service
	RoutingForms *routingform.Service
	Links        wire.Links
	Timeout      time.Duration    // of a request; 0 means 20 s
	Now          func() time.Time // nil means time.Now
	Logger       *slog.Logger
}

// Handler serves the facade to whoever the context's viewer is. It is safe for
// concurrent use.
type Handler struct {
	client   *ent.Client
	booking  *booking.Service
	webhooks *webhook.Service
	forms    *routingform.Service
	links    wire.Links
	timeout  time.Duration
	now      func() time.Time
	logger   *slog.Logger

	spec *spec
	mux  *http.ServeMux
}

// operation is what is done for an operation of the description.
type operation struct {
	scope domain.TokenScope // what the token must be for; empty: any
	open  bool              // for everybody, without a token
	run   func(context.Context, *call) (*reply, error)
}

// New returns a Handler. Its error says what in the description is wrong, or has
// no operation.
func New(c Config) (*Handler, error) {
	described, err := load(c.Links)
	if err != nil {
		return nil, err
	}
	h := &Handler{
		client: c.Client, booking: c.Booking, webhooks: c.Webhooks, forms: c.RoutingForms, links: c.Links,
		timeout: cmp.Or(c.Timeout, 20*time.Second), now: c.Now, logger: cmp.Or(c.Logger, slog.Default()),
		spec: described, mux: http.NewServeMux(),
	}
	if h.now == nil {
		h.now = time.Now
	}
	operations := h.operations()
	for _, r := range described.routes {
		op, ok := operations[r.id]
		if !ok {
			return nil, fmt.Errorf("nothing is done for the operation %q of the REST API", r.id)
		}
		delete(operations, r.id)
		h.mux.Handle(r.Method+" "+r.Path, h.serve(r, op))
	}
	for id := range operations {
		return nil, fmt.Errorf("the operation %q is not described in the REST API", id)
	}
	h.mux.HandleFunc("GET /openapi.json", described.serve)
	h.mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { h.fail(w, r, notFound()) })
	return h, nil
}

// ServeHTTP answers a request.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer func() {
		if cause := recover(); cause != nil {
			if cause == http.ErrAbortHandler { //nolint:errorlint // the very value is the signal
				panic(cause)
			}
			h.fail(w, r, fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
		}
	}()
	ctx, cancel := context.WithTimeout(r.Context(), h.timeout)
	defer cancel()
	h.mux.ServeHTTP(w, r.WithContext(ctx))
}

// Patterns are those of the paths that are served: to callers who are known, and
// to everybody.
func (h *Handler) Patterns() (known, everybody []string) {
	operations := h.operations()
	for _, r := range h.spec.routes {
		first, _, _ := strings.Cut(strings.TrimPrefix(r.Path, "/"), "/")
		known = append(known, "/"+first, "/"+first+"/")
		if operations[r.id].open {
			everybody = append(everybody, r.Method+" "+r.Path)
		}
	}
	slices.Sort(known)
	return slices.Compact(known), append(everybody, "GET /openapi.json")
}

// serve answers requests for one operation.
func (h *Handler) serve(at *route, op operation) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := admit(r.Context(), op); err != nil {
			h.fail(w, r, err)
			return
		}
		c, err := h.read(w, r, at)
		if err != nil {
			h.fail(w, r, err)
			return
		}
		answer, err := op.run(r.Context(), c)
		if err != nil {
			h.fail(w, r, err)
			return
		}
		write(w, answer.status, answer.body)
	})
}

// admit refuses callers whose credentials are not for an operation. What rows
// they see is up to the data layer.
func admit(ctx context.Context, op operation) error {
	v, ok := viewer.From(ctx)
	switch {
	case op.open:
		return nil
	case !ok:
		return apperr.New(apperr.Unauthenticated, "a token is needed")
	case v.Kind != viewer.Agent:
		return apperr.New(apperr.Forbidden, "this takes an agent's access token")
	case op.scope != "" && !v.Has(op.scope):
		return apperr.New(apperr.Forbidden, "the token lacks the scope %s", op.scope)
	}
	return nil
}

// reply is a status and, unless it is 204, a body.
type reply struct {
	status int
	body   any
}

// one is the answer that has one resource.
type one struct {
	Resource any `json:"resource"`
}

func resource(v any) *reply { return &reply{http.StatusOK, one{v}} }

func created(v any) *reply { return &reply{http.StatusCreated, one{v}} }

func noContent() *reply { return &reply{status: http.StatusNoContent} }

// write sends JSON. It fails only if the client has gone.
func write(w http.ResponseWriter, status int, body any) {
	if status == http.StatusNoContent {
		w.WriteHeader(status)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if raw, ok := body.(json.RawMessage); ok { // to the byte
		_, _ = w.Write(raw)
		return
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(body)
}
