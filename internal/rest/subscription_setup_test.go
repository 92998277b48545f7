package rest_test

import (
	"net/http"
	"slices"
	"strings"

	"slotcast/ent"
	"slotcast/internal/account"
	"slotcast/internal/domain"
	"slotcast/internal/entdb/entdbtest"
	"slotcast/internal/safehttp"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

// object is a JSON object.
type object = map[string]any

const noRight = "You do not have permission"

// subscription is a body that is fine for whoever has the right; of the scope
// user it is his own.
func (f *fixture) subscription(who *person, scope string, changes ...object) object {
	body := object{
		"url": "https://example.com/hook", "events": []string{wire.InviteeCreated, wire.InviteeCanceled},
		"organization": f.links.Organization(f.app.ID), "scope": scope,
	}
	if scope == "user" {
		body["user"] = f.links.User(who.ID)
	}
	for _, change := range changes {
		for name, v := range change {
			if body[name] = v; v == nothing {
				delete(body, name)
			}
		}
	}
	return body
}

// nothing leaves a name out of a body.
const nothing = "(nothing)"

func (f *fixture) subscribe(who *person, scope string, changes ...object) answer {
	f.t.Helper()
	return f.call(who, http.MethodPost, "/webhook_subscriptions", f.subscription(who, scope, changes...))
}

// is compares an answer's status and, of a refusal, its message and parameter.
func (f *fixture) is(what string, got answer, status int, words ...string) {
	f.t.Helper()
	said := []string{}
	if status >= 400 {
		message, _ := got.body["message"].(string)
		said = append(said, message)
		for _, name := range got.parameters() {
			if name != "" {
				said = append(said, name)
			}
		}
	}
	if status >= 400 && len(words) == 0 {
		said = nil
	}
	if got.status != status || !slices.Equal(said, words) {
		f.t.Errorf("%s: %d %q, want %d %q: %s", what, got.status, said, status, words, got.text)
	}
}

// hook is the row of a subscription.
func (f *fixture) hook(a answer) *ent.Webhook {
	f.t.Helper()
	uri, _ := a.resource()["uri"].(string)
	w, err := f.client.Webhook.Get(viewer.System(f.t.Context()), uri[strings.LastIndexByte(uri, '/')+1:])
	f.must(err)
	return w
}

// narrowed is somebody with a token for less.
func (f *fixture) narrowed(p *person, scopes ...domain.TokenScope) *person {
	copied := *p
	copied.token = f.token(p, scopes...)
	return &copied
}

// token is another one of somebody's.
func (f *fixture) token(p *person, scopes ...domain.TokenScope) string {
	f.t.Helper()
	sender := safehttp.New(safehttp.Config{})
	f.t.Cleanup(sender.Close)
	accounts := account.New(account.Config{Client: f.client, Keys: entdbtest.Keys(), HTTP: sender})
	_, text, err := accounts.CreateAccessToken(viewer.With(f.t.Context(), p.viewer), account.TokenInput{Name: "another", Scopes: scopes})
	f.must(err)
	return text
}

// list is the path of a list.
func (f *fixture) list(scope string, user *person, more string) string {
	path := "/webhook_subscriptions?organization=" + f.links.Organization(f.app.ID) + "&scope=" + scope
	if user != nil {
		path += "&user=" + f.links.User(user.ID)
	}
	return path + more
}

func uris(a answer) []string {
	var all []string
	for _, entry := range a.collection() {
		uri, _ := entry["uri"].(string)
		all = append(all, uri)
	}
	return all
}

func backwards(all []string) []string {
	all = slices.Clone(all)
	slices.Reverse(all)
	return all
}
