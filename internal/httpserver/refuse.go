package httpserver

import (
	"encoding/json"
	"net/http"

	"slotcast/internal/apperr"
	"slotcast/internal/ratelimit"
)

// graphqlError answers in the shape of a GraphQL error.
func graphqlError(w http.ResponseWriter, status int, message string, extensions map[string]any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{"errors": []any{map[string]any{ // fails if the client has gone
		"message": message, "extensions": extensions,
	}}})
}

// graphqlRefusal is the Refuse of /graphql.
func graphqlRefusal(w http.ResponseWriter, _ *http.Request, by ratelimit.Result) {
	e := tooMany(by)
	graphqlError(w, http.StatusTooManyRequests, e.Message, map[string]any{
		"code": apperr.RateLimited, "retryAfter": seconds(by.RetryAfter),
	})
}
