package auth

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"slotcast/internal/sealing"
)

const (
	// SessionFor is how long a session of the console lasts that is not used.
	SessionFor = 14 * 24 * time.Hour
	// renewAfter is how much longer a session has to last for its cookie to be sent
	// anew.
	renewAfter = 24 * time.Hour
)

// Owners makes the token that a sign-in link leads to, and takes it back; see
// account.Service.
type Owners interface {
	CreateOwnerToken(ctx context.Context, name string, idle time.Duration) (string, error)
	RevokeAccessToken(ctx context.Context, id string) error
}

// CookiesConfig is what Cookies are made of.
type CookiesConfig struct {
	Auth      *Auth
	Keys      *sealing.Ring
	Owners    Owners           // nil: there are no sign-in links
	PublicURL string           // where browsers reach the server
	Now       func() time.Time // nil means time.Now
	Logger    *slog.Logger
}

// Cookies are the sessions of the console. A session is an access token and the
// time at which it ends, and its cookie is all that there is of it: the two,
// sealed. So whoever reads a cookie has no token that would be of use elsewhere,
// every process that has the secret keys knows it, and it ends with its token. A
// token that a sign-in link made ends with its session, when that is signed out.
//
// A cookie counts at /graphql and /session alone, and there only for what comes
// from the server's own pages; otherwise it is as if it were not there. Cookies
// are safe for concurrent use.
type Cookies struct {
	auth       *Auth
	keys       *sealing.Ring
	owners     Owners
	links      *links
	now        func() time.Time
	logger     *slog.Logger
	url        string // the public one, without a slash at the end
	shown      string // the same, without what it may have of a password
	origin     string // of it, as browsers write it
	name, path string // of the cookie
	row        string // what its value is sealed for
	secure     bool
}

// NewCookies returns Cookies, or an error for a public URL that is none.
func NewCookies(c CookiesConfig) (*Cookies, error) {
	u, err := url.Parse(c.PublicURL)
	if err != nil || u.Host == "" {
		return nil, errors.New("the public URL has no host: set SLOTCAST_PUBLIC_URL to what browsers show")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	under := strings.TrimSuffix(u.EscapedPath(), "/")
	path := cmp.Or(under, "/")
	name := cookieName(u, path)
	return &Cookies{
		auth: c.Auth, keys: c.Keys, owners: c.Owners, links: newLinks(c.Now), now: c.Now,
		logger: cmp.Or(c.Logger, slog.Default()),
		url:    strings.TrimSuffix(c.PublicURL, "/"), shown: originOfURL(u) + under, origin: originOfURL(u),
		name: name, path: path, row: sealing.Part("session", name), secure: u.Scheme == "https",
	}, nil
}

// cookieName tells the servers of one host apart. To a browser a cookie is of a
// host, whatever the port: without that, signing in at 127.0.0.1:8081 would sign
// out at :8080. It is made of the public URL and not of the port that is listened
// at, because the processes behind one proxy have one name for it. The prefix
// makes browsers refuse it from anybody but this very host over HTTPS.
func cookieName(u *url.URL, path string) string {
	sum := sha256.Sum256([]byte(originOfURL(u) + path))
	name := "slotcast_session_" + hex.EncodeToString(sum[:4])
	if u.Scheme == "https" && path == "/" {
		return "__Host-" + name
	}
	return name
}

// HTTP is Auth.HTTP, and takes the cookie's session where a request of the
// server's own pages has no header Authorization. What it lets in ends with the
// session. That of a WebSocket is looked at with its connection_init; see
// Auth.Init.
func (c *Cookies) HTTP(next http.Handler) http.Handler {
	authenticated := c.auth.HTTP(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t := c.counting(r)
		if t.token == "" {
			authenticated.ServeHTTP(w, r)
			return
		}
		ctx := withTicket(r.Context(), t)
		if !wantsSocket(r) {
			bounded, cancel := context.WithDeadline(ctx, t.end)
			defer cancel()
			ctx = bounded
		}
		authenticated.ServeHTTP(w, r.WithContext(ctx))
	})
}

// counting is the session that a request of the API comes with, empty where it has
// none that counts.
func (c *Cookies) counting(r *http.Request) ticket {
	if len(r.Header.Values("Authorization")) > 0 || c.pageOf(r) != ownPage {
		return ticket{}
	}
	t, _ := c.read(r)
	return t
}

// read returns the session of a request's cookie, and whether there is a cookie at
// all; a value that is not good, or not any more, is no session.
func (c *Cookies) read(r *http.Request) (t ticket, sent bool) {
	for _, cookie := range r.CookiesNamed(c.name) {
		if t, ok := c.open(cookie.Value); ok {
			return t, true
		}
		sent = true
	}
	return ticket{}, sent
}

func (c *Cookies) open(value string) (t ticket, ok bool) {
	if sealing.KeyOf(value) == "" {
		return t, false // what was never sealed would come back as it is
	}
	text, err := c.keys.Open(value, c.row)
	if err != nil {
		return t, false
	}
	t, ok = readTicket(text)
	return t, ok && c.now().Before(t.end)
}

// give sends the cookie of a session.
func (c *Cookies) give(w http.ResponseWriter, t ticket) error {
	value, err := c.keys.Seal(t.text(), c.row)
	if err != nil {
		return fmt.Errorf("sealing the session: %w", err)
	}
	c.set(w, value, int(t.end.Sub(c.now())/time.Second))
	return nil
}

// clear makes the browser forget the cookie.
func (c *Cookies) clear(w http.ResponseWriter) { c.set(w, "", -1) }

func (c *Cookies) set(w http.ResponseWriter, value string, seconds int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure would keep it from servers that have no HTTPS
		Name: c.name, Value: value, Path: c.path, MaxAge: seconds,
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteStrictMode,
	})
}
