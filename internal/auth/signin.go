package auth

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"slotcast/internal/apperr"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

const (
	maxSignIn = 8 << 10 // bytes of a body
	linkName  = "Console, by sign-in link"
)

// Link returns a fresh sign-in link: who opens it first, within 24 hours, is signed
// in as an owner. It is known to this process alone, and gone when that ends.
func (c *Cookies) Link() string { return c.url + "/sign-in#code=" + c.links.fresh() }

// OwnPages answers 403 to requests that do not come from the server's own pages:
// no other page may sign somebody in or out.
func (c *Cookies) OwnPages(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.pageOf(r) != ownPage {
			refuse(w, r, apperr.New(apperr.Forbidden,
				"only the console's own pages sign in and out: open %s; if you are there, set SLOTCAST_PUBLIC_URL to what your browser shows", c.shown))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// SignIn finds out who posts a token or the code of a sign-in link, and refuses
// what signs nobody in. Entered is to follow.
func (c *Cookies) SignIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		in, status, bad := readSignIn(w, r)
		if bad != nil {
			refuseWith(w, status, bad)
			return
		}
		token, v, err := c.admit(r.Context(), in)
		if err != nil {
			refuse(w, r, err)
			return
		}
		t := newTicket(token, v, c.now())
		t.byLink = in.Code != ""
		next.ServeHTTP(w, r.WithContext(withTicket(viewer.With(r.Context(), v), t)))
	})
}

// Entered answers who has signed in, with the cookie. The session that the browser
// had before is over.
func (c *Cookies) Entered(w http.ResponseWriter, r *http.Request) {
	t, _ := ticketOf(r.Context())
	if err := c.give(w, t); err != nil {
		refuse(w, r, err)
		return
	}
	c.end(r)
	w.WriteHeader(http.StatusNoContent)
}

// Whether answers that nobody is signed in, where that is so, and clears a cookie
// that is good for nothing. Otherwise Stay is to follow. A request of another page
// is nobody's.
//
// It does not have to be of an own page: over plain HTTP browsers do not say so of
// a GET, and no other page can read the answer.
func (c *Cookies) Whether(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c.pageOf(r) == otherPage {
			answerSignedIn(w, false)
			return
		}
		t, sent := c.read(r)
		ctx, err := r.Context(), error(nil)
		if t.token != "" {
			ctx, err = c.auth.identify(ctx, t.token)
		}
		switch {
		case err == nil && t.token != "":
			next.ServeHTTP(w, r.WithContext(withTicket(ctx, t)))
			return
		case err != nil && apperr.From(err) == nil:
			refuse(w, r, err) // it is not known yet
			return
		case sent:
			c.clear(w)
		}
		answerSignedIn(w, false)
	})
}

// Stay answers that somebody is signed in. A session that is more than a day old
// begins anew.
func (c *Cookies) Stay(w http.ResponseWriter, r *http.Request) {
	t, _ := ticketOf(r.Context())
	v, _ := viewer.From(r.Context())
	again := newTicket(t.token, v, c.now())
	again.byLink = t.byLink
	if again.end.Sub(t.end) > renewAfter {
		if err := c.give(w, again); err != nil {
			refuse(w, r, err)
			return
		}
	}
	answerSignedIn(w, true)
}

func answerSignedIn(w http.ResponseWriter, is bool) {
	answerJSON(w, http.StatusOK, map[string]bool{"signedIn": is})
}

// signIn is what is posted: one of the two.
type signIn struct{ Token, Code string }

// readSignIn takes application/json alone, which a browser does not send for a page
// of another origin without asking.
func readSignIn(w http.ResponseWriter, r *http.Request) (in signIn, status int, bad *apperr.Error) {
	if media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || media != "application/json" {
		return in, http.StatusUnsupportedMediaType, apperr.New(apperr.BadUserInput, "send the request as application/json")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSignIn))
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return in, http.StatusRequestEntityTooLarge, apperr.New(apperr.LimitExceeded, "the body is too large: at most %d bytes", maxSignIn)
	}
	if err != nil || json.Unmarshal(body, &in) != nil {
		return in, http.StatusBadRequest, apperr.New(apperr.BadUserInput, `send {"token": "slc_…"}, or {"code": "…"} of a sign-in link`)
	}
	in.Token, in.Code = strings.TrimSpace(in.Token), strings.TrimSpace(in.Code)
	if (in.Token == "") == (in.Code == "") {
		return in, http.StatusBadRequest, apperr.BadInput("token", "a token is needed, or the code of a sign-in link instead")
	}
	return in, 0, nil
}

// admit returns the token to sign in with, and whose it is.
func (c *Cookies) admit(ctx context.Context, in signIn) (token string, v viewer.Viewer, err error) {
	field := "token"
	if token = in.Token; token == "" {
		field = "code"
		if token, err = c.redeem(ctx, in.Code); err != nil {
			return "", v, err
		}
	}
	v, err = c.auth.who.Identify(ctx, token)
	if e := apperr.From(err); e != nil {
		told := *e
		told.Field = field
		return "", v, &told
	}
	if err != nil {
		return "", v, err
	}
	if v.Kind != viewer.Agent || typeid.PrefixOf(v.CredentialID) != typeid.AccessToken {
		e := apperr.New(apperr.Forbidden, "%s does not sign in to the console: use an agent's access token, which begins with slc_", kindOf(v))
		e.Field = field
		return "", v, e
	}
	return token, v, nil
}

// redeem makes a token for the code of a sign-in link. The code is used up then,
// and only then.
func (c *Cookies) redeem(ctx context.Context, code string) (token string, err error) {
	giveBack, ok := c.links.take(code)
	if !ok || c.owners == nil {
		e := apperr.New(apperr.Unauthenticated,
			"this link was used already or is too old: start the server anew for another one, or sign in with a token")
		e.Field = "code"
		return "", e
	}
	token, err = c.owners.CreateOwnerToken(ctx, linkName, SessionFor)
	if err != nil {
		giveBack()
	}
	if e := apperr.From(err); e != nil {
		told := *e
		told.Field = "code"
		return "", &told
	}
	return token, err
}

// kindOf names what a viewer came with, where it is no access token.
func kindOf(v viewer.Viewer) string {
	switch v.Kind {
	case viewer.Page:
		return "a publishable key"
	case viewer.Attendee:
		return "a manage token"
	case viewer.Invited:
		return "an invitation"
	case viewer.Agent:
	}
	return "a token of an identity provider"
}
