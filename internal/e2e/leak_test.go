package e2e_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"slotcast/internal/app/apptest"
	"slotcast/internal/credential"
	"slotcast/internal/eventlog/redistail"
	"slotcast/internal/sealing"
	"slotcast/internal/signing"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

const (
	databasePassword = "a-database-password"
	redisPassword    = "the-password-of-redis"
)

// TestNoSecretIsReadable uses everything that is secret, as one should and as one
// should not, and then looks for it wherever the server leaves something.
func TestNoSecretIsReadable(t *testing.T) {
	t.Parallel()
	t.Run("embedded", func(t *testing.T) {
		t.Parallel()
		testLeaks(t, embedded(t))
	})
	t.Run("production", func(t *testing.T) {
		t.Parallel()
		s, redis := production(t)
		at, err := url.Parse(s["SLOTCAST_DATABASE_URL"])
		must(t, err)
		at.User = url.UserPassword(at.User.Username(), databasePassword) // which it does not ask for
		s["SLOTCAST_DATABASE_URL"] = at.String()
		s["SLOTCAST_REDIS_URL"] = protect(t, redis.URL())
		s["SLOTCAST_SECRET_KEYS"] = sealing.NewKey().Text() + "," + sealing.NewKey().Text()
		testLeaks(t, s)
	})
}

// protect gives a Redis a password.
func protect(t *testing.T, server string) string {
	t.Helper()
	client, err := redistail.NewClient(server)
	must(t, err)
	defer client.Close()
	must(t, client.ConfigSet(t.Context(), "requirepass", redisPassword).Err())
	return strings.Replace(server, "redis://", "redis://:"+redisPassword+"@", 1)
}

// leaky is a server and what must not leak out of it.
type leaky struct {
	*search
	settings apptest.Settings
	me       owner
	said     bytes.Buffer // by commands, and by the server to the owner
}

func testLeaks(t *testing.T, s apptest.Settings) {
	s["SLOTCAST_LOG_LEVEL"] = "debug"
	p := apptest.Start(t, s)
	l := &leaky{search: &search{t: t}, settings: s, me: newOwner(t, p, s)}
	l.hide("the owner's token", s["SLOTCAST_OWNER_TOKEN"])
	keys := l.keys()
	l.tokens()
	l.webhooks(p)
	l.provider(keys)
	l.book(3)
	l.mistakes(p)
	l.ask()
	for _, command := range [][]string{{"doctor"}, {"keys", "rotate"}, {"doctor"}} {
		r := apptest.Run(t, s, command...)
		if r.Code != 0 {
			t.Errorf("%v: %+v", command, r)
		}
		l.said.WriteString(r.Stdout + r.Stderr)
	}
	l.keys()
	l.ask()

	l.in("while it runs, the output", []byte(p.Output()))
	l.inDatabase(s)
	if dir := s["SLOTCAST_DATA_DIR"]; dir != "" {
		l.inFiles(dir)
		l.onlyKeys(filepath.Join(dir, "secret.keys"))
	}
	if code := p.Stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	l.in("the output", []byte(p.Output()))
	l.in("what commands and answers say", l.said.Bytes())
	if dir := s["SLOTCAST_DATA_DIR"]; dir != "" {
		l.inFiles(dir)
	}
	if at := s["SLOTCAST_REDIS_URL"]; at != "" {
		l.inRedis(at)
		l.hide("Redis's password", redisPassword)
		l.hide("the database's password", databasePassword)
		l.in("the output", []byte(p.Output()))
		l.in("what commands and answers say", l.said.Bytes())
		l.unreachable()
	}
	if l.bytes < 10_000 {
		t.Errorf("only %d bytes were looked at", l.bytes)
	}
}

// keys adds the server's keys, and returns a ring of them.
func (l *leaky) keys() *sealing.Ring {
	l.t.Helper()
	var list []sealing.Key
	var err error
	if set := l.settings["SLOTCAST_SECRET_KEYS"]; set != "" {
		list, err = sealing.ParseKeys(strings.Split(set, ","))
	} else {
		list, err = sealing.ReadFile(filepath.Join(l.settings["SLOTCAST_DATA_DIR"], "secret.keys"))
	}
	must(l.t, err)
	for _, k := range list {
		l.hideKey("key "+k.ID(), k)
	}
	ring, err := sealing.NewRing(list...)
	must(l.t, err)
	return ring
}

// onlyKeys wants a key file to hold nothing else.
func (l *leaky) onlyKeys(file string) {
	l.t.Helper()
	content, err := os.ReadFile(file)
	must(l.t, err)
	for _, line := range strings.Fields(string(content)) {
		if _, err := sealing.ParseKey(line); err != nil {
			l.t.Errorf("a line of the key file is no key: %v", err)
		}
	}
}

func (l *leaky) tokens() {
	l.t.Helper()
	r := apptest.Run(l.t, l.settings, "token", "create", "--app", l.me.AppID, "--agent", l.me.AgentID, "--name", "CI")
	l.hide("a token of the command line", strings.TrimSpace(r.Stdout))
	l.said.WriteString(r.Stderr)
	l.me.Token = strings.TrimSpace(r.Stdout)
}

// echo is a receiver that fails and says what it got, as some do.
func echo(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.WriteHeader(http.StatusInternalServerError)
	if r.URL.Path == "/json" {
		_ = json.NewEncoder(w).Encode(map[string]any{"headers": r.Header, "body": string(body)})
		return
	}
	_ = r.Header.Write(w)
	_, _ = w.Write(body)
}

// webhooks makes one with a secret of its own, and one with a made one; both send
// it in a header.
func (l *leaky) webhooks(p *apptest.Process) {
	l.t.Helper()
	receiver := httptest.NewServer(http.HandlerFunc(echo))
	l.t.Cleanup(receiver.Close)
	own := map[string]string{"/plain": "open sesame, it is me & <you>", "/json": signing.NewSecret(), "/made": ""}
	for path, secret := range own {
		in := map[string]any{
			"subscriberUrl": receiver.URL + path, "triggers": []string{"MEETING_BOOKED"}, "secretHeader": "X-Secret-Token",
		}
		if secret != "" {
			in["secret"] = secret
		}
		var out struct{ CreateWebhook struct{ Secret string } }
		l.me.Do(l.t, `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { secret } }`, map[string]any{"in": in}, &out)
		l.hide("the secret of "+path, out.CreateWebhook.Secret)
	}
	for path, body := range map[string]map[string]any{
		"/webhook_subscriptions": {
			"url": receiver.URL + "/json", "events": []string{"invitee.created"}, "scope": "organization", "signing_key": "a key of the facade's & <signatures>",
			"organization": p.URL() + "/organizations/" + l.me.AppID,
		},
		"/v2/webhooks": {"subscriberUrl": receiver.URL + "/plain", "triggers": []string{"BOOKING_CREATED"}, "secret": "a word for Cal.com's clients"},
	} {
		for _, name := range []string{"signing_key", "secret"} {
			if secret, ok := body[name].(string); ok {
				l.hide("the secret of "+path, secret)
			}
		}
		text, err := json.Marshal(body)
		must(l.t, err)
		r, err := http.NewRequestWithContext(l.t.Context(), http.MethodPost, p.URL()+path, bytes.NewReader(text))
		must(l.t, err)
		r.Header.Set("Authorization", "Bearer "+l.me.Token)
		r.Header.Set("Content-Type", "application/json")
		res, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
		must(l.t, err)
		answer, err := io.ReadAll(res.Body)
		must(l.t, errors.Join(err, res.Body.Close()))
		if l.said.Write(answer); res.StatusCode != http.StatusCreated {
			l.t.Fatalf("%s: %d %s", path, res.StatusCode, answer)
		}
	}
}

// provider makes an identity provider with a secret, past the API where that
// makes none.
func (l *leaky) provider(keys *sealing.Ring) {
	l.t.Helper()
	secret := "an HS256 secret of the identity provider"
	l.hide("the identity provider's secret", secret)
	err := l.me.Try(l.t.Context(), `mutation($in: CreateIdentityProviderInput!) { createIdentityProvider(input: $in) { id } }`, map[string]any{
		"in": map[string]any{"name": "Ours", "issuer": "https://id.example.org", "audience": "slotcast", "secret": secret},
	}, nil)
	if err == nil {
		return
	}
	if !apptest.HasCode(err, "INTERNAL") {
		l.t.Fatalf("making an identity provider: %v", err)
	}
	id := typeid.New(typeid.IdentityProvider)
	text, err := keys.Seal(secret, id)
	must(l.t, err)
	must(l.t, openDB(l.t, l.settings).Client.IdentityProvider.Create().SetID(id).SetAppID(l.me.AppID).SetName("Ours").
		SetIssuer("https://id.example.org").SetAudience("slotcast").SetSecret(text).Exec(viewer.System(l.t.Context())))
}

// book books, and waits until the echoes have been kept.
func (l *leaky) book(n int) {
	l.t.Helper()
	for i := range n {
		var out struct {
			BookMeeting struct{ ManageToken *string }
		}
		l.me.Do(l.t, `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { manageToken } }`, map[string]any{
			"in": map[string]any{
				"eventTypeId": l.me.EventTypeID, "start": hour(i), "idempotencyKey": fmt.Sprint("key ", i),
				"attendees": []any{map[string]any{"name": "Ana Ruiz", "email": "ana@example.org"}},
			},
		}, &out)
		if token := out.BookMeeting.ManageToken; token != nil {
			l.hide(fmt.Sprint("manage token ", i), *token)
		}
	}
	apptest.Until(l.t, func() error {
		var out struct{ Deliveries struct{ TotalCount int } }
		l.me.Do(l.t, `{ deliveries(where: {attemptCount: 1}) { totalCount } }`, nil, &out)
		if out.Deliveries.TotalCount != 5*n {
			return fmt.Errorf("%d of %d deliveries have been tried", out.Deliveries.TotalCount, 5*n)
		}
		return nil
	})
}

// mistakes puts tokens where they do not belong: that of the owner, one that
// nobody has, and a JSON Web Token.
func (l *leaky) mistakes(p *apptest.Process) {
	l.t.Helper()
	jwt := "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbmEiLCJuYW1lIjoiQW5hIFJ1aXoifQ.dGhlIHNpZ25hdHVyZSBvZiB0aGlzIHRva2Vu"
	unknown := credential.New(credential.Access)
	l.hide("a token that nobody has", unknown)
	l.hide("a JSON Web Token", jwt)
	for _, token := range []string{l.settings["SLOTCAST_OWNER_TOKEN"], unknown, credential.New(credential.Manage), jwt, "whsec_" + unknown[4:]} {
		if strings.HasPrefix(token, string(credential.Manage)) {
			l.hide("a manage token that nobody has", token)
		}
		quoted := `"` + token + `"`
		for _, r := range []struct{ path, auth, body string }{
			{"/graphql?access_token=" + token, "", `{"query":"{ viewer { role } }"}`},
			{"/" + token, "", ""},
			{"/users/" + token, "mine", ""},
			{"/webhook_subscriptions?page_token=" + token, token, ""},
			{"/webhook_subscriptions", "mine", `{"url":` + quoted + `,"signing_key":` + quoted},
			{"/v2/webhooks", "mine", `{"secret":` + quoted + `,"triggers":[` + quoted + `]}`},
			{"/graphql/" + token + "?query={" + token + "}", token, ""},
			{"/graphql", "Basic " + token, `{"query":"{ viewer { role } }"}`},
			{"/graphql", "Token " + token, `{"query":"{ viewer { role } }"}`},
			{"/graphql", "Bearer" + token, `{"query":"{ viewer { role } }"}`},
			{"/graphql", "Bearer " + token + "x", `{"query":"{ viewer { role } }"}`},
			{"/graphql", "Bearer " + token, `{"query":` + quoted},
			{"/graphql", "mine", `{"query":"{ viewer { ` + token + ` } }"}`},
			{"/graphql", "mine", `{"query":` + quoted + `}`},
			{"/graphql", "mine", `{"query":"query($id: ID!) { meeting(id: $id) { id } }","variables":{"id":` + quoted + `}}`},
			{"/graphql", "mine", `{"query":"query($in: BookMeetingInput!) { x }","variables":{"in":` + quoted + `,"token":` + quoted + `}}`},
			{"/graphql", "mine", `{"query":"mutation { deleteWebhook(id: \"` + token + `\") }"}`},
			{"/graphql", "mine", `{"query":"{ node(id: \"` + token + `\") { id } }"}`},
			{"/graphql", "mine", `{"query":"{ meetingEvents(after: \"` + token + `\") { id } }"}`},
			{"/graphql", "mine", token},
			{"/graphql", "mine", strings.Repeat(token, 40_000)},
		} {
			l.send(p.URL()+r.path, r.auth, r.body)
		}
	}
}

// send ignores the answer: whoever sent a token may get it back.
func (l *leaky) send(to, auth, body string) {
	l.t.Helper()
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	request, err := http.NewRequestWithContext(l.t.Context(), method, to, strings.NewReader(body))
	must(l.t, err)
	request.Header.Set("Content-Type", "application/json")
	if auth == "mine" {
		auth = "Bearer " + l.me.Token
	}
	request.Header.Set("Authorization", auth)
	answer, err := l.me.HTTP.Do(request)
	if err != nil {
		return // the server may close on a body that is too long
	}
	_ = answer.Body.Close()
}

// ask reads all that the API tells of what has secrets.
func (l *leaky) ask() {
	l.t.Helper()
	for _, query := range []string{
		`{ webhooks { edges { node { id subscriberUrl description secretHeader headers state } } } }`,
		`{ deliveries { edges { node { id status attempts { statusCode response error } } } } }`,
		`{ viewer { role app { id name } agent { id name } } eventTypes { edges { node { id } } } }`,
		`{ meetings { edges { node { id attendees { id name } } } } events { edges { node { id } } } }`,
		`{ __schema { types { name fields { name } inputFields { name defaultValue } } } }`,
	} {
		body, err := json.Marshal(map[string]any{"query": query})
		must(l.t, err)
		answer, err := l.me.Send(l.t.Context(), body, "application/json")
		must(l.t, err)
		text, err := io.ReadAll(answer.Body)
		must(l.t, err)
		_ = answer.Body.Close()
		if strings.Contains(query, "attempts") && !strings.Contains(string(text), "[secret]") {
			l.t.Errorf("no echo was kept: %s", text)
		}
		l.said.Write(text)
	}
}

// unreachable starts on servers that do not answer: drivers like to quote.
func (l *leaky) unreachable() {
	l.t.Helper()
	for name, url := range map[string]string{
		"SLOTCAST_DATABASE_URL": "postgres://slotcast:" + databasePassword + "@127.0.0.1:1/x?sslpassword=" + redisPassword,
		"SLOTCAST_REDIS_URL":    "redis://:" + redisPassword + "@127.0.0.1:1/x",
	} {
		for _, command := range []string{"serve", "doctor"} {
			r := apptest.Run(l.t, with(l.settings, name, url), command)
			if r.Code == 0 {
				l.t.Errorf("%s starts without %s", command, name)
			}
			l.in(command+" without "+name, []byte(r.Stdout+r.Stderr))
		}
	}
}
