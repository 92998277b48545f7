package app

import (
	"fmt"
	"io"
	"time"
)

// Welcome prints where to look, and after a first start the token and a command
// that books a meeting. A token that was made is shown here and never again. A link
// that signs in to the console is shown with the embedded database alone: what
// several processes print goes where others read it, and each link is known to one
// of them.
func (a *App) Welcome(out io.Writer) {
	url := a.URL()
	database, console := "PostgreSQL", url+"/"
	if a.cfg.Embedded() {
		database, console = "SQLite in "+a.cfg.DataDir, a.SignInLink()+"   (signs in once, within 24 hours)"
	}
	_, _ = fmt.Fprintf(out, `slotcast is up, on %s

  Console   %s
  GraphQL   %s/graphql   (HTTP, WebSocket and SSE)
  REST      %s/users/me   %s/openapi.json (all of it)
  Schema    %s/schema.graphql   %s/schemas/ (bodies of webhooks)
  Health    %s/healthz   %s/readyz
`, database, console, url, url, url, url, url, url, url)
	if a.first == nil {
		return
	}
	token, about := a.first.Token, "It is shown once: keep it. It"
	if a.cfg.OwnerToken != "" { // who set it has it; what is printed may be kept
		token, about = "$SLOTCAST_OWNER_TOKEN", "The one that was set. It" //nolint:gosec // the name of a variable
	}
	_, _ = fmt.Fprintf(out, `
  Token     %s
            %s is the owner's, of app %s.

Book a meeting:

curl -s %s/graphql -H 'Content-Type: application/json' -H "Authorization: Bearer %s" -d '{"query":"mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting { id start status } } }","variables":{"in":{"eventTypeId":"%s","start":"%s","attendees":[{"name":"Ana Ruiz","email":"ana@example.org"}]}}}'

`, token, about, a.first.AppID, url, token, a.first.EventTypeIDs[0], tomorrow(time.Now()).Format(time.RFC3339))
}

// tomorrow is ten o'clock UTC on the next day.
func tomorrow(now time.Time) time.Time {
	y, m, d := now.UTC().Date()
	return time.Date(y, m, d+1, 10, 0, 0, 0, time.UTC)
}
