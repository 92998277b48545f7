package rest_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

// TestUsers: the URIs of oneself, of others, of the organization, and of others'.
func TestUsers(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		foreign := f.foreign()
		for _, p := range []*person{f.owner, f.admin, f.member, f.other} {
			for _, other := range []*person{f.owner, f.member} {
				got := f.call(p, http.MethodGet, f.links.User(other.ID), nil)
				if got.status != http.StatusOK || got.resource()["email"] != other.Email || got.resource()["timezone"] != "Europe/Berlin" {
					f.t.Errorf("%s looks at %s: %d %s", p.Name, other.Name, got.status, got.text)
				}
			}
			got := f.call(p, http.MethodGet, f.links.Organization(f.app.ID), nil)
			if got.status != http.StatusOK || got.resource()["name"] != "Acme" || got.resource()["uri"] != f.links.Organization(f.app.ID) {
				f.t.Errorf("%s looks at the organization: %d %s", p.Name, got.status, got.text)
			}
			for _, uri := range []string{f.links.User(foreign.ID), f.links.Organization(foreign.AppID), f.links.Membership(foreign.ID)} {
				if got := f.call(p, http.MethodGet, uri, nil); got.status != http.StatusNotFound {
					f.t.Errorf("%s looks at %s: %d", p.Name, uri, got.status)
				}
			}
		}
	})
}

func TestMemberships(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		gone, err := f.client.Agent.Create().SetAppID(f.app.ID).SetName("Gus").SetEmail("gus@example.org").SetTimeZone("UTC").
			SetRole(domain.Member).SetStatus(domain.AgentDeactivated).Save(f.system())
		f.must(err)
		organization := "?organization=" + f.links.Organization(f.app.ID)
		of := func(all ...*person) []string {
			out := []string{}
			for _, p := range all {
				out = append(out, f.links.Membership(p.ID))
			}
			return out
		}
		for query, want := range map[string][]string{
			organization:                                                of(f.owner, f.admin, f.member, f.other),
			organization + "&count=1":                                   of(f.owner, f.admin, f.member, f.other),
			organization + "&count=3":                                   of(f.owner, f.admin, f.member, f.other),
			organization + "&role=owner":                                of(f.owner),
			organization + "&role=admin":                                of(f.admin),
			organization + "&role=user":                                 of(f.member, f.other),
			organization + "&email=mia@example.org":                     of(f.member),
			organization + "&email=gus@example.org":                     of(),
			organization + "&email=mia@example.org&role=admin":          of(),
			organization + "&user=" + f.links.User(f.other.ID):          of(f.other),
			"?user=" + f.links.User(f.other.ID):                         of(f.other),
			"?user=" + f.links.User(f.other.ID) + "&role=owner":         of(),
			"?user=" + f.links.User(gone.ID):                            of(),
			"?user=" + url.QueryEscape(f.links.User(f.admin.ID)) + "&x": of(f.admin),
		} {
			if diff := cmp.Diff(want, urisOf(f.walk(f.owner, "/organization_memberships"+query))); diff != "" {
				f.t.Errorf("%s (-want +got):\n%s", query, diff)
			}
		}
		for p, role := range map[*person]string{f.owner: "owner", f.admin: "admin", f.member: "user"} {
			list := f.walk(p, "/organization_memberships?user="+f.links.User(p.ID))
			got := f.call(p, http.MethodGet, f.links.Membership(p.ID), nil)
			if diff := cmp.Diff([]map[string]any{got.resource()}, list); diff != "" || got.resource()["role"] != role {
				f.t.Errorf("%s (-one +list):\n%s", got.text, diff)
			}
			user, _ := got.resource()["user"].(map[string]any)
			if diff := cmp.Diff(f.call(p, http.MethodGet, "/users/me", nil).resource(), user); diff != "" {
				f.t.Errorf("the user (-me +membership):\n%s", diff)
			}
		}
		f.absent(f.links.Membership(gone.ID))
		if got := f.call(f.owner, http.MethodGet, f.links.User(gone.ID), nil); got.status != http.StatusOK {
			f.t.Errorf("a user who is no member any more: %d", got.status)
		}
	})
}

func TestEventTypes(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		made := []*ent.EventType{f.owner.eventType, f.admin.eventType, f.member.eventType, f.other.eventType}
		names := []string{"Call with Olga Owner", "Call with Adam Admin", "Call with Mia Member", "Call with Otto Other"}
		for n, name := range []string{"Aa", "Zz", "Aa", "Ab"} { // two are called alike
			et := f.eventType([]*person{f.member, f.other}, func(c *ent.EventTypeCreate) {
				c.SetName(name).SetActive(n%2 == 0).SetType(domain.Collective).SetDurations([]int{30, 60}).SetPublic(false).
					SetQuestions([]domain.Question{{Question: "Size?", Type: domain.QuestionChoice, Required: true, Choices: []string{"S", "L"}}, {Question: "Tel?", Type: domain.QuestionPhone}})
			})
			made, names = append(made, et), append(names, name)
		}
		archived := f.eventType([]*person{f.member}, func(c *ent.EventTypeCreate) { c.SetArchivedAt(time.Now().UTC()) })
		list := func(sorted func(a, b int) int, keep func(i int) bool) []string {
			order := []int{0, 1, 2, 3, 4, 5, 6, 7}
			slices.SortFunc(order, sorted)
			out := []string{}
			for _, i := range order {
				if keep(i) {
					out = append(out, f.links.EventType(made[i].ID))
				}
			}
			return out
		}
		byName := func(a, b int) int {
			if c := strings.Compare(names[a], names[b]); c != 0 {
				return c
			}
			return strings.Compare(made[a].ID, made[b].ID)
		}
		byAge := func(a, b int) int { return a - b }
		down := func(f func(a, b int) int) func(a, b int) int { return func(a, b int) int { return f(b, a) } }
		all, active := func(int) bool { return true }, func(i int) bool { return made[i].Active }
		idle := func(i int) bool { return !made[i].Active }
		ofMember := func(i int) bool { return i == 2 || i > 3 }
		for query, want := range map[string][]string{
			"": list(byName, all), "&sort=name:asc": list(byName, all), "&sort=name:desc": list(down(byName), all), "&active=true": list(byName, active), "&active=false": list(byName, idle),
			"&sort=created_at:asc": list(byAge, all), "&sort=created_at:desc": list(down(byAge), all), "&user=" + f.links.User(f.member.ID): list(byName, ofMember),
		} {
			for count := range 4 {
				path := fmt.Sprint("/event_types?organization=", f.links.Organization(f.app.ID), "&count=", count+1, query)
				if diff := cmp.Diff(want, urisOf(f.walk(f.other, path))); diff != "" {
					f.t.Errorf("%s (-want +got):\n%s", path, diff)
				}
			}
		}
		for _, e := range f.walk(f.member, "/event_types?user="+f.links.User(f.member.ID)) {
			if diff := cmp.Diff(e, f.call(f.other, http.MethodGet, e["uri"].(string), nil).resource()); diff != "" {
				f.t.Errorf("entry (-list +one):\n%s", diff)
			}
		}
		got := f.call(f.member, http.MethodGet, f.links.EventType(archived.ID), nil)
		if got.status != http.StatusOK || got.resource()["deleted_at"] == nil || got.resource()["active"] != false {
			f.t.Errorf("an archived one: %d %s", got.status, got.text)
		}
		one := f.call(f.member, http.MethodGet, f.links.EventType(made[7].ID), nil).resource()
		if one["pooling_type"] != "collective" || one["profile"] != nil || one["secret"] != true || len(one["custom_questions"].([]any)) != 2 {
			f.t.Errorf("an event type of two: %v", one)
		}
	})
}

// TestBadLists tries each parameter with what it is not.
func TestBadLists(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		m := f.meeting(f.member, 1)
		form, _ := f.form()
		foreign := f.foreign()
		organization := "organization=" + f.links.Organization(f.app.ID)
		lists := map[string]string{ // what they need, and what else they take
			"/organization_memberships?" + organization:                      "user organization role email count page_token",
			"/event_types?" + organization:                                   "user organization active sort count page_token",
			"/scheduled_events?" + organization:                              "user organization invitee_email status sort min_start_time max_start_time count page_token",
			f.links.ScheduledEvent(m.ID) + "/invitees?x=y":                   "status email sort count page_token",
			"/routing_forms?" + organization:                                 "organization sort count page_token",
			"/routing_form_submissions?form=" + f.links.RoutingForm(form.ID): "form sort count page_token",
			"/sample_webhook_data?event=invitee.created&scope=user&user=" + f.links.User(f.member.ID) + "&" + organization: "event organization scope user",
		}
		bad := map[string][]string{
			"user":           {"", "me", f.member.ID, f.links.Organization(f.app.ID), f.links.User("x"), f.links.User(typeid.New(typeid.Meeting)), "https://example.org/users/" + f.member.ID},
			"organization":   {"", "x", f.app.ID, f.links.User(f.member.ID), f.links.Organization(f.app.ID) + "/"},
			"form":           {"", "x", form.ID, f.links.Organization(f.app.ID)},
			"role":           {"", "OWNER", "member", "owner,admin"},
			"email":          {"", "x", strings.Repeat("x", 321), "a\x00b@c", "a\xff@b"},
			"invitee_email":  {"", "x", strings.Repeat("x", 321), "a\x00b@c", "a\xff@b"},
			"active":         {"", "maybe", "2"},
			"status":         {"", "ACTIVE", "cancelled", "active,canceled"},
			"sort":           {"", "end_time:asc", "id:asc", "start_time:", "start_time:up", ":asc", "created_at:asc,name:asc", "name:asc;"},
			"min_start_time": {"", "yesterday", "2027-01-15", "2027-01-15T10:00:00", "2027-02-30T10:00:00Z", "10000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"},
			"max_start_time": {"", "2027-13-01T00:00:00Z", "1", "2027-01-15T25:00:00Z"},
			"count":          {"", "0", "101", "-1", "many", "1.5", "0x10", "99999999999999999999"},
			"page_token":     {"", "x", "!!", strings.Repeat("A", 900), strings.Repeat("A", 3000), "bnVsbA", "e30", "eyJpIjoxfQ"},
			"event":          {"", "invitee", "invitee.created,invitee.canceled", "MEETING_BOOKED"},
			"scope":          {"", "USER", "team"},
		}
		for path, takes := range lists {
			if got := f.call(f.owner, http.MethodGet, path, nil); got.status != http.StatusOK {
				f.t.Errorf("GET %s: %d %s", path, got.status, got.text)
			}
			base, query, _ := strings.Cut(path, "?")
			for _, parameter := range strings.Fields(takes) {
				for _, value := range append(bad[parameter], "\x00") {
					values, err := url.ParseQuery(query)
					f.must(err)
					values.Set(parameter, value)
					f.badParameter(base+"?"+values.Encode(), parameter)
				}
				f.badParameter(path+"&"+parameter+"=x&"+parameter+"=x", parameter)
			}
		}
		f.badParameter("/scheduled_events", "user")
		f.badParameter("/event_types?active=true", "user")
		f.badParameter("/organization_memberships?email=mia@example.org", "user")
		f.badParameter("/routing_forms", "organization")
		f.badParameter("/routing_form_submissions", "form")
		f.badParameter("/sample_webhook_data?event=invitee.created&scope=user&"+organization, "user")
		f.badParameter("/sample_webhook_data?event=routing_form_submission.created&scope=user&user="+f.links.User(f.owner.ID)+"&"+organization, "event")
		for _, path := range []string{
			"/scheduled_events?user=", "/event_types?user=", "/organization_memberships?user=",
			"/sample_webhook_data?event=invitee.created&scope=user&" + organization + "&user=",
		} {
			for _, id := range []string{foreign.ID, typeid.New(typeid.Agent)} { // of another app, of nobody
				f.denied(path, f.call(f.owner, http.MethodGet, path+f.links.User(id), nil), "You do not have permission")
			}
		}
		f.absent("/routing_form_submissions?form=" + f.links.RoutingForm(typeid.New(typeid.RoutingForm)))
	})
}

func (f *fixture) badParameter(path, parameter string) {
	f.t.Helper()
	got := f.call(f.owner, http.MethodGet, path, nil)
	if got.status != http.StatusBadRequest || !slices.Equal(got.parameters(), []string{parameter}) {
		f.t.Errorf("GET %s: %d %s, want %s", path, got.status, got.text, parameter)
	}
}
