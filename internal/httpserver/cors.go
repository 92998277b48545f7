package httpserver

import (
	"context"
	"net/http"
	"strings"

	"github.com/rs/cors"
)

// preflightAge is how long a browser may remember what a preflight said, in
// seconds. Answers are checked each time all the same.
const preflightAge = 600

// crossOrigin lets pages of the allowed origins read answers, and of any origin
// the public documents. It never allows credentials, which browsers send by
// themselves: who asks is said by a token that the page itself has, and the
// console's cookie counts for the server's own pages alone. Preflights are answered here,
// before anything else is looked at.
func crossOrigin(allowed func(ctx context.Context, origin string) bool, next http.Handler) http.Handler {
	return cors.New(cors.Options{
		AllowOriginVaryRequestFunc: func(r *http.Request, origin string) (bool, []string) {
			return isPublic(r.URL.Path) || origin != "" && allowed != nil && allowed(r.Context(), origin), nil
		},
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete},
		AllowedHeaders: []string{
			"Accept", "Authorization", "Content-Type", "Last-Event-ID",
			"Apollo-Require-Preflight", "X-Apollo-Operation-Name", "X-Apollo-Operation-Id",
			"Apollographql-Client-Name", "Apollographql-Client-Version",
		},
		ExposedHeaders: []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset", "Retry-After"},
		MaxAge:         preflightAge,
	}).Handler(next)
}

// isPublic reports whether a path is for everybody: a document, or where the
// pages of routing forms submit to.
func isPublic(path string) bool {
	form, isForm := strings.CutPrefix(path, "/routing_forms/")
	return path == "/schema.graphql" || path == "/openapi.json" || strings.HasPrefix(path, "/schemas/") ||
		isForm && strings.HasSuffix(form, "/submissions")
}
