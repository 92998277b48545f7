package auth

import (
	"context"
	"net/http"
	"time"

	"slotcast/internal/apperr"
	"slotcast/internal/viewer"
)

// endTimeout bounds how long signing out waits for the database.
const endTimeout = 10 * time.Second

// SignOut clears the cookie, whatever becomes of its token: that of a session which
// a sign-in link began is revoked, any other lives on.
func (c *Cookies) SignOut(w http.ResponseWriter, r *http.Request) {
	c.clear(w)
	c.end(r)
	w.WriteHeader(http.StatusNoContent)
}

// end revokes the token of the session that a request came with, where a sign-in
// link began it: with the cookie its only copy goes. It does so also when the page
// that asked is closed.
func (c *Cookies) end(r *http.Request) {
	t, _ := c.read(r)
	if !t.byLink || c.owners == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), endTimeout)
	defer cancel()
	known, err := c.auth.identify(ctx, t.token)
	if err == nil {
		v, _ := viewer.From(known)
		err = c.owners.RevokeAccessToken(known, v.CredentialID)
	}
	switch apperr.CodeOf(err) {
	case "", apperr.Unauthenticated, apperr.Conflict: // it is revoked, or was before
	default:
		c.logger.WarnContext(ctx, "session_token_left", "error", err)
	}
}
