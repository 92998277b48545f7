package rest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"slotcast/internal/domain"
	"slotcast/internal/viewer"
	hooks "slotcast/internal/webhook"
)

func TestListSubscriptions(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		abroad := setup(f.t, f.db)
		at := func(n int) object { return object{"url": fmt.Sprint("https://example.com/", n)} }
		made := map[string][]string{}
		for n, step := range []struct {
			who   *person
			scope string
		}{{f.owner, "organization"}, {f.member, "user"}, {f.admin, "organization"}, {f.member, "user"}, {f.owner, "user"}, {f.other, "user"}} {
			of := step.scope
			if of == "user" {
				of = step.who.Name
			}
			made[of] = append([]string{f.subscribe(step.who, step.scope, at(n)).resource()["uri"].(string)}, made[of]...)
		}
		f.is("abroad", abroad.subscribe(abroad.owner, "organization"), http.StatusCreated)
		for _, format := range []domain.WebhookFormat{domain.FormatNative, domain.FormatCalcom} { // not of this API
			for _, scope := range []domain.WebhookScope{domain.ScopeOrganization, domain.ScopeUser} {
				_, _, err := f.hooks.Create(viewer.With(f.t.Context(), f.owner.viewer), hooks.Input{
					SubscriberURL: "https://example.com/hook", Triggers: []domain.Trigger{domain.MeetingBooked}, Scope: scope, Format: format,
				})
				f.must(err)
			}
		}
		for _, tt := range []struct {
			who, user *person
			scope     string
			more      string
			want      []string
		}{
			{f.owner, nil, "organization", "", made["organization"]},
			{f.admin, f.member, "organization", "", made["organization"]},
			{f.owner, nil, "organization", "&sort=created_at:desc", made["organization"]},
			{f.owner, nil, "organization", "&sort=created_at:asc", backwards(made["organization"])},
			{f.owner, f.owner, "user", "", made[f.owner.Name]},
			{f.owner, f.member, "user", "", made[f.member.Name]},
			{f.admin, f.admin, "user", "", nil},
			{f.admin, f.other, "user", "&sort=created_at:asc", made[f.other.Name]},
			{f.member, f.member, "user", "", made[f.member.Name]},
			{f.member, f.member, "user", "&sort=created_at:asc", backwards(made[f.member.Name])},
		} {
			got := f.call(tt.who, http.MethodGet, f.list(tt.scope, tt.user, tt.more), nil)
			f.is("list", got, http.StatusOK)
			if diff := cmp.Diff(tt.want, uris(got), cmpopts.EquateEmpty()); diff != "" {
				f.t.Errorf("%s asks for %s%s (-want +got):\n%s", tt.who.Name, f.list(tt.scope, tt.user, ""), tt.more, diff)
			}
			for _, entry := range got.collection() {
				one := f.call(tt.who, http.MethodGet, entry["uri"].(string), nil)
				if diff := cmp.Diff(entry, one.resource()); diff != "" {
					f.t.Errorf("by itself (-list +one):\n%s", diff)
				}
			}
		}
	})
}

func TestListsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		abroad := setup(f.t, f.db)
		const invalid = "The supplied parameters are invalid."
		org, whole := "organization="+f.links.Organization(f.app.ID), f.list("organization", nil, "")
		own := f.list("user", f.member, "")
		for _, tt := range []struct {
			who    *person
			path   string
			status int
			words  []string
		}{
			{f.member, whole, 403, []string{"You do not have permission"}},
			{f.member, f.list("user", f.other, ""), 403, []string{noRight}},
			{f.member, f.list("user", f.owner, ""), 403, []string{noRight}},
			{f.owner, "/webhook_subscriptions?scope=organization&organization=" + f.links.Organization(abroad.app.ID), 403, []string{noRight}},
			{f.member, "/webhook_subscriptions?scope=organization&organization=" + f.links.Organization(abroad.app.ID), 403, []string{noRight}},
			{nil, whole, 401, []string{"The access token is invalid"}},
			{f.owner, "/webhook_subscriptions", 400, nil},
			{f.owner, "/webhook_subscriptions?scope=organization", 400, []string{invalid, "organization"}},
			{f.owner, "/webhook_subscriptions?" + org, 400, []string{invalid, "scope"}},
			{f.owner, "/webhook_subscriptions?scope=organization&organization=", 400, []string{invalid, "organization"}},
			{f.owner, "/webhook_subscriptions?scope=organization&organization=" + f.app.ID, 400, []string{invalid, "organization"}},
			{f.owner, "/webhook_subscriptions?scope=organization&organization=https://elsewhere.example/organizations/" + f.app.ID, 400, []string{invalid, "organization"}},
			{f.owner, "/webhook_subscriptions?scope=organization&organization=" + f.links.User(f.owner.ID), 400, []string{invalid, "organization"}},
			{f.owner, whole + "&" + org, 400, []string{invalid, "organization"}},
			{f.owner, f.list("all", nil, ""), 400, []string{invalid, "scope"}},
			{f.owner, f.list("", nil, ""), 400, []string{invalid, "scope"}},
			{f.owner, f.list("USER", f.owner, ""), 400, []string{invalid, "scope"}},
			{f.owner, f.list("user", nil, ""), 400, []string{invalid, "user"}},
			{f.owner, f.list("user", nil, "&user="), 400, []string{invalid, "user"}},
			{f.owner, f.list("user", nil, "&user="+f.owner.ID), 400, []string{invalid, "user"}},
			{f.owner, f.list("organization", nil, "&user=x"), 400, []string{invalid, "user"}},
			{f.owner, f.list("user", nil, "&user=https://elsewhere.example/users/"+f.owner.ID), 400, []string{invalid, "user"}},
			{f.owner, whole + "&%zz", 400, []string{invalid, "query"}},
			{f.owner, whole + "&x=%ff", 400, []string{invalid, "x"}},
			{f.owner, whole + "&x=%00", 400, []string{invalid, "x"}},
			{f.member, own, 200, nil},
			{f.owner, whole + "&x=y", 200, nil}, // unknown
			// also where he would be refused
			{f.member, whole + "&count=0", 400, []string{invalid, "count"}},
			{f.member, whole + "&page_token=x", 400, []string{invalid, "page_token"}},
		} {
			f.is(tt.path, f.call(tt.who, http.MethodGet, tt.path, nil), tt.status, tt.words...)
		}
		for parameter, values := range map[string][]string{
			"count": {"0", "-1", "101", "x", "", "1.5", "1e2", "99999999999999999999", "%201", "0x10"},
			"sort":  {"", "created_at", "created_at:", "updated_at:asc", "created_at:ASC", "name:asc", "created_at:asc,id:asc"},
			"page_token": {
				"", "x", "!", "e30", "bnVsbA", "W10", strings.Repeat("A", 2001), "eyJvIjoid2hrOmNyZWF0ZWRfYXQ6ZGVzYyJ9", "%00",
			},
		} {
			for _, v := range values {
				path := whole + "&" + parameter + "=" + v
				f.is(path, f.call(f.owner, http.MethodGet, path, nil), http.StatusBadRequest, invalid, parameter)
			}
		}
	})
}
