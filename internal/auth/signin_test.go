package auth_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"slotcast/ent/accesstoken"
	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/auth"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/viewer"
)

// kinds are identified by what they begin with.
type kinds struct{ down }

func (kinds) Identify(_ context.Context, token string) (viewer.Viewer, error) {
	switch {
	case strings.HasPrefix(token, "slcp_"):
		return viewer.Viewer{AppID: "app_1", Kind: viewer.Page, CredentialID: "pub_1"}, nil
	case strings.HasPrefix(token, "slcm_"):
		return viewer.Viewer{AppID: "app_1", Kind: viewer.Attendee, ManageHash: "x"}, nil
	case strings.HasPrefix(token, "slci_"):
		return viewer.Viewer{AppID: "app_1", AgentID: "agt_1", Kind: viewer.Invited, CredentialID: "tok_1"}, nil
	case strings.HasPrefix(token, "eyJ"):
		return viewer.Viewer{AppID: "app_1", AgentID: "agt_1", CredentialID: "idp_1"}, nil
	}
	return viewer.Viewer{AppID: "app_1", AgentID: "agt_1", CredentialID: "tok_1"}, nil
}

// TestWhoMaySignIn: agents with a token of their own.
func TestWhoMaySignIn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.auth = auth.New(kinds{})
	c := d.at(public, d.keys)
	for token, words := range map[string]string{
		"slcp_1": "a publishable key", "slcm_1": "a manage token", "slci_1": "an invitation", "eyJ.a.b": "identity provider",
	} {
		w := d.post(c, `{"token":"`+token+`"}`)
		message := check(t, w, http.StatusForbidden, apperr.Forbidden)
		if !strings.Contains(message, words) || !strings.Contains(message, "slc_") || w.Header().Get("Set-Cookie") != "" ||
			!strings.Contains(w.Body.String(), `"field":"token"`) {
			t.Errorf("%s: %s, %v", token, w.Body, w.Header())
		}
	}
	if w := d.post(c, `{"token":"slc_1"}`); w.Code != 204 || w.Header().Get("Set-Cookie") == "" || w.Body.Len() != 0 {
		t.Errorf("an access token: %d %s", w.Code, w.Body)
	}
}

func TestSignInRefuses(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, tt := range map[string]struct {
		body   string
		media  string
		status int
		code   apperr.Code
		field  string
	}{
		"a form":            {"token=" + d.token, "application/x-www-form-urlencoded", 415, apperr.BadUserInput, ""},
		"text":              {`{"token":"` + d.token + `"}`, "text/plain", 415, apperr.BadUserInput, ""},
		"text called JSON":  {`{"token":"` + d.token + `"}`, "text/plain; application/json", 415, apperr.BadUserInput, ""},
		"no type":           {`{"token":"` + d.token + `"}`, "", 415, apperr.BadUserInput, ""},
		"no JSON":           {"token", "application/json", 400, apperr.BadUserInput, ""},
		"more than JSON":    {`{"token":"` + d.token + `"} x`, "application/json", 400, apperr.BadUserInput, ""},
		"no object":         {`["` + d.token + `"]`, "application/json", 400, apperr.BadUserInput, ""},
		"no text":           {`{"token":1}`, "application/json", 400, apperr.BadUserInput, ""},
		"nothing":           {"", "application/json", 400, apperr.BadUserInput, ""},
		"null":              {"null", "application/json", 400, apperr.BadUserInput, "token"},
		"neither":           {"{}", "application/json", 400, apperr.BadUserInput, "token"},
		"empty":             {`{"token":" "}`, "application/json", 400, apperr.BadUserInput, "token"},
		"both":              {`{"token":"` + d.token + `","code":"x"}`, "application/json", 400, apperr.BadUserInput, "token"},
		"too much":          {`{"token":"` + d.token + `","x":"` + strings.Repeat("x", 8<<10) + `"}`, "application/json", 413, apperr.LimitExceeded, ""},
		"a typing error":    {`{"token":"` + d.token + `x"}`, "application/json", 401, apperr.Unauthenticated, "token"},
		"nobody's":          {`{"token":"` + credential.New(credential.Access) + `"}`, "application/json", 401, apperr.Unauthenticated, "token"},
		"a code of no link": {`{"code":"x"}`, "application/json", 401, apperr.Unauthenticated, "code"},
		"a token as a code": {`{"code":"` + d.token + `"}`, "application/json", 401, apperr.Unauthenticated, "code"},
	} {
		w := d.post(d.cookies, tt.body, "Content-Type", tt.media)
		message := check(t, w, tt.status, tt.code)
		if strings.Contains(message, d.token) || w.Header().Get("Set-Cookie") != "" || w.Header().Get("Cache-Control") != "no-store" ||
			strings.Contains(w.Body.String(), `"field"`) != (tt.field != "") || !strings.Contains(w.Body.String(), tt.field) {
			t.Errorf("%s: %s, %v", name, w.Body, w.Header())
		}
	}
	for _, body := range []string{`{"token":" ` + d.token + `\n"}`, `{"token":"` + d.token + `","code":null,"more":[]}`} {
		if w := d.post(d.cookies, body, "Content-Type", "application/json; charset=utf-8"); w.Code != 204 {
			t.Errorf("%s: %d %s", body, w.Code, w.Body)
		}
	}
}

// TestOwnPages alone sign in and out.
func TestOwnPages(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, tt := range map[string]struct {
		header http.Header
		passes bool
	}{
		"its own":            {http.Header{"Sec-Fetch-Site": {"same-origin"}}, true},
		"its own, older":     {http.Header{"Origin": {public}}, true},
		"another port":       {http.Header{"Sec-Fetch-Site": {"same-site"}, "Origin": {"http://localhost:3000"}}, false},
		"another port,older": {http.Header{"Origin": {"http://localhost:3000"}}, false},
		"another site":       {http.Header{"Sec-Fetch-Site": {"cross-site"}}, false},
		"a typed address":    {http.Header{"Sec-Fetch-Site": {"none"}}, false},
		"a sandbox":          {http.Header{"Origin": {"null"}}, false},
		"no page":            {nil, false},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, public+"/session", nil)
		for header, values := range tt.header {
			r.Header[header] = values
		}
		w, passed := httptest.NewRecorder(), false
		d.cookies.OwnPages(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { passed = true })).ServeHTTP(w, r)
		if passed != tt.passes {
			t.Errorf("%s: passed %v", name, passed)
		}
		if !tt.passes {
			if message := check(t, w, http.StatusForbidden, apperr.Forbidden); !strings.Contains(message, public) {
				t.Errorf("%s: %s", name, message)
			}
		}
	}
}

// code is that of a fresh link.
func (d *desk) code() string {
	d.t.Helper()
	code, ok := strings.CutPrefix(d.cookies.Link(), public+"/sign-in#code=")
	if !ok || len(code) < 26 {
		d.t.Fatalf("the link's code is %q", code)
	}
	return code
}

func (d *desk) redeem(code string) *httptest.ResponseRecorder {
	return d.post(d.cookies, `{"code":"`+code+`"}`)
}

// TestSignInLink signs in once, as the owner, with a token that has no end.
func TestSignInLink(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	code, other := d.code(), d.code()
	w := d.redeem(code)
	all := w.Result().Cookies()
	if w.Code != 204 || len(all) != 1 {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	v, _, err := d.api(d.cookies, d.own(all[0]), nil)
	if err != nil || v.AgentID != d.owner.AgentID || v.CredentialID == d.owner.CredentialID {
		t.Errorf("signed in as %+v, %v", v, err)
	}
	made, err := d.db.Client.AccessToken.Get(viewer.System(t.Context()), v.CredentialID)
	if err != nil || made.Name != "Console, by sign-in link" || made.ExpiresAt != nil || len(made.Scopes) != 0 || !v.Until.IsZero() {
		t.Errorf("the token is %v, %v", made, err)
	}
	message := check(t, d.redeem(code), http.StatusUnauthorized, apperr.Unauthenticated)
	if !strings.Contains(message, "used already") || !strings.Contains(message, "start the server anew") {
		t.Errorf("the second time: %s", message)
	}
	d.pass(24*time.Hour - time.Second)
	if w := d.redeem(other); w.Code != 204 {
		t.Errorf("another link, just before its end: %d %s", w.Code, w.Body)
	}
	late := d.code()
	d.pass(24 * time.Hour)
	check(t, d.redeem(late), http.StatusUnauthorized, apperr.Unauthenticated)

	d.pass(auth.SessionFor)
	if v, _, err := d.api(d.cookies, d.own(all[0]), nil); err == nil {
		t.Errorf("after the end of its session: %+v", v)
	}
	if w := d.redeem(d.code()); w.Code != 204 {
		t.Fatalf("after the end of the first: %d %s", w.Code, w.Body)
	}
	if made, err = d.db.Client.AccessToken.Get(viewer.System(t.Context()), v.CredentialID); err != nil || made.RevokedAt == nil {
		t.Errorf("the first token lives on: %v, %v", made, err)
	}
}

// TestOneOfManySignsIn, of those who come with one code at once.
func TestOneOfManySignsIn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	code := d.code()
	var mu sync.Mutex
	answers := map[int]int{}
	var group sync.WaitGroup
	start := make(chan struct{})
	for range 20 {
		group.Go(func() {
			<-start
			w := d.redeem(code)
			mu.Lock()
			defer mu.Unlock()
			answers[w.Code]++
		})
	}
	close(start)
	group.Wait()
	n, err := d.db.Client.AccessToken.Query().Where(accesstoken.NameHasPrefix("Console")).Count(viewer.System(t.Context()))
	if fmt.Sprint(answers) != "map[204:1 401:19]" || n != 1 || err != nil {
		t.Errorf("answers %v, %d tokens, %v", answers, n, err)
	}
}

// TestLinksAreBounded: the oldest of too many is forgotten.
func TestLinksAreBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var codes []string
	for range 17 {
		codes = append(codes, d.code())
		d.pass(time.Second)
	}
	for i, code := range codes {
		if w := d.redeem(code); (w.Code == 204) != (i > 0) {
			t.Errorf("link %d: %d %s", i, w.Code, w.Body)
		}
	}
}

// owners makes no tokens, and revokes none, until it is mended.
type owners struct {
	*account.Service
	err error
}

func (o *owners) CreateOwnerToken(ctx context.Context, name string, idle time.Duration) (string, error) {
	if o.err != nil {
		return "", o.err
	}
	return o.Service.CreateOwnerToken(ctx, name, idle)
}

func (o *owners) RevokeAccessToken(ctx context.Context, id string) error {
	if o.err != nil {
		return o.err
	}
	return o.Service.RevokeAccessToken(ctx, id)
}

// TestLinkOutlivesFaults: a code that led to nothing was not used.
func TestLinkOutlivesFaults(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	broken := &owners{Service: d.accounts}
	var err error
	d.cookies, err = auth.NewCookies(auth.CookiesConfig{Auth: d.auth, Keys: d.keys, Owners: broken, PublicURL: public, Now: d.now})
	if err != nil {
		t.Fatal(err)
	}
	code := d.code()
	broken.err = errors.New("dial tcp 10.1.2.3: connection refused")
	if message := check(t, d.redeem(code), http.StatusInternalServerError, apperr.Internal); strings.Contains(message, "10.1.2.3") {
		t.Errorf("the cause is told: %s", message)
	}
	broken.err = nil
	owner := d.db.Client.Agent.UpdateOneID(d.owner.AgentID)
	if err := owner.SetStatus(domain.AgentDeactivated).Exec(viewer.System(t.Context())); err != nil {
		t.Fatal(err)
	}
	w := d.redeem(code)
	if message := check(t, w, http.StatusConflict, apperr.Conflict); !strings.Contains(message, "no OWNER who is active") || !strings.Contains(w.Body.String(), `"field":"code"`) {
		t.Errorf("without an owner: %s", w.Body)
	}
	if err := d.db.Client.Agent.UpdateOneID(d.owner.AgentID).SetStatus(domain.AgentActive).Exec(viewer.System(t.Context())); err != nil {
		t.Fatal(err)
	}
	if w := d.redeem(code); w.Code != 204 {
		t.Errorf("after all: %d %s", w.Code, w.Body)
	}
}
