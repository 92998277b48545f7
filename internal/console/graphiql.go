package console

import (
	"embed"
	"io/fs"
)

// What `make graphiql` has built: nothing but .keep, unless it was run.
//
//go:embed all:graphiql/dist
var builtGraphiQL embed.FS

// graphiQLPolicy is as strict as GraphiQL allows: its fonts are inside of its style
// sheet, and the one style that it adds, by its digest, keeps the page from being
// scrolled behind a dialog.
const graphiQLPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-nzTgYzXYDNe6BAHiiI7NNlfK8n/auuOAhh2t92YvuXo='; img-src 'self' data:; connect-src 'self'; " +
	"font-src data:; form-action 'none'; base-uri 'self'; frame-ancestors 'none'"

// GraphiQL is what was built of it when the server was: see `make graphiql`.
func GraphiQL() fs.FS {
	dist, err := fs.Sub(builtGraphiQL, "graphiql/dist")
	if err != nil {
		return embed.FS{} // only for a path that is none
	}
	return dist
}
