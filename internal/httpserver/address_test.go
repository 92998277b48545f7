package httpserver_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"slotcast/internal/auth"
	"slotcast/internal/httpserver"
	"slotcast/internal/viewer"
)

// seen serves one request of a peer and returns from where it is taken to come.
func seen(t *testing.T, peer string, header http.Header, trusted ...string) viewer.Origin {
	t.Helper()
	c := httpserver.Config{GraphQL: &recorder{}, Auth: auth.New(anybody{})}
	for _, network := range trusted {
		c.TrustProxies = append(c.TrustProxies, netip.MustParsePrefix(network))
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/graphql", nil)
	r.RemoteAddr, r.Header = peer, header
	r.Header.Set("Authorization", "Bearer good")
	httpserver.Handler(c).ServeHTTP(httptest.NewRecorder(), r)
	return *c.GraphQL.(*recorder).origin.Load()
}

// recorder is a GraphQL handler that looks at what it is asked.
type recorder struct {
	api
	origin atomic.Pointer[viewer.Origin]
	calls  atomic.Int64
	then   http.HandlerFunc // nil: answers 200
}

func (rec *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	origin := viewer.OriginOf(r.Context())
	rec.origin.Store(&origin)
	rec.calls.Add(1)
	if rec.then != nil {
		rec.then(w, r)
	}
}

func TestClientAddress(t *testing.T) {
	t.Parallel()
	const proxies, peers = "10.0.0.0/8", "fd00::/8"
	for name, tt := range map[string]struct {
		peer      string
		forwarded []string // the X-Forwarded-For headers
		want      string
	}{
		"no proxy":                         {"203.0.113.9:4711", nil, "203.0.113.9"},
		"a stranger writes the header":     {"203.0.113.9:4711", []string{"198.51.100.1"}, "203.0.113.9"},
		"a proxy":                          {"10.1.2.3:4711", []string{"203.0.113.9"}, "203.0.113.9"},
		"two proxies":                      {"10.1.2.3:4711", []string{"203.0.113.9, 10.9.9.9"}, "203.0.113.9"},
		"a client who names others":        {"10.1.2.3:4711", []string{"198.51.100.1, 203.0.113.9"}, "203.0.113.9"},
		"a client who names a proxy":       {"10.1.2.3:4711", []string{"10.7.7.7, 203.0.113.9"}, "203.0.113.9"},
		"several headers":                  {"10.1.2.3:4711", []string{"198.51.100.1", "203.0.113.9", "10.9.9.9"}, "203.0.113.9"},
		"proxies all the way":              {"10.1.2.3:4711", []string{"10.7.7.7, 10.9.9.9"}, "10.7.7.7"},
		"a proxy by itself":                {"10.1.2.3:4711", nil, "10.1.2.3"},
		"an empty header":                  {"10.1.2.3:4711", []string{""}, "10.1.2.3"},
		"no address":                       {"10.1.2.3:4711", []string{"203.0.113.9, unknown"}, "10.1.2.3"},
		"no address behind a second proxy": {"10.1.2.3:4711", []string{"evil, 10.9.9.9"}, "10.9.9.9"},
		"an empty entry":                   {"10.1.2.3:4711", []string{"203.0.113.9,"}, "10.1.2.3"},
		"with a port":                      {"10.1.2.3:4711", []string{"203.0.113.9:1234"}, "203.0.113.9"},
		"IPv6":                             {"[fd00::1]:4711", []string{"2001:db8:1:2::9"}, "2001:db8:1:2::9"},
		"IPv6 in brackets":                 {"[fd00::1]:4711", []string{"[2001:db8:1:2::9]"}, "2001:db8:1:2::9"},
		"IPv6 with a port":                 {"[fd00::1]:4711", []string{"[2001:db8:1:2::9]:80"}, "2001:db8:1:2::9"},
		"IPv6 with a zone":                 {"[fe80::1%eth0]:4711", nil, "fe80::1"},
		"IPv4 in IPv6":                     {"[::ffff:10.1.2.3]:4711", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		"no network":                       {"@", nil, ""},
	} {
		header := http.Header{"X-Forwarded-For": tt.forwarded, "Forwarded": {"for=198.51.100.77"}, "X-Real-Ip": {"198.51.100.78"}}
		if got := seen(t, tt.peer, header, proxies, peers).Address; got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	if got := seen(t, "10.1.2.3:4711", http.Header{"X-Forwarded-For": {"203.0.113.9"}}).Address; got != "10.1.2.3" {
		t.Errorf("with no proxy trusted: %q", got)
	}
}

// TestUserAgent: the audit log keeps 500 bytes of it, in UTF-8.
func TestUserAgent(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ü", 300)
	for sent, want := range map[string]string{
		"curl/8.1": "curl/8.1", "": "", "a\xffb": "ab", long: long[:500], "x" + long: "x" + long[:498],
	} {
		if got := seen(t, "203.0.113.9:1", http.Header{"User-Agent": {sent}}).UserAgent; got != want {
			t.Errorf("%.20q (%d bytes): %.20q (%d bytes)", sent, len(sent), got, len(got))
		}
	}
}
