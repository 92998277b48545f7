package auth_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"slotcast/ent/auditentry"
	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/auth"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/viewer"
)

// byLink signs in with a fresh link, from a browser with the cookies.
func (d *desk) byLink(cookies ...*http.Cookie) *http.Cookie {
	d.t.Helper()
	var header []string
	if len(cookies) > 0 {
		header = []string{"Cookie", cookies[0].Name + "=" + cookies[0].Value}
	}
	w := d.post(d.cookies, `{"code":"`+d.code()+`"}`, header...)
	all := w.Result().Cookies()
	if w.Code != http.StatusNoContent || len(all) != 1 {
		d.t.Fatalf("signing in by a link: %d %s, %v", w.Code, w.Body, w.Header())
	}
	return all[0]
}

// signOut has to be answered alike, whatever the cookie is.
func (d *desk) signOut(c *auth.Cookies, r *http.Request) {
	d.t.Helper()
	w := httptest.NewRecorder()
	c.SignOut(w, r)
	if all := w.Result().Cookies(); w.Code != http.StatusNoContent || w.Body.Len() != 0 || len(all) != 1 || all[0].MaxAge >= 0 || all[0].Value != "" {
		d.t.Errorf("signing out is answered %d %s, %v", w.Code, w.Body, w.Header())
	}
}

// who is signed in, to another process: this one may remember him for a second.
func (d *desk) who(cookie *http.Cookie) (viewer.Viewer, error) {
	d.t.Helper()
	other := *d.auth
	d.auth = auth.New(account.New(account.Config{Client: d.db.Client, Keys: d.keys, Now: d.now}))
	defer func() { d.auth = &other }()
	v, _, err := d.api(d.at(public, d.keys), d.own(cookie), nil)
	return v, err
}

// revocations are the audit log's.
func (d *desk) revocations() string {
	d.t.Helper()
	all, err := d.db.Client.AuditEntry.Query().Where(auditentry.ActionEQ(domain.AuditAccessTokenRevoked)).
		Order(auditentry.ByID()).All(viewer.System(d.t.Context()))
	if err != nil {
		d.t.Fatal(err)
	}
	var lines []string
	for _, e := range all {
		line := fmt.Sprint(e.ActorType, " revoked ", e.TargetID)
		if e.ActorID != nil && e.CredentialID != nil && e.Address != nil {
			line += fmt.Sprint(" as ", *e.ActorID, " with ", *e.CredentialID, " from ", *e.Address)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// TestSignOut ends the token of a session that a link began, also after renewals,
// and no other.
func TestSignOut(t *testing.T) {
	t.Parallel()
	entdbtest.Each(t, func(t *testing.T, db *entdb.DB) {
		d := newDeskOn(t, db)
		linked, own := d.byLink(), d.cookie(d.cookies, d.token)
		d.pass(25 * time.Hour)
		renewed := d.signedIn(d.own(linked)).Result().Cookies()
		if len(renewed) != 1 || renewed[0].Value == linked.Value {
			t.Fatalf("after a day: %v", renewed)
		}
		v, err := d.who(renewed[0])
		if err != nil || v.CredentialID == d.owner.CredentialID || !v.Until.IsZero() {
			t.Fatalf("signed in as %+v, %v", v, err)
		}
		d.signOut(d.cookies, d.own(own))
		if is, err := d.who(own); is != d.owner || err != nil || d.revocations() != "" {
			t.Errorf("a token of one's own after signing out: %+v, %v; the audit log has\n%s", is, err, d.revocations())
		}
		r := d.own(renewed[0])
		ctx, leave := context.WithCancel(viewer.WithOrigin(r.Context(), viewer.Origin{Address: "203.0.113.9"}))
		leave() // the page is closed before it has the answer
		d.signOut(d.cookies, r.WithContext(ctx))
		for name, cookie := range map[string]*http.Cookie{"the renewed": renewed[0], "the first": linked} {
			if is, err := d.who(cookie); apperr.CodeOf(err) != apperr.Unauthenticated {
				t.Errorf("%s after signing out: %+v, %v", name, is, err)
			}
		}
		want := fmt.Sprintf("AGENT revoked %s as %s with %[1]s from 203.0.113.9", v.CredentialID, v.AgentID)
		d.signOut(d.cookies, d.own(renewed[0]))
		d.signOut(d.cookies, d.own())
		if got := d.revocations(); got != want {
			t.Errorf("the audit log has\n%s\nwant\n%s", got, want)
		}
	})
}

// TestSignInAnew leaves the session behind that the browser had: as signing out.
func TestSignInAnew(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	first := d.byLink()
	second := d.byLink(first)
	if is, err := d.who(first); apperr.CodeOf(err) != apperr.Unauthenticated {
		t.Errorf("the first, after the second: %+v, %v", is, err)
	}
	if w := d.post(d.cookies, `{"code":"x"}`, "Cookie", second.Name+"="+second.Value); w.Code != 401 {
		t.Fatalf("a wrong code: %d", w.Code)
	}
	if is, err := d.who(second); is.AgentID != d.owner.AgentID || err != nil {
		t.Errorf("after a code that was refused: %+v, %v", is, err)
	}
	w := d.post(d.cookies, `{"token":"`+d.token+`"}`, "Cookie", second.Name+"="+second.Value)
	if own := w.Result().Cookies(); w.Code != 204 || len(own) != 1 {
		t.Fatalf("with a token: %d %s", w.Code, w.Body)
	} else if third := d.byLink(own[0]); third.Value == "" {
		t.Error("no third session")
	}
	if is, err := d.who(second); apperr.CodeOf(err) != apperr.Unauthenticated {
		t.Errorf("the second, after one with a token: %+v, %v", is, err)
	}
	if is, err := d.accounts.Identify(t.Context(), d.token); is != d.owner || err != nil {
		t.Errorf("the token, after the third: %+v, %v", is, err)
	}
}

// TestSignOutWithFaults clears the cookie, and the log says what was left.
func TestSignOutWithFaults(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cookie := d.byLink()
	cause := errors.New("dial tcp 10.1.2.3: connection refused")
	for name, tt := range map[string]struct {
		who    auth.Identifier
		err    error
		logged string
	}{
		"not known":   {down{}, nil, errDown.Error()},
		"not revoked": {d.accounts, cause, "10.1.2.3"},
		"gone":        {d.accounts, apperr.New(apperr.Conflict, "it was revoked before"), ""},
	} {
		var log strings.Builder
		c, err := auth.NewCookies(auth.CookiesConfig{
			Auth: auth.New(tt.who), Keys: d.keys, Owners: &owners{Service: d.accounts, err: tt.err}, PublicURL: public, Now: d.now,
			Logger: slog.New(slog.NewTextHandler(&log, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		d.signOut(c, d.own(cookie))
		if text := log.String(); strings.Contains(text, "session_token_left") != (tt.logged != "") || !strings.Contains(text, tt.logged) || strings.Contains(text, "slc_") {
			t.Errorf("%s: the log has %q", name, text)
		}
	}
	if is, err := d.who(cookie); is.AgentID != d.owner.AgentID || err != nil {
		t.Errorf("what could not be revoked: %+v, %v", is, err)
	}
}

// TestSignOutOfManyTabs at once is one revocation.
func TestSignOutOfManyTabs(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cookie := d.byLink()
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { d.signOut(d.cookies, d.own(cookie)) })
	}
	group.Wait()
	if got := d.revocations(); strings.Count(got, "revoked") != 1 {
		t.Errorf("the audit log has\n%s", got)
	}
}
