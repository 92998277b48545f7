package auth

import (
	"net/http"
	"net/url"
	"strings"
)

// page says which page a request comes from, as far as the browser says so. What
// it says can be relied on: no page can write these headers.
type page int

const (
	unknownPage page = iota // nothing says which: a program, an address that was typed, or a GET over plain HTTP
	ownPage                 // one of the server's own
	otherPage               // one of another origin, be it another port of the same host
)

// pageOf looks at Sec-Fetch-Site, which browsers send over HTTPS and to their own
// machine, and else at Origin, which they send with a POST, a DELETE and a
// WebSocket's opening request, but with no GET of the same origin.
//
// http.CrossOriginProtection is not enough for a cookie that signs somebody in: it
// lets all GETs through, event streams and WebSockets among them, and what has
// neither header.
func (c *Cookies) pageOf(r *http.Request) page {
	// Of a socket the Origin decides alone: it is always there (RFC 6455, 10.2),
	// and browsers differ in what they call the site of ws:// and wss://.
	if !wantsSocket(r) {
		switch r.Header.Get("Sec-Fetch-Site") {
		case "same-origin":
			return ownPage // whatever Origin is: without a referrer that may be null
		case "", "none":
		default:
			return otherPage
		}
	}
	switch origins := r.Header.Values("Origin"); {
	case len(origins) == 0:
		return unknownPage
	case len(origins) == 1 && c.isOwn(origins[0], r.Host):
		return ownPage
	}
	return otherPage
}

// isOwn reports whether an origin is that of the public URL, or of the host that
// the request itself names. A page over plain HTTP is never one of a server that
// is reached over HTTPS: whoever sits in between may have written it.
func (c *Cookies) isOwn(origin, host string) bool {
	if strings.EqualFold(origin, c.origin) {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || c.secure) {
		return false
	}
	return strings.EqualFold(u.Host, host)
}

// originOfURL is what browsers write into Origin for pages under a URL: without
// the port that its scheme has anyway, and in small letters.
func originOfURL(u *url.URL) string {
	usual := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]
	return u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), usual)
}

func wantsSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}
