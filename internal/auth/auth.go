// Package auth finds out who asks: it reads the Bearer token of an HTTP request
// or of a WebSocket's connection_init and puts its viewer into the context.
package auth

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"

	"slotcast/internal/apperr"
	"slotcast/internal/viewer"
)

// Identifier tells whose token it is; see account.Service.Identify.
type Identifier interface {
	Identify(ctx context.Context, token string) (viewer.Viewer, error)
}

// Auth authenticates requests. It is safe for concurrent use.
type Auth struct{ who Identifier }

// New returns an Auth.
func New(who Identifier) *Auth { return &Auth{who: who} }

// HTTP puts the viewer of a request's token into its context, and answers 401
// itself where there is none. A WebSocket's opening request may come without a
// token: it brings one in connection_init.
func (a *Auth) HTTP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header := r.Header.Get("Authorization")
		if header == "" && strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
			next.ServeHTTP(w, r)
			return
		}
		ctx, err := a.bearer(r.Context(), header)
		if err != nil {
			refuse(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Init is the same for the payload of connection_init, which carries
// {"Authorization": "Bearer …"}. A token of the opening request counts, too.
func (a *Auth) Init(ctx context.Context, payload map[string]any) (context.Context, error) {
	if _, ok := viewer.From(ctx); ok {
		return ctx, nil
	}
	header, _ := payload["Authorization"].(string)
	if header == "" {
		header, _ = payload["authorization"].(string)
	}
	return a.bearer(ctx, header)
}

func (a *Auth) bearer(ctx context.Context, header string) (context.Context, error) {
	scheme, token, _ := strings.Cut(header, " ")
	if token = strings.TrimSpace(token); !strings.EqualFold(scheme, "Bearer") || token == "" {
		return nil, apperr.New(apperr.Unauthenticated, "a token is needed: send the header Authorization: Bearer <token>")
	}
	v, err := a.who.Identify(ctx, token)
	if err != nil {
		return nil, err
	}
	return viewer.With(ctx, v), nil
}

// refuse answers in the shape of a GraphQL error: 401, or 500 where the token
// could not be checked. The log has the cause of that under the error's id.
func refuse(w http.ResponseWriter, r *http.Request, err error) {
	status, message := http.StatusUnauthorized, err.Error()
	extensions := map[string]any{"code": apperr.Unauthenticated}
	if apperr.CodeOf(err) != apperr.Unauthenticated {
		id := apperr.NewID()
		slog.ErrorContext(r.Context(), "token_unchecked", "error_id", id, "error", err)
		status, message = http.StatusInternalServerError, "the token could not be checked: try again"
		extensions = map[string]any{"code": apperr.Internal, "errorId": id}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="slotcast"`)
	}
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]any{
		"message": message, "extensions": extensions,
	}}})
}
