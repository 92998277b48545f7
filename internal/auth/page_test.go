package auth_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"slotcast/internal/apperr"
	"slotcast/internal/entdb/entdbtest"
)

// TestWhereACookieCounts: each way of asking, of each page that can ask so.
func TestWhereACookieCounts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const none = ""
	post, get, stream, socket := "POST", "GET", "event stream", "WebSocket"
	all := []string{post, get, stream, socket}
	site := func(s string) http.Header { return http.Header{"Sec-Fetch-Site": {s}} }
	from := func(s ...string) http.Header { return http.Header{"Origin": s} }
	both := func(s, origin string) http.Header { return http.Header{"Sec-Fetch-Site": {s}, "Origin": {origin}} }
	for _, public := range []string{"http://localhost:8080", "https://meet.example.org", "https://example.org/meet"} {
		c := d.at(public, d.keys)
		cookie := d.cookie(c, d.token)
		host, _ := strings.CutPrefix(public, "http://")
		host, _ = strings.CutPrefix(host, "https://")
		host, _, _ = strings.Cut(host, "/")
		scheme, _, _ := strings.Cut(public, "://")
		origin := scheme + "://" + host
		for name, tt := range map[string]struct {
			header http.Header
			host   string   // what the request says; none: the public one
			counts []string // over what
		}{
			"its own page":                        {both("same-origin", origin), none, all},
			"its own page, by the site alone":     {site("same-origin"), none, []string{post, get, stream}},
			"its own page over plain HTTP":        {from(origin), none, all},
			"behind a proxy with TLS":             {from("https://" + host), none, all},
			"in capital letters":                  {from(strings.ToUpper(origin)), none, all},
			"its own page without a referrer":     {both("same-origin", "null"), none, []string{post, get, stream}},
			"by a name that a proxy keeps":        {from(scheme + "://console.lan:9"), "console.lan:9", all},
			"by a name that a proxy loses":        {from(origin), "10.0.0.7:8080", all},
			"a socket whose site is seen apart":   {both("cross-site", origin), none, []string{socket}},
			"another port":                        {both("same-site", scheme+"://"+host+"0"), none, nil},
			"another port, old browser":           {from(scheme + "://" + host + "0"), none, nil},
			"another host of the same site":       {both("same-site", scheme+"://evil."+host), none, nil},
			"another site":                        {both("cross-site", "https://evil.example"), none, nil},
			"another site, old browser":           {from("https://evil.example"), none, nil},
			"a link of another site":              {site("cross-site"), none, nil},
			"a typed address":                     {site("none"), none, nil},
			"a word that is yet to be made":       {site("same-planet"), none, nil},
			"no page, or a GET over plain HTTP":   {nil, none, nil},
			"a sandbox":                           {from("null"), none, nil},
			"a file":                              {from("file://"), none, nil},
			"two origins":                         {from(origin, "https://evil.example"), none, nil},
			"two in one":                          {from(origin + " https://evil.example"), none, nil},
			"a host that begins alike":            {from(origin + ".evil.example"), none, nil},
			"an extension":                        {from("chrome-extension://" + host), none, nil},
			"another origin, with its own host":   {from("https://evil.example"), host, nil},
			"what a proxy has not looked at":      {http.Header{"Origin": {"https://evil.example"}, "X-Forwarded-Host": {"evil.example"}, "Forwarded": {"host=evil.example"}}, none, nil},
			"one's own host after the user's":     {from(scheme + "://" + host + "@evil.example"), none, nil},
			"a relative origin":                   {from(host), none, nil},
			"an empty origin":                     {from(""), none, nil},
			"the site in the wrong header":        {http.Header{"Sec-Fetch-Mode": {"same-origin"}}, none, nil},
			"an ancestor":                         {http.Header{"Referer": {origin + "/"}}, none, nil},
			"a page over HTTP of one under HTTPS": {from("http://" + host), none, map[string][]string{"http": all}[scheme]},
		} {
			for _, way := range all {
				r := d.asking(way, cookie)
				for header, values := range tt.header {
					r.Header[header] = values
				}
				if r.Host = host; tt.host != none {
					r.Host = tt.host
				}
				counts := strings.Contains(strings.Join(tt.counts, ","), way)
				v, _, err := d.api(c, r, nil)
				if counts != (v == d.owner) || counts != (err == nil) || err != nil && apperr.CodeOf(err) != apperr.Unauthenticated {
					t.Errorf("%s: %s over %s: %+v, %v; want it to count: %v", public, name, way, v, err, counts)
				}
				r.Header.Set("Authorization", "Bearer "+d.token)
				if v, _, err := d.api(c, r, nil); err != nil || v != d.owner {
					t.Errorf("%s: %s over %s with a token: %+v, %v", public, name, way, v, err)
				}
			}
		}
	}
}

// asking is a request with a cookie, in one of the ways of the API.
func (d *desk) asking(way string, cookie *http.Cookie) *http.Request {
	method := http.MethodGet
	if way == http.MethodPost {
		method = way
	}
	r := httptest.NewRequestWithContext(d.t.Context(), method, public+"/graphql?query={__typename}", nil)
	switch way {
	case "event stream":
		r.Header.Set("Accept", "text/event-stream")
	case "WebSocket":
		r.Header.Set("Upgrade", "websocket")
	}
	r.AddCookie(&http.Cookie{Name: cookie.Name, Value: cookie.Value})
	return r
}

// TestWhatGoesBeforeACookie: whatever was said on purpose, also where it is wrong.
func TestWhatGoesBeforeACookie(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	other := entdbtest.NewRows(t, d.db.Client)
	token, err := d.accounts.CreateToken(t.Context(), other["App"], other["Agent"], "other")
	if err != nil {
		t.Fatal(err)
	}
	cookie := d.cookie(d.cookies, d.token)
	payload := func(s any) map[string]any { return map[string]any{"Authorization": s} }
	for name, tt := range map[string]struct {
		header  []string
		payload map[string]any
		socket  bool
		app     string // empty: nobody
	}{
		"a header":                          {[]string{"Bearer " + token}, nil, false, other["App"]},
		"a bad header":                      {[]string{"Bearer x"}, nil, false, ""},
		"an empty header":                   {[]string{""}, nil, false, ""},
		"nothing":                           {nil, nil, false, d.owner.AppID},
		"nothing, on a socket":              {nil, nil, true, d.owner.AppID},
		"a payload without a token":         {nil, map[string]any{"x": 1}, true, d.owner.AppID},
		"a payload with a token":            {nil, payload("Bearer " + token), true, other["App"]},
		"a payload with a bad token":        {nil, payload("Bearer x"), true, ""},
		"a payload with another scheme":     {nil, payload("Basic x"), true, ""},
		"a header, and a payload":           {[]string{"Bearer " + token}, payload("Bearer " + d.token), true, other["App"]},
		"an empty header, on a socket":      {[]string{""}, nil, true, ""},
		"a header on a socket":              {[]string{"Bearer " + token}, nil, true, other["App"]},
		"a bad header on a socket":          {[]string{"Bearer x"}, nil, true, ""},
		"a payload with an empty token":     {nil, payload(""), true, d.owner.AppID},
		"a bad header, with a good payload": {[]string{"Bearer x"}, payload("Bearer " + token), true, ""},
	} {
		r := d.own(cookie)
		r.Header.Set("Origin", public)
		if tt.header != nil {
			r.Header["Authorization"] = tt.header
		}
		if tt.socket {
			r.Header.Set("Upgrade", "websocket")
		}
		v, _, err := d.api(d.cookies, r, tt.payload)
		if v.AppID != tt.app || (err == nil) != (tt.app != "") {
			t.Errorf("%s: %+v, %v, want app %q", name, v, err, tt.app)
		}
	}
}

// TestWhetherSignedIn is told to whoever may know: over plain HTTP a browser says
// nothing of where a GET comes from.
func TestWhetherSignedIn(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	cookie := d.cookie(d.cookies, d.token)
	for name, tt := range map[string]struct {
		header http.Header
		is     bool
	}{
		"its own page":      {http.Header{"Sec-Fetch-Site": {"same-origin"}}, true},
		"over plain HTTP":   {nil, true},
		"a typed address":   {http.Header{"Sec-Fetch-Site": {"none"}}, true},
		"another port":      {http.Header{"Sec-Fetch-Site": {"same-site"}}, false},
		"another site":      {http.Header{"Sec-Fetch-Site": {"cross-site"}}, false},
		"an older browser":  {http.Header{"Origin": {"https://evil.example"}}, false},
		"a sandbox, and so": {http.Header{"Origin": {"null"}}, false},
	} {
		for value, cookie := range map[string]*http.Cookie{"good": cookie, "bad": {Name: cookie.Name, Value: "x"}} {
			r := d.own(cookie)
			r.Header.Del("Sec-Fetch-Site")
			for header, values := range tt.header {
				r.Header[header] = values
			}
			w := d.signedIn(r)
			is, cleared := tt.is && value == "good", tt.is && value == "bad"
			if strings.Contains(w.Body.String(), "true") != is || (w.Header().Get("Set-Cookie") != "") != cleared {
				t.Errorf("%s with a %s cookie: %s, %v", name, value, w.Body, w.Header())
			}
		}
	}
}
