package auth_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"slotcast/internal/account"
	"slotcast/internal/apperr"
	"slotcast/internal/auth"
	"slotcast/internal/credential"
	"slotcast/internal/domain"
	"slotcast/internal/entdb"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/sealing"
	"slotcast/internal/viewer"
)

// desk is where agents sign in: cookies over real accounts, with a clock that the
// test turns.
type desk struct {
	t        *testing.T
	db       *entdb.DB
	accounts *account.Service
	auth     *auth.Auth
	cookies  *auth.Cookies
	keys     *sealing.Ring
	owner    viewer.Viewer
	token    string
	ahead    atomic.Int64 // of the real time
}

const public = "http://localhost:8080"

func newDesk(t *testing.T) *desk {
	t.Helper()
	return newDeskOn(t, entdbtest.SQLite(t))
}

func newDeskOn(t *testing.T, db *entdb.DB) *desk {
	t.Helper()
	d := &desk{t: t, db: db, keys: entdbtest.Keys()}
	d.accounts = account.New(account.Config{Client: d.db.Client, Keys: d.keys, Now: d.now})
	first, err := d.accounts.FirstStart(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if d.owner, err = d.accounts.Identify(t.Context(), first.Token); err != nil {
		t.Fatal(err)
	}
	d.auth, d.token = auth.New(d.accounts), first.Token
	d.cookies = d.at(public, d.keys)
	return d
}

func (d *desk) now() time.Time { return time.Now().Add(time.Duration(d.ahead.Load())) }

func (d *desk) pass(by time.Duration) { d.ahead.Add(int64(by)) }

// at returns cookies of another public URL, or with other keys.
func (d *desk) at(url string, keys *sealing.Ring) *auth.Cookies {
	d.t.Helper()
	c, err := auth.NewCookies(auth.CookiesConfig{Auth: d.auth, Keys: keys, Owners: d.accounts, PublicURL: url, Now: d.now})
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// post signs in with a body.
func (d *desk) post(c *auth.Cookies, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(d.t.Context(), http.MethodPost, public+"/session", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	c.SignIn(http.HandlerFunc(c.Entered)).ServeHTTP(w, r)
	return w
}

// cookie is that of a new session with a token.
func (d *desk) cookie(c *auth.Cookies, token string) *http.Cookie {
	d.t.Helper()
	w := d.post(c, `{"token":"`+token+`"}`)
	if all := w.Result().Cookies(); w.Code == http.StatusNoContent && len(all) == 1 {
		return all[0]
	}
	d.t.Fatalf("signing in: %d %s, %v", w.Code, w.Body, w.Header())
	return nil
}

// api is a request of the API as it gets behind the middleware: the viewer, for a
// socket after a connection_init with the payload.
func (d *desk) api(c *auth.Cookies, r *http.Request, payload map[string]any) (v viewer.Viewer, ctx context.Context, err error) {
	w := httptest.NewRecorder()
	reached := false
	c.HTTP(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		reached, ctx = true, r.Context()
		if r.Header.Get("Upgrade") != "" {
			ctx, err = d.auth.Init(context.WithoutCancel(ctx), payload)
		}
	})).ServeHTTP(w, r)
	if !reached {
		return v, nil, apperr.New(apperr.Unauthenticated, "%d %s", w.Code, w.Body)
	}
	if err == nil {
		v, _ = viewer.From(ctx)
	}
	return v, ctx, err
}

// own is a POST of the server's own page.
func (d *desk) own(cookies ...*http.Cookie) *http.Request {
	r := httptest.NewRequestWithContext(d.t.Context(), http.MethodPost, public+"/graphql", nil)
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, one := range cookies {
		r.AddCookie(&http.Cookie{Name: one.Name, Value: one.Value})
	}
	return r
}

// TestCookieAttributes are those of the public URL, and the name is of it alone.
func TestCookieAttributes(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	names := map[string]string{}
	for url, want := range map[string]struct {
		host   bool
		path   string
		secure bool
	}{
		"http://127.0.0.1:8080":         {false, "/", false},
		"http://127.0.0.1:8081":         {false, "/", false},
		"http://localhost:8080":         {false, "/", false},
		"https://meet.example.org":      {true, "/", true},
		"https://meet.example.org:8443": {true, "/", true},
		"https://example.org/meet":      {false, "/meet", true},
		"https://example.org/a/b%20c":   {false, "/a/b%20c", true},
		"http://example.org/meet":       {false, "/meet", false},
	} {
		c := d.cookie(d.at(url, d.keys), d.token)
		if !strings.HasPrefix(strings.TrimPrefix(c.Name, "__Host-"), "slotcast_session_") || strings.HasPrefix(c.Name, "__Host-") != want.host ||
			c.Path != want.path || c.Secure != want.secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Domain != "" ||
			c.MaxAge > 14*24*3600 || c.MaxAge < 14*24*3600-5 {
			t.Errorf("%s: %v", url, c)
		}
		if before, ok := names[c.Name]; ok {
			t.Errorf("%s and %s have one cookie, %s", before, url, c.Name)
		}
		names[c.Name] = url
		if strings.Contains(c.Value, d.token[4:]) || sealing.KeyOf(c.Value) != d.keys.Current() {
			t.Errorf("%s: the cookie is %s", url, c.Value)
		}
	}
	same := map[string]string{"https://meet.example.org": "https://MEET.example.org:443/", "http://h": "http://h:80"}
	for one, other := range same {
		if a, b := d.cookie(d.at(one, d.keys), d.token), d.cookie(d.at(other, d.keys), d.token); a.Name != b.Name || a.Path != b.Path {
			t.Errorf("%s and %s have two cookies, %v and %v", one, other, a, b)
		}
	}
	if c, err := auth.NewCookies(auth.CookiesConfig{PublicURL: "nowhere"}); err == nil {
		t.Errorf("a public URL without a host: %+v", c)
	}
}

// TestBadCookies are as none.
func TestBadCookies(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	good := d.cookie(d.cookies, d.token)
	seal := func(text, row string) string {
		sealed, err := d.keys.Seal(text, row)
		if err != nil {
			t.Fatal(err)
		}
		return sealed
	}
	later, row := "9999999999 ", sealing.Part("session", good.Name)
	flipped := []byte(good.Value)
	flipped[len(flipped)-5] ^= 1
	named := func(name, value string) *http.Cookie { return &http.Cookie{Name: name, Value: value} }
	for name, tt := range map[string]struct {
		cookies []*http.Cookie
		good    bool
	}{
		"good":                          {[]*http.Cookie{good}, true},
		"made by hand, as they are":     {[]*http.Cookie{named(good.Name, seal(later+d.token, row))}, true},
		"good, behind a bad one":        {[]*http.Cookie{named(good.Name, "x"), good}, true},
		"empty":                         {[]*http.Cookie{named(good.Name, "")}, false},
		"the bare token":                {[]*http.Cookie{named(good.Name, d.token)}, false},
		"what is sealed, but not":       {[]*http.Cookie{named(good.Name, later+d.token)}, false},
		"altered":                       {[]*http.Cookie{named(good.Name, string(flipped))}, false},
		"cut":                           {[]*http.Cookie{named(good.Name, good.Value[:len(good.Value)-1])}, false},
		"of another row":                {[]*http.Cookie{named(good.Name, seal(later+d.token, "whk_1"))}, false},
		"of another server's name":      {[]*http.Cookie{named(good.Name, d.cookie(d.at("http://localhost:8081", d.keys), d.token).Value)}, false},
		"under another name":            {[]*http.Cookie{named("slotcast_session", good.Value)}, false},
		"of other keys":                 {[]*http.Cookie{named(good.Name, d.cookie(d.at(public, entdbtest.Keys()), d.token).Value)}, false},
		"without an end":                {[]*http.Cookie{named(good.Name, seal(d.token, row))}, false},
		"with an end that is none":      {[]*http.Cookie{named(good.Name, seal("soon "+d.token, row))}, false},
		"over":                          {[]*http.Cookie{named(good.Name, seal("1 "+d.token, row))}, false},
		"made by hand, of a link":       {[]*http.Cookie{named(good.Name, seal(later+d.token+" link", row))}, true},
		"with more behind the token":    {[]*http.Cookie{named(good.Name, seal(later+d.token+" x", row))}, false},
		"without a token":               {[]*http.Cookie{named(good.Name, seal(later, row))}, false},
		"of a link, without a token":    {[]*http.Cookie{named(good.Name, seal(later+" link", row))}, false},
		"with a token that nobody has":  {[]*http.Cookie{named(good.Name, seal(later+credential.New(credential.Access), row))}, false},
		"with something that is no one": {[]*http.Cookie{named(good.Name, seal(later+"x", row))}, false},
	} {
		v, _, err := d.api(d.cookies, d.own(tt.cookies...), nil)
		if (v == d.owner) != tt.good || (err == nil) != tt.good {
			t.Errorf("%s: %+v, %v", name, v, err)
		}
		signed := d.signedIn(d.own(tt.cookies...))
		cleared := strings.Contains(signed.Header().Get("Set-Cookie"), "Max-Age=0")
		sent := tt.cookies[0].Name == good.Name
		if want := map[bool]string{true: "true", false: "false"}[tt.good]; signed.Code != 200 ||
			signed.Body.String() != `{"signedIn":`+want+"}\n" || cleared != (sent && !tt.good) {
			t.Errorf("%s: %d %s, %v", name, signed.Code, signed.Body, signed.Header())
		}
	}
}

// signedIn asks whether somebody is.
func (d *desk) signedIn(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	d.cookies.Whether(http.HandlerFunc(d.cookies.Stay)).ServeHTTP(w, r)
	return w
}

// TestKeysRotate: what an older key has sealed still opens.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	older, newer := sealing.NewKey(), sealing.NewKey()
	ring := func(keys ...sealing.Key) *sealing.Ring {
		r, err := sealing.NewRing(keys...)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	cookie := d.cookie(d.at(public, ring(older)), d.token)
	for name, tt := range map[string]struct {
		keys *sealing.Ring
		good bool
	}{
		"in another process": {ring(older), true}, "rotated": {ring(newer, older), true}, "without the older": {ring(newer), false},
	} {
		if v, _, _ := d.api(d.at(public, tt.keys), d.own(cookie), nil); (v == d.owner) != tt.good {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// TestSessionsEnd with the time, with their token and with what its agent is.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cookie := d.cookie(d.cookies, d.token)
	_, ctx, err := d.api(d.cookies, d.own(cookie), nil)
	socket := d.own(cookie)
	socket.Header.Set("Upgrade", "websocket")
	socket.Header.Set("Origin", public)
	_, opened, errSocket := d.api(d.cookies, socket, nil)
	if err != nil || errSocket != nil {
		t.Fatal(err, errSocket)
	}
	for name, ctx := range map[string]context.Context{"a request": ctx, "a socket": opened} {
		if end, ok := ctx.Deadline(); !ok || time.Until(end).Round(time.Minute) != auth.SessionFor {
			t.Errorf("%s ends at %v", name, end)
		}
	}
	d.pass(auth.SessionFor - time.Minute)
	if v, _, err := d.api(d.cookies, d.own(cookie), nil); v != d.owner || err != nil {
		t.Errorf("just before the end: %+v, %v", v, err)
	}
	d.pass(2 * time.Minute)
	if v, _, err := d.api(d.cookies, d.own(cookie), nil); err == nil {
		t.Errorf("after the end: %+v", v)
	}

	soon := d.now().Add(time.Hour)
	_, short, err := d.accounts.CreateAccessToken(viewer.With(t.Context(), d.owner), account.TokenInput{Name: "short", ExpiresAt: &soon})
	if err != nil {
		t.Fatal(err)
	}
	cookie = d.cookie(d.cookies, short)
	if cookie.MaxAge > 3600 || cookie.MaxAge < 3590 {
		t.Errorf("the session of a token that ends in an hour: %v", cookie)
	}
	d.pass(time.Hour)
	if v, _, err := d.api(d.cookies, d.own(cookie), nil); err == nil {
		t.Errorf("after the token's end: %+v", v)
	}

	made, text, err := d.accounts.CreateAccessToken(viewer.With(t.Context(), d.owner), account.TokenInput{Name: "taken back"})
	if err != nil {
		t.Fatal(err)
	}
	cookie = d.cookie(d.cookies, text)
	if err := d.accounts.RevokeAccessToken(viewer.With(t.Context(), d.owner), made.ID); err != nil {
		t.Fatal(err)
	}
	if v, _, err := d.api(d.cookies, d.own(cookie), nil); err == nil || !strings.Contains(err.Error(), "revoked") {
		t.Errorf("a token that was revoked: %+v, %v", v, err)
	}
	if w := d.signedIn(d.own(cookie)); w.Body.String() != `{"signedIn":false}`+"\n" || w.Header().Get("Set-Cookie") == "" {
		t.Errorf("the console is told %s, %v", w.Body, w.Header())
	}
}

// TestSessionsAreRenewed once a day, as far as their token lasts.
func TestSessionsAreRenewed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	renewed := func(cookie *http.Cookie) *http.Cookie {
		t.Helper()
		w := d.signedIn(d.own(cookie))
		all := w.Result().Cookies()
		if w.Code != 200 || w.Body.String() != `{"signedIn":true}`+"\n" || len(all) > 1 {
			t.Fatalf("%d %s, %v", w.Code, w.Body, w.Header())
		}
		if len(all) == 0 {
			return nil
		}
		return all[0]
	}
	cookie := d.cookie(d.cookies, d.token)
	d.pass(23 * time.Hour)
	if again := renewed(cookie); again != nil {
		t.Errorf("renewed within a day: %v", again)
	}
	d.pass(2 * time.Hour)
	again := renewed(cookie)
	if again == nil || again.Name != cookie.Name || again.MaxAge < 14*24*3600-5 {
		t.Fatalf("after a day: %v", again)
	}
	d.pass(auth.SessionFor - time.Hour)
	if v, _, err := d.api(d.cookies, d.own(again), nil); v != d.owner || err != nil {
		t.Errorf("the renewed: %+v, %v", v, err)
	}
	if v, _, err := d.api(d.cookies, d.own(cookie), nil); err == nil {
		t.Errorf("the first one: %+v", v)
	}

	soon := d.now().Add(72 * time.Hour)
	_, short, err := d.accounts.CreateAccessToken(viewer.With(t.Context(), d.owner), account.TokenInput{Name: "short", ExpiresAt: &soon})
	if err != nil {
		t.Fatal(err)
	}
	cookie = d.cookie(d.cookies, short)
	d.pass(48 * time.Hour)
	if again := renewed(cookie); again != nil {
		t.Errorf("a session that ends with its token is renewed: %v", again)
	}
}

// TestSessionsWithoutDatabase: nobody is signed out because it does not answer.
func TestSessionsWithoutDatabase(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cookie := d.cookie(d.cookies, d.token)
	d.auth = auth.New(down{})
	d.cookies = d.at(public, d.keys)
	w := d.signedIn(d.own(cookie))
	check(t, w, http.StatusInternalServerError, apperr.Internal)
	if w.Header().Get("Set-Cookie") != "" {
		t.Errorf("the cookie is taken away: %v", w.Header())
	}
	check(t, d.post(d.cookies, `{"token":"`+d.token+`"}`), http.StatusInternalServerError, apperr.Internal)
}

// TestScopesStay: a session is as much as its token.
func TestScopesStay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	_, text, err := d.accounts.CreateAccessToken(viewer.With(t.Context(), d.owner), account.TokenInput{
		Name: "narrow", Scopes: []domain.TokenScope{domain.WebhooksRead},
	})
	if err != nil {
		t.Fatal(err)
	}
	v, _, err := d.api(d.cookies, d.own(d.cookie(d.cookies, text)), nil)
	if err != nil || v.Has(domain.MeetingsRead) || !v.Has(domain.WebhooksRead) || !v.Until.IsZero() {
		t.Errorf("%+v, %v", v, err)
	}
}
