package rest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
	"slotcast/internal/wire"
)

func TestSubscribe(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		for _, tt := range []struct {
			who   *person
			scope string
			user  any
		}{
			{f.owner, "organization", nil}, {f.admin, "organization", nil},
			{f.owner, "user", f.links.User(f.owner.ID)}, {f.member, "user", f.links.User(f.member.ID)},
		} {
			got := f.subscribe(tt.who, tt.scope, object{
				"url": "http://example.com/" + tt.who.ID + tt.scope, "signing_key": "open sesame", "unknown": object{"x": 1},
				"events": []string{wire.InviteeCanceled, wire.InviteeCreated, wire.NoShowDeleted},
			})
			r := got.resource()
			want := object{
				"uri": r["uri"], "callback_url": "http://example.com/" + tt.who.ID + tt.scope, "created_at": r["created_at"], "updated_at": r["updated_at"],
				"retry_started_at": nil, "state": "active", "events": []any{wire.InviteeCanceled, wire.InviteeCreated, wire.NoShowDeleted},
				"scope": tt.scope, "organization": f.links.Organization(f.app.ID), "user": tt.user, "creator": f.links.User(tt.who.ID),
			}
			if diff := cmp.Diff(want, r); got.status != http.StatusCreated || diff != "" {
				f.t.Fatalf("%s %s: %d %s (-want +got):\n%s", tt.who.Name, tt.scope, got.status, got.text, diff)
			}
			id, ok := strings.CutPrefix(r["uri"].(string), f.url+"/webhook_subscriptions/")
			if !ok || typeid.Check(typeid.Webhook, id) != nil {
				f.t.Errorf("its URI is %s", r["uri"])
			}
			again := f.call(tt.who, http.MethodGet, r["uri"].(string), nil)
			if diff := cmp.Diff(want, again.resource()); again.status != http.StatusOK || diff != "" || strings.Contains(again.text, "sesame") {
				f.t.Errorf("called again: %d (-want +got):\n%s", again.status, diff)
			}
		}
	})
}

// Without a signing key messages are not signed.
func TestSigningKey(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		for i, key := range []any{nothing, nil, "", "open sesame"} {
			got := f.subscribe(f.owner, "organization", object{"url": fmt.Sprint("https://example.com/", i), "signing_key": key})
			f.is("created", got, http.StatusCreated)
			w := f.hook(got)
			if signed := w.Secret != ""; signed != (key == "open sesame") || strings.Contains(got.text, "sesame") {
				f.t.Errorf("the key %v: signed %v, %s", key, signed, got.text)
			}
		}
	})
}

func TestSubscriptionRights(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		const invalid, noAccess = "The supplied parameters are invalid.", "You do not have permission to access this resource."
		abroad := setup(f.t, f.db)
		self := func(p *person) object { return object{"user": f.links.User(p.ID)} }
		theirs := object{"organization": f.links.Organization(abroad.app.ID)}
		form := object{"events": []string{wire.FormSubmissionCreated}}
		for i, tt := range []struct {
			what, scope string
			who         *person
			change      object
			status      int
			words       []string
		}{
			{"an owner's", "organization", f.owner, nil, 201, nil},
			{"an admin's", "organization", f.admin, nil, 201, nil},
			{"an owner's with a user", "organization", f.owner, self(f.member), 201, nil},
			{"an admin's with himself", "organization", f.admin, self(f.admin), 201, nil},
			{"an owner's with nobody", "organization", f.owner, object{"user": nil}, 201, nil},
			{"an owner's of forms", "organization", f.owner, form, 201, nil},
			{"a member's", "organization", f.member, nil, 403, []string{noAccess}},
			{"a member's with himself", "organization", f.member, self(f.member), 403, []string{noAccess}},
			{"a member's own", "user", f.member, nil, 201, nil},
			{"an owner's own", "user", f.owner, nil, 201, nil},
			{"a member's of another", "user", f.member, self(f.other), 403, []string{noRight}},
			{"a member's of the owner", "user", f.member, self(f.owner), 403, []string{noRight}},
			{"an owner's of a member", "user", f.owner, self(f.member), 403, []string{noRight}},
			{"an admin's of the owner", "user", f.admin, self(f.owner), 403, []string{noRight}},
			{"of somebody abroad", "user", f.owner, self(abroad.owner), 403, []string{noRight}},
			{"without a user", "user", f.member, object{"user": nothing}, 400, []string{invalid, "user"}},
			{"with no user", "user", f.owner, object{"user": nil}, 400, []string{invalid, "user"}},
			{"of another organization", "organization", f.owner, theirs, 403, []string{noRight}},
			{"own of another organization", "user", f.member, theirs, 403, []string{noRight}},
			{"a member's of another organization", "organization", f.member, theirs, 403, []string{noRight}},
			{"own of forms", "user", f.member, form, 400, []string{invalid, "events"}},
			{"an owner's own of forms", "user", f.owner, form, 400, []string{invalid, "events"}},
			{"nobody's", "organization", nil, nil, 401, []string{"The access token is invalid"}},
		} {
			who := tt.who
			if who == nil {
				who = f.owner
			}
			body := f.subscription(who, tt.scope, object{"url": fmt.Sprint("https://example.com/", i)}, tt.change)
			got := f.call(tt.who, http.MethodPost, "/webhook_subscriptions", body)
			f.is(tt.what, got, tt.status, tt.words...)
			if tt.status == http.StatusCreated && tt.scope == "organization" && got.resource()["user"] != nil {
				f.t.Errorf("%s: it is kept with the user %v", tt.what, got.resource()["user"])
			}
			if tt.status == http.StatusForbidden && got.body["title"] != "Permission Denied" {
				f.t.Errorf("%s: %s", tt.what, got.text)
			}
		}
		if n := f.client.Webhook.Query().CountX(viewer.System(f.t.Context())); n != 8 {
			f.t.Errorf("%d webhooks are there, want 8", n)
		}
	})
}

// What is wrong for everybody is said before what the caller may not have, and
// that before what there is already.
func TestOrderOfChecks(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		f.is("first", f.subscribe(f.owner, "organization"), http.StatusCreated)
		f.is("own", f.subscribe(f.owner, "user"), http.StatusCreated)
		f.is("again", f.subscribe(f.admin, "organization"), http.StatusConflict, "Hook with this url already exists")
		f.is("own again", f.subscribe(f.owner, "user"), http.StatusConflict, "Hook with this url already exists")
		f.is("a member's", f.subscribe(f.member, "organization"), http.StatusForbidden, "You do not have permission to access this resource.")
		f.is("a member's own", f.subscribe(f.member, "user"), http.StatusCreated)
		for parameter, v := range map[string]any{
			"url": "http://10.0.0.1", "events": []string{}, "organization": "x", "user": "x", "signing_key": "\x01", "scope": "all",
		} {
			got := f.subscribe(f.member, "organization", object{parameter: v})
			f.is("a member's with a bad "+parameter, got, http.StatusBadRequest, "The supplied parameters are invalid.", parameter)
		}
		conflict := f.subscribe(f.owner, "organization")
		if diff := cmp.Diff(object{"title": "Already Exists", "message": "Hook with this url already exists"}, conflict.body); diff != "" {
			f.t.Errorf("the conflict (-want +got):\n%s", diff)
		}
	})
}

func TestBadSubscriptions(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		long := "https://example.com/" + strings.Repeat("x", 2048)
		bad := map[string][]any{
			"url": {
				nothing, nil, "", 7, "/hook", "example.com", "ftp://example.com", "https://user:pw@example.com", "https://example.com/#x", "http://127.0.0.1",
				"http://[::1]/", "http://169.254.169.254/latest", "https://example.com:0", "https://exa mple.com", "https://example.com/\x00", long,
				[]string{"https://example.com"}, object{},
			},
			"events": {
				nothing, nil, []string{}, "invitee.created", []any{"invitee.cancelled"}, []any{""}, []any{nil}, []any{7}, []any{"INVITEE.CREATED"},
				[]any{"invitee.created", "invitee.created"}, []any{"invitee.created", "x\x00"}, []any{[]any{"invitee.created"}}, object{},
			},
			"organization": {
				nothing, nil, "", 7, f.app.ID, f.url, f.url + "/organizations/", f.url + "/organizations/x", f.url + "/users/" + f.app.ID,
				f.links.Organization(f.app.ID) + "/", f.links.Organization(f.app.ID) + "?x", "https://elsewhere.example/organizations/" + f.app.ID,
				f.url + "//organizations/" + f.app.ID, f.links.Organization(f.owner.ID), f.links.Organization(strings.ToUpper(f.app.ID)), "\x00",
			},
			"user":        {"", 7, f.owner.ID, f.links.User(f.app.ID), f.links.User(f.owner.ID) + "/", "https://elsewhere.example/users/" + f.owner.ID, []any{}},
			"scope":       {nothing, nil, "", "USER", "group", 7, []any{"user"}},
			"signing_key": {7, "tab\t", " padded", "ünicode", "\x00", strings.Repeat("x", 201), "whsec_short", object{}},
		}
		for _, parameter := range slices.Sorted(maps.Keys(bad)) {
			for _, v := range bad[parameter] {
				got := f.subscribe(f.owner, "user", object{parameter: v})
				f.is(fmt.Sprintf("%s %q", parameter, v), got, http.StatusBadRequest, "The supplied parameters are invalid.", parameter)
			}
		}
		good := f.subscription(f.owner, "user")
		for what, body := range map[string]string{
			"none": "", "broken": `{"url"`, "list": `[]`, "text": `"x"`, "null": `null`, "two": `{}{}`,
			"large": `{"url":"` + strings.Repeat("x", 256<<10) + `"}`, "deep": strings.Repeat("[", 9000) + strings.Repeat("]", 9000), "bad UTF-8": "{\"url\":\"\xff\"}",
		} {
			status, _, text := f.raw(http.MethodPost, "/webhook_subscriptions", f.owner.token, body)
			if status != http.StatusBadRequest {
				f.t.Errorf("the body %s: %d %s", what, status, text)
			}
		}
		if n := f.client.Webhook.Query().CountX(viewer.System(f.t.Context())); n != 0 {
			f.t.Errorf("%d webhooks are there", n)
		}
		f.is("the good one", f.call(f.owner, http.MethodPost, "/webhook_subscriptions", good), http.StatusCreated)
	})
}

// A name that a body has twice could be checked in one writing and used in the
// other.
func TestNamesTwice(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		body := func(more string) string {
			return fmt.Sprintf(`{"url":"https://example.com","events":["invitee.created"],"organization":%q,"scope":"organization"%s}`,
				f.links.Organization(f.app.ID), more)
		}
		for more, want := range map[string]int{
			`,"url":"https://example.com"`: 400, `,"URL":"http://10.0.0.1"`: 400, `,"Url":null`: 400, `,"ſcope":"user"`: 400, `,"scope":7`: 400,
			`,"x":{"a":1,"A":2}`: 400, `,"x":[{"y":[{"b":1,"b":1}]}]`: 400, `,"SIGNING_KEY":7`: 400, `,"USER":{}`: 400,
			`,"x":{"url":1},"y":["url","url",{"url":{}}],"z":1.5e3`: 201,
		} {
			status, _, text := f.raw(http.MethodPost, "/webhook_subscriptions", f.owner.token, body(more))
			if status != want {
				f.t.Errorf("with %s: %d %s", more, status, text)
			}
		}
	})
}

func TestTokensForSubscriptions(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		uri := f.subscribe(f.owner, "organization").resource()["uri"].(string)
		list := f.list("organization", nil, "")
		for scope, want := range map[domain.TokenScope][]int{
			domain.MeetingsWrite: {403, 403, 403, 403}, domain.WebhooksRead: {403, 200, 200, 403}, domain.WebhooksWrite: {201, 200, 200, 204},
		} {
			narrow := f.narrowed(f.owner, scope)
			got := []int{
				f.subscribe(narrow, "organization", object{"url": "https://example.com/" + string(scope)}).status,
				f.call(narrow, http.MethodGet, list, nil).status, f.call(narrow, http.MethodGet, uri, nil).status,
			}
			made := f.subscribe(f.owner, "organization", object{"url": "https://example.com/x/" + string(scope)})
			got = append(got, f.call(narrow, http.MethodDelete, made.resource()["uri"].(string), nil).status)
			if !slices.Equal(got, want) {
				f.t.Errorf("POST, list, GET, DELETE with %s: %v, want %v", scope, got, want)
			}
		}
	})
}
