// Package auth finds out who asks, and until when.
//
// [Auth] reads the Bearer token of an HTTP request or of a WebSocket's
// connection_init and puts its viewer into the context. A page that comes with a
// publishable key has to be of an origin that the key is for; a socket's page is
// that of its opening request.
//
// [Cookies] sign agents in to the console: a cookie holds an access token, sealed,
// and stands for it where a request of the console's own pages comes without one.
//
// [Sessions] knows the sockets and event streams that are open. One ends when
// its token does, by the deadline of its context: a socket with 4401. Run asks
// every second whether the others would still be let in as they are, also for
// what other processes have changed. Those that would not be end with the cause
// gqlhttp.ErrForbidden, a socket so with 4403: after that its client connects
// again, and is refused or has its new rights. While the database does not answer,
// all stay open.
//
// So many may be open at once with one token, in this process; the next socket is
// closed with 1013, on which clients come back later, the next stream is refused
// with 429. A publishable key counts as one token, all its visitors together; of
// an identity provider each agent counts on its own, and of manage tokens each.
//
// Auth needs no start or stop. Sessions registers what opens without Run, too;
// Run blocks until its context ends and leaves what is open to the transports.
package auth

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"slotcast/internal/apperr"
	"slotcast/internal/gqlhttp"
	"slotcast/internal/viewer"
)

// Identifier tells whose token it is, and which pages a publishable key is for;
// see account.Service.
type Identifier interface {
	Identify(ctx context.Context, token string) (viewer.Viewer, error)
	Admits(ctx context.Context, key, origin string) error
}

// Auth authenticates requests. It is safe for concurrent use.
type Auth struct{ who Identifier }

// New returns an Auth.
func New(who Identifier) *Auth { return &Auth{who: who} }

// HTTP puts the viewer of a request's token into its context, and answers 401
// itself where there is none, and 403 to a page that may not use its key. A
// WebSocket's opening request may come without a token: it brings one in
// connection_init.
func (a *Auth) HTTP(next http.Handler) http.Handler { return a.Middleware(refuse)(next) }

// Middleware is the same for an API that says in its own form why it refuses.
func (a *Auth) Middleware(refuse func(http.ResponseWriter, *http.Request, error)) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler { return a.http(refuse, next) }
}

func (a *Auth) http(refuse func(http.ResponseWriter, *http.Request, error), next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx, header := withOrigin(r.Context(), r.Header.Get("Origin")), r.Header.Get("Authorization")
		if header == "" && strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			next.ServeHTTP(w, r.WithContext(ctx))
			return
		}
		ctx, err := a.bearer(ctx, header)
		if err != nil {
			refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Init is the same for the payload of connection_init, which carries
// {"Authorization": "Bearer …"}. A token in the header of the opening request goes
// before that, and both before the session of its cookie, which was sent along
// unasked. A page that may not use its key is gqlhttp.ErrForbidden.
func (a *Auth) Init(ctx context.Context, payload map[string]any) (context.Context, error) {
	if _, ok := viewer.From(ctx); ok {
		return ctx, nil
	}
	header, _ := payload["Authorization"].(string)
	if header == "" {
		header, _ = payload["authorization"].(string)
	}
	if t, ok := ticketOf(ctx); ok && header == "" {
		ctx = t.bound(ctx)
	}
	ctx, err := a.bearer(ctx, header)
	if apperr.CodeOf(err) == apperr.Forbidden {
		return nil, fmt.Errorf("%w: %w", gqlhttp.ErrForbidden, err)
	}
	return ctx, err
}

// bearer is for the value of a header Authorization. Without one, the session of
// a cookie counts, if there is one in ctx.
func (a *Auth) bearer(ctx context.Context, header string) (context.Context, error) {
	if t, ok := ticketOf(ctx); ok && header == "" {
		return a.identify(ctx, t.token)
	}
	scheme, token, _ := strings.Cut(header, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil, apperr.New(apperr.Unauthenticated, "a token is needed: send the header Authorization: Bearer <token>")
	}
	return a.identify(ctx, token)
}

func (a *Auth) identify(ctx context.Context, token string) (context.Context, error) {
	v, err := a.who.Identify(ctx, token)
	if err != nil {
		return nil, err
	}
	if v.Kind == viewer.Page {
		if err := a.who.Admits(ctx, token, originOf(ctx)); err != nil {
			return nil, err
		}
	}
	return viewer.With(ctx, v), nil
}

type originKey struct{}

// withOrigin keeps the origin of the page that a request comes from, for a
// socket's connection_init.
func withOrigin(ctx context.Context, origin string) context.Context {
	if origin == "" {
		return ctx
	}
	return context.WithValue(ctx, originKey{}, origin)
}

// originOf returns the origin of the page that asks; empty where none does.
func originOf(ctx context.Context) string {
	origin, _ := ctx.Value(originKey{}).(string)
	return origin
}
