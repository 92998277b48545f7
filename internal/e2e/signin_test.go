package e2e_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"

	"slotcast/internal/app/apptest"
	"slotcast/internal/credential"
)

// page is a browser's: what it sends has its origin, and the host's cookie.
type page struct {
	origin, site, cookie string // an empty one is not sent
	base                 http.RoundTripper
}

func (p page) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range map[string]string{"Origin": p.origin, "Sec-Fetch-Site": p.site, "Cookie": p.cookie} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	return p.base.RoundTrip(r)
}

// client asks as a page does, without a token.
func (p page) client(server *apptest.Process) *apptest.Client {
	c := server.Client("")
	p.base = c.HTTP.Transport
	c.HTTP.Transport = p
	return c
}

// session asks at /session and returns the answer and its body.
func (p page) session(t *testing.T, server *apptest.Process, method, body string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL()+"/session", strings.NewReader(body))
	must(t, err)
	return send(t, request, "Content-Type", "application/json", "Origin", p.origin, "Cookie", p.cookie)
}

// signIn posts, and returns the page with its cookie.
func (p page) signIn(t *testing.T, server *apptest.Process, body string) page {
	t.Helper()
	answer, text := p.session(t, server, http.MethodPost, body)
	if answer.StatusCode != http.StatusNoContent || len(answer.Cookies()) != 1 {
		t.Fatalf("signing in is answered %s %s", answer.Status, text)
	}
	p.cookie = answer.Cookies()[0].Name + "=" + answer.Cookies()[0].Value
	return p
}

var consoleLine = regexp.MustCompile(`(?m)^slotcast is up.*\n\n  Console   (http://\S+)/sign-in#code=([A-Z2-7]{26,})   \(signs in once, within 24 hours\)\n  GraphQL   `)

// TestSignInLinkOfAStart: the first thing that a start prints signs in to the
// console, once, also when many try at once; and each start prints another one.
func TestSignInLinkOfAStart(t *testing.T) {
	t.Parallel()
	server := apptest.Start(t, apptest.Settings{"SLOTCAST_DATA_DIR": t.TempDir()})
	line := consoleLine.FindStringSubmatch(server.Output())
	if line == nil || line[1] != server.URL() {
		t.Fatalf("a start prints\n%s", server.Output())
	}
	own := page{origin: server.URL()}
	code := fmt.Sprintf(`{"code":%q}`, line[2])
	var group sync.WaitGroup
	var mu sync.Mutex
	answers := map[int]int{}
	for range 8 {
		group.Go(func() {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL()+"/session", strings.NewReader(code))
			if err != nil {
				t.Error(err)
				return
			}
			request.Header = http.Header{"Content-Type": {"application/json"}, "Origin": {server.URL()}}
			answer, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			if answers[answer.StatusCode]++; answer.StatusCode == http.StatusNoContent {
				own.cookie = answer.Cookies()[0].Name + "=" + answer.Cookies()[0].Value
			}
		})
	}
	group.Wait()
	if fmt.Sprint(answers) != "map[204:1 401:7]" {
		t.Fatalf("one code is answered %v", answers)
	}
	var is struct {
		Viewer struct {
			Role      string
			ExpiresAt *string
		}
	}
	own.client(server).Do(t, `{ viewer { role expiresAt } }`, nil, &is)
	if is.Viewer.Role != "OWNER" || is.Viewer.ExpiresAt != nil {
		t.Errorf("signed in as %+v", is)
	}
	own.client(server).Do(t, `mutation { createAgent(input: {name: "Adam", email: "adam@example.org", timeZone: "UTC", role: ADMIN}) { id } }`, nil, nil)
	server.Stop()
	server.Restart()
	again := consoleLine.FindStringSubmatch(server.Output())
	if again == nil || again[2] == line[2] {
		t.Fatalf("the second start prints\n%s", server.Output())
	}
	own = page{origin: server.URL()}
	if answer, text := own.session(t, server, http.MethodPost, code); answer.StatusCode != http.StatusUnauthorized || !strings.Contains(text, "start the server anew") {
		t.Errorf("the first start's code is answered %s %s", answer.Status, text)
	}
	own.signIn(t, server, fmt.Sprintf(`{"code":%q}`, again[2])).client(server).Do(t, `{ viewer { role } }`, nil, nil)
	if n := strings.Count(server.Output(), again[2]); n != 1 {
		t.Errorf("the code is printed %d times:\n%s", n, server.Output())
	}
}

// TestSignOutOfALink ends what other tabs have open, and leaves no token behind.
func TestSignOutOfALink(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	server := apptest.Start(t, s)
	code := consoleLine.FindStringSubmatch(server.Output())[2]
	browser := page{origin: server.URL()}.signIn(t, server, fmt.Sprintf(`{"code":%q}`, code))
	me := newOwner(t, server, s)
	other := page{origin: server.URL()}.signIn(t, server, `{"token":"`+s["SLOTCAST_OWNER_TOKEN"]+`"}`)
	var open, stay []*apptest.Stream
	for name := range openers(me.Client) {
		for of, list := range map[page]*[]*apptest.Stream{browser: &open, other: &stay} {
			stream, err := openers(of.client(server))[name](t.Context(), "subscription { meetingEvents { meeting { id } } }", nil)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			defer stream.Cut()
			*list = append(*list, stream)
		}
	}
	for _, one := range []page{browser, other} {
		if answer, text := one.session(t, server, http.MethodDelete, ""); answer.StatusCode != http.StatusNoContent || answer.Cookies()[0].MaxAge >= 0 {
			t.Fatalf("signing out is answered %s %s", answer.Status, text)
		}
	}
	for _, stream := range open {
		if err := stream.End(t); apptest.Completed(err) || websocket.CloseStatus(err) != 4403 && !strings.Contains(err.Error(), "EOF") {
			t.Errorf("ended with %v, want close code 4403, or no complete", err)
		}
	}
	if err := browser.client(server).Try(t.Context(), `{ viewer { role } }`, nil, nil); !apptest.HasCode(err, "UNAUTHENTICATED") {
		t.Errorf("a cookie that was kept is answered %v", err)
	}
	booked := me.book(t, 1)
	for _, stream := range stay {
		var out struct {
			MeetingEvents struct{ Meeting struct{ ID string } }
		}
		if stream.Receive(t, &out); out.MeetingEvents.Meeting.ID != booked.ID {
			t.Errorf("a tab with a token of one's own had %+v", out)
		}
	}
	var left struct {
		AccessTokens struct {
			Edges []struct {
				Node struct {
					Name      string
					RevokedAt *string
				}
			}
		}
	}
	me.Do(t, `{ accessTokens(first: 10) { edges { node { name revokedAt } } } }`, nil, &left)
	for _, e := range left.AccessTokens.Edges {
		if byLink := e.Node.Name == "Console, by sign-in link"; byLink != (e.Node.RevokedAt != nil) {
			t.Errorf("the token %s was revoked at %v", e.Node.Name, e.Node.RevokedAt)
		}
	}
}

// TestSessionsOfServersTogether: whoever signs in to one process is known to all,
// and gone from all when the token is revoked. What is printed signs nobody in.
func TestSessionsOfServersTogether(t *testing.T) {
	t.Parallel()
	s, _ := production(t)
	const public = "https://meet.example.org"
	s["SLOTCAST_PUBLIC_URL"], s["SLOTCAST_ADDR"] = public, freeAddr(t)
	one := apptest.Start(t, s)
	s["SLOTCAST_ADDR"] = freeAddr(t)
	other := apptest.Start(t, s)
	if text := one.Output(); !strings.Contains(text, "\n  Console   "+public+"/\n  GraphQL   ") || strings.Contains(text, "code=") {
		t.Errorf("a start prints\n%s", text)
	}
	me := newOwner(t, one, s)
	var made struct {
		CreateAccessToken struct {
			AccessToken struct{ ID string }
			Token       string
		}
	}
	me.Do(t, `mutation { createAccessToken(input: {name: "browser"}) { accessToken { id } token } }`, nil, &made)
	browser := page{origin: public}.signIn(t, one, `{"token":"`+made.CreateAccessToken.Token+`"}`)
	if !strings.HasPrefix(browser.cookie, "__Host-slotcast_session_") || strings.Contains(browser.cookie, made.CreateAccessToken.Token) {
		t.Errorf("the cookie is %s", browser.cookie)
	}
	var open []*apptest.Stream
	for _, server := range []*apptest.Process{one, other} {
		if answer, text := browser.session(t, server, http.MethodGet, ""); answer.StatusCode != http.StatusOK || text != `{"signedIn":true}`+"\n" {
			t.Errorf("asking is answered %s %s", answer.Status, text)
		}
		browser.client(server).Do(t, `{ viewer { role } }`, nil, nil)
		for name, opener := range openers(browser.client(server)) {
			stream, err := opener(t.Context(), "subscription { meetingEvents { id } }", nil)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			defer stream.Cut()
			open = append(open, stream)
		}
	}
	me.Do(t, `mutation($id: ID!) { revokeAccessToken(id: $id) }`, map[string]any{"id": made.CreateAccessToken.AccessToken.ID}, nil)
	for _, stream := range open {
		if err := stream.End(t); apptest.Completed(err) || websocket.CloseStatus(err) != 4403 && !strings.Contains(err.Error(), "EOF") {
			t.Errorf("ended with %v, want close code 4403, or no complete", err)
		}
	}
	for _, server := range []*apptest.Process{one, other} {
		apptest.Until(t, func() error {
			if err := browser.client(server).Try(t.Context(), `{ viewer { role } }`, nil, nil); !apptest.HasCode(err, "UNAUTHENTICATED") {
				return fmt.Errorf("a revoked session is answered %w", err)
			}
			return nil
		})
		if _, err := browser.client(server).WebSocket(t.Context(), `{ __typename }`, nil); websocket.CloseStatus(err) != 4401 {
			t.Errorf("a socket of a revoked session ends with %v", err)
		}
		if answer, text := browser.session(t, server, http.MethodGet, ""); text != `{"signedIn":false}`+"\n" || answer.Header.Get("Set-Cookie") == "" {
			t.Errorf("asking is answered %s %v", text, answer.Header)
		}
	}
}

// TestCookiesOfOtherPages are as none, over each transport.
func TestCookiesOfOtherPages(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	s["SLOTCAST_ALLOW_ORIGINS"] = "*" // they may ask, and have to bring a token
	server := apptest.Start(t, s)
	_, port, _ := strings.Cut(strings.TrimPrefix(server.URL(), "http://"), ":")
	mine := page{origin: server.URL()}.signIn(t, server, `{"token":"`+s["SLOTCAST_OWNER_TOKEN"]+`"}`)
	for name, tt := range map[string]struct {
		origin, site string
		counts       bool
	}{
		"its own":              {server.URL(), "same-origin", true},
		"its own, old browser": {server.URL(), "", true},
		"another port":         {"http://127.0.0.1:1" + port, "same-site", false},
		"another host":         {"http://localhost:" + port, "cross-site", false},
		"another site":         {"https://evil.example", "cross-site", false},
		"a sandbox":            {"null", "cross-site", false},
		"no page":              {"", "", false},
	} {
		client := page{origin: tt.origin, site: tt.site, cookie: mine.cookie}.client(server)
		err := client.Try(t.Context(), `{ viewer { role } }`, nil, nil)
		if tt.counts != (err == nil) || err != nil && !apptest.HasCode(err, "UNAUTHENTICATED") {
			t.Errorf("%s: %v", name, err)
		}
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL()+"/graphql?query={viewer{role}}", nil)
		must(t, err)
		request.Header.Set("Accept", "application/json")
		answer, err := client.HTTP.Do(request)
		must(t, err)
		if (answer.StatusCode == http.StatusOK) != tt.counts {
			t.Errorf("%s: GET is answered %s", name, answer.Status)
		}
		answer.Body.Close()
		for over, opener := range openers(client) {
			stream, err := opener(t.Context(), "subscription { meetingEvents { id } }", nil)
			if tt.counts != (err == nil) {
				t.Errorf("%s, over %s: %v", name, over, err)
			}
			if err == nil {
				stream.Cut()
			}
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL()+"/users/me", nil)
	must(t, err)
	if answer, _ := send(t, request, "Cookie", mine.cookie, "Sec-Fetch-Site", "same-origin"); answer.StatusCode != http.StatusUnauthorized {
		t.Errorf("REST with a cookie is answered %s", answer.Status)
	}
	if answer, _ := mine.session(t, server, http.MethodDelete, ""); answer.StatusCode != http.StatusNoContent || answer.Cookies()[0].MaxAge >= 0 {
		t.Errorf("signing out is answered %s %v", answer.Status, answer.Header)
	}
}

// TestSignInIsCounted: tokens cannot be tried at /session instead.
func TestSignInIsCounted(t *testing.T) {
	t.Parallel()
	s := embedded(t)
	s["SLOTCAST_ADDRESS_RATE"] = "2"
	server := apptest.Start(t, s)
	own := page{origin: server.URL()}
	for _, want := range []int{401, 401, 429} {
		answer, text := own.session(t, server, http.MethodPost, `{"token":"`+credential.New(credential.Access)+`"}`)
		if answer.StatusCode != want {
			t.Errorf("answered %s %s, want %d", answer.Status, text, want)
		}
	}
	answer, _ := ask(t, server, s["SLOTCAST_OWNER_TOKEN"])
	limits(t, answer, http.StatusTooManyRequests, "2", "0")
}
