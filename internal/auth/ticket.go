package auth

import (
	"context"
	"strconv"
	"strings"
	"time"

	"slotcast/internal/viewer"
)

// ticket is what a session's cookie holds. Its zero value is that there is none.
type ticket struct {
	token  string
	end    time.Time // in whole seconds
	byLink bool      // the token was made for this session: it has no other copy
}

// ofLink stands behind the token in the cookie of a session that a link began.
const ofLink = " link"

// text is what a cookie seals.
func (t ticket) text() string {
	text := strconv.FormatInt(t.end.Unix(), 10) + " " + t.token
	if t.byLink {
		text += ofLink
	}
	return text
}

// readTicket reads what text has written.
func readTicket(text string) (t ticket, ok bool) {
	end, token, _ := strings.Cut(text, " ")
	seconds, err := strconv.ParseInt(end, 10, 64)
	t.end = time.Unix(seconds, 0)
	t.token, t.byLink = strings.CutSuffix(token, ofLink)
	return t, err == nil && t.token != ""
}

// newTicket is for a token that was just looked up: it lasts as long as a session
// does, and no longer than the token.
func newTicket(token string, v viewer.Viewer, now time.Time) ticket {
	end := now.Add(SessionFor)
	if !v.Until.IsZero() && v.Until.Before(end) {
		end = v.Until
	}
	return ticket{token: token, end: end.Truncate(time.Second)}
}

// bound returns a context that ends with the session. Unlike viewer.Until this
// leaves the rights of its token what they are: a token that ends may do less.
func (t ticket) bound(ctx context.Context) context.Context {
	bounded, cancel := context.WithDeadline(ctx, t.end)
	context.AfterFunc(ctx, cancel)
	return bounded
}

type ticketKey struct{}

func withTicket(ctx context.Context, t ticket) context.Context {
	return context.WithValue(ctx, ticketKey{}, t)
}

// ticketOf returns the session that a request came with and that counts for it.
func ticketOf(ctx context.Context) (t ticket, ok bool) {
	t, ok = ctx.Value(ticketKey{}).(ticket)
	return t, ok
}
