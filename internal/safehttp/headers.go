package safehttp

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// What [Headers] keeps.
const (
	maxHeaders     = 20
	maxHeaderName  = 100 // bytes
	maxHeaderValue = 200 // bytes
)

// Headers selects what is worth keeping of an answer's header: at most 20 entries
// with names of at most 100 bytes, and values on one line of at most 200 bytes,
// several of one name joined by commas. Where there are more, those come first
// that tell who answered and why so. Left out is what is about the connection,
// what speaks to browsers and caches, and what by its name is a credential. hide
// takes secrets out of values. For nothing it returns nil.
func Headers(h http.Header, hide func(string) string) map[string]string {
	names := slices.SortedFunc(maps.Keys(h), func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	var out map[string]string
	for _, name := range names {
		if len(out) == maxHeaders {
			break
		}
		if rank(name) == unkept || len(name) > maxHeaderName || printable(name, maxHeaderName) != name {
			continue
		}
		if out == nil {
			out = make(map[string]string, min(len(names), maxHeaders))
		}
		value := strings.Join(h[name], ", ")
		// Cut before it is searched for secrets, of which hide knows the beginnings.
		out[name] = printable(hide(value[:min(len(value), maxWords)]), maxHeaderValue)
	}
	return out
}

// The ranks of headers.
const (
	telling = iota
	other
	unkept
)

func rank(name string) int {
	switch name = http.CanonicalHeaderKey(name); name {
	case "Allow", "Cf-Ray", "Content-Type", "Location", "Retry-After", "Server", "Via", "Www-Authenticate", "X-Amzn-Requestid", "X-Request-Id":
		return telling
	case "Connection", "Date", "Keep-Alive", "Trailer", "Transfer-Encoding", "Upgrade",
		"Accept-Ranges", "Age", "Alt-Svc", "Cache-Control", "Etag", "Expires", "Last-Modified", "Nel", "Pragma", "Referrer-Policy",
		"Report-To", "Reporting-Endpoints", "Strict-Transport-Security", "Vary", "X-Content-Type-Options", "X-Frame-Options", "X-Xss-Protection":
		return unkept
	}
	for _, part := range []string{"Cookie", "Token", "Secret", "Auth", "Password", "Key", "Signature", "Session", "Csrf", "Access-Control-", "-Policy"} {
		if strings.Contains(name, part) {
			return unkept
		}
	}
	return other
}
