package contract_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestErrorTable is the table of errors.
func TestErrorTable(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		o.get(o.owner, "/users/me?count=1&count=2").invalid("count")
		last := len(o.owner.token) - 1
		other := "0"
		if o.owner.token[last:] == other {
			other = "1"
		}
		for _, who := range []*person{nil, {token: "slc_nonsense"}, {token: o.owner.token[:last] + other}} {
			a := o.get(who, "/users/me")
			a.refused(http.StatusUnauthorized, "Unauthenticated", "The access token is invalid", "")
		}
		o.get(o.member, "/scheduled_events?organization="+o.organization).forbidden(denied)
		for _, path := range []string{"/users/nobody", "/scheduled_events/x/y/z", "/webhook_subscriptions/a/b", "/users"} {
			o.get(o.owner, path).missing()
		}
		o.call(o.owner, http.MethodPut, "/users/me", object{}).missing()
	})
}

// TestTooMany: who asks more than he may waits as long as he is told.
func TestTooMany(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		var a answer
		for range 700 { // failures count for the address
			if a = o.get(&person{token: "slc_wrong"}, "/users/me"); a.status == http.StatusTooManyRequests {
				break
			}
		}
		a.want(http.StatusTooManyRequests)
		if a.text("title") != "Too Many Requests" || a.header.Get("Retry-After") == "" || a.header.Get("X-RateLimit-Remaining") != "0" {
			o.t.Errorf("%v %s", a.header, a.raw)
		}
	})
}

// TestTierA: each endpoint, for each caller.
func TestTierA(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		m := o.book(o.member, 9)
		for _, who := range []*person{o.owner, o.admin, o.member, o.other} {
			me := o.get(who, "/users/me").want(http.StatusOK)
			keys := []string{
				"avatar_url", "created_at", "current_organization", "email", "name", "scheduling_url", "slug", "timezone", "updated_at", "uri",
			}
			if got := keysOf(me.at("resource")); !slices.Equal(got, keys) {
				o.t.Errorf("a user has %v", got)
			}
		}
		for _, who := range []*person{o.owner, o.admin, o.member} {
			if got := o.get(who, m.uri).want(http.StatusOK).text("resource.uri"); got != m.uri {
				o.t.Errorf("the event is %s, want %s", got, m.uri)
			}
			list := o.get(who, m.uri+"/invitees").want(http.StatusOK)
			one := o.get(who, m.invitee).want(http.StatusOK)
			if fmt.Sprint(list.at("collection.0")) != fmt.Sprint(one.at("resource")) {
				o.t.Errorf("listed as %s, alone %s", list.raw, one.raw)
			}
		}
		for _, uri := range []string{m.uri, m.uri + "/invitees", m.invitee} {
			o.get(o.other, uri).forbidden(denied)
			o.get(o.owner, strings.Replace(uri, m.id, "mtg_01m80tya0dfcat7h9tv80mckve", 1)).missing()
		}
	})
}

func keysOf(v any) []string {
	var keys []string
	holder, _ := v.(object)
	for key := range holder {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// TestTierB: each endpoint answers, and what else the contract says of it.
func TestTierB(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		m := o.book(o.member, 9)
		form, question := o.form()
		submission := o.post(nil, "/routing_forms/"+form+"/submissions", object{
			"answers": []object{{"question_uuid": question, "answer": "Sales"}},
		}).want(http.StatusCreated).text("resource.uri")
		organization := "organization=" + o.organization
		for path, entries := range map[string]int{
			"/scheduled_events?" + organization:                                   1,
			"/scheduled_events?user=" + o.member.uri:                              1,
			"/organization_memberships?" + organization:                           4,
			"/organization_memberships?user=" + o.member.uri:                      1,
			"/event_types?user=" + o.member.uri:                                   1,
			"/routing_forms?" + organization:                                      1,
			"/routing_form_submissions?form=" + o.base + "/routing_forms/" + form: 1,
		} {
			a := o.get(o.owner, path).want(http.StatusOK)
			if n := len(a.entries("collection")); n != entries {
				o.t.Errorf("%s has %d entries, want %d", path, n, entries)
			}
			o.callable(o.owner, a)
		}
		for _, uri := range []string{
			o.organization, o.member.uri, o.member.eventType, m.uri, submission, o.base + "/routing_forms/" + form,
			"/sample_webhook_data?event=invitee.created&scope=organization&" + organization,
		} {
			o.get(o.owner, uri).want(http.StatusOK)
		}
		o.get(o.member, "/scheduled_events?user="+o.other.uri).forbidden(denied)
		o.get(o.member, "/organization_memberships?"+organization).forbidden(denied)
	})
}

// callable calls every URI of this server that an answer names.
func (o *office) callable(who *person, a answer) {
	o.t.Helper()
	for _, uri := range regexp.MustCompile(`"(`+regexp.QuoteMeta(o.base)+`/[a-z_]+/[^"?]+)"`).FindAllStringSubmatch(a.raw, -1) {
		if strings.Contains(uri[1], "/cancellations/") || strings.Contains(uri[1], "/reschedulings/") {
			continue // pages
		}
		o.get(who, uri[1]).want(http.StatusOK)
	}
}

var micros = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$`)

// TestCommonRules: URIs can be called, times have six digits, pages all keys.
func TestCommonRules(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		first := o.book(o.member, 9)
		second := o.reschedule(first, 10)
		o.post(o.owner, "/webhook_subscriptions", o.subscription(hookURL(1), "user", o.owner))
		for _, path := range []string{
			"/users/me", first.uri, second.uri, first.invitee, second.invitee, second.uri + "/invitees",
			"/scheduled_events?organization=" + o.organization, "/event_types?organization=" + o.organization,
			"/organization_memberships?organization=" + o.organization,
			"/webhook_subscriptions?scope=user&user=" + o.owner.uri + "&organization=" + o.organization,
		} {
			a := o.get(o.owner, path).want(http.StatusOK)
			o.callable(o.owner, a)
			times(a.body, func(name, value string) {
				if !micros.MatchString(value) {
					o.t.Errorf("%s: %s is %q", path, name, value)
				}
			})
			if a.at("collection") == nil {
				continue
			}
			keys := []string{"count", "next_page", "next_page_token", "previous_page", "previous_page_token"}
			if got := keysOf(a.at("pagination")); !slices.Equal(got, keys) {
				o.t.Errorf("%s: the pagination has %v", path, got)
			}
		}
		for _, zone := range []string{"Mars/Base", "GMT+25", "CET/", ""} {
			in := o.invitation(o.member, 12)
			in["invitee"].(object)["timezone"] = zone
			o.post(o.owner, "/invitees", in).invalid("invitee.timezone")
		}
	})
}

// times visits what is called a time.
func times(v any, visit func(name, value string)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			times(e, visit)
		}
	case object:
		for name, e := range v {
			if text, ok := e.(string); ok && (strings.HasSuffix(name, "_at") || strings.HasSuffix(name, "_time")) {
				visit(name, text)
			}
			times(e, visit)
		}
	}
}

// invitation is a request body of POST /invitees.
func (o *office) invitation(with *person, n int) object {
	return object{
		"event_type": with.eventType, "start_time": hour(n),
		"invitee":               object{"name": "Ana Ruiz", "email": "ana@example.org", "timezone": "Europe/Madrid"},
		"questions_and_answers": []object{{"question": "Topic?", "answer": "Pricing", "position": 0}},
		"tracking":              object{"utm_source": "ad"},
	}
}

func TestCancellation(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		m := o.book(o.member, 9)
		o.post(o.other, m.uri+"/cancellation", object{}).forbidden("You are not allowed to cancel this event")
		o.post(o.member, m.uri+"/cancellation", object{"reason": strings.Repeat("x", 10_001)}).invalid("reason")
		a := o.post(o.member, m.uri+"/cancellation", object{"reason": "ill"}).want(http.StatusCreated)
		for key, want := range map[string]string{"canceled_by": "Mia Member", "reason": "ill", "canceler_type": "host"} {
			if got := a.text("resource." + key); got != want {
				o.t.Errorf("%s is %q, want %q", key, got, want)
			}
		}
		o.post(o.member, m.uri+"/cancellation", object{}).forbidden("Event is already canceled")
		o.post(o.member, "/scheduled_events/mtg_01m80tya0dfcat7h9tv80mckve/cancellation", object{}).missing()
		if got := o.get(o.member, m.uri).text("resource.status"); got != "canceled" {
			o.t.Errorf("the event is %s", got)
		}
		without := o.book(o.member, 10)
		o.post(o.owner, without.uri+"/cancellation", nil).want(http.StatusCreated)
	})
}

func TestInvitees(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		for _, who := range []*person{o.owner, o.admin, o.member} {
			n := 30 + len(who.name)
			a := o.post(who, "/invitees", o.invitation(who, n)).want(http.StatusCreated)
			event, invitee := a.text("resource"), a.text("invitee.uri")
			if !strings.HasPrefix(invitee, event+"/invitees/") || a.text("invitee.status") != "active" ||
				a.text("invitee.questions_and_answers.0.answer") != "Pricing" || a.text("invitee.tracking.utm_source") != "ad" {
				o.t.Errorf("booked as %s", a.raw)
			}
			if got := o.get(who, event).want(http.StatusOK).text("resource.start_time"); got != hour(n).Format("2006-01-02T15:04:05.000000Z") {
				o.t.Errorf("it starts at %s", got)
			}
			o.post(who, "/invitees", o.invitation(who, n)).invalid("start_time")
		}
		bad := func(change func(in object)) answer {
			in := o.invitation(o.member, 60)
			change(in)
			return o.post(o.owner, "/invitees", in)
		}
		bad(func(in object) { delete(in, "event_type") }).invalid("event_type")
		bad(func(in object) { in["event_type"] = o.base + "/event_types/ety_01m80tya0dfcat7h9tv80mckve" }).missing()
		bad(func(in object) { in["event_type"] = o.member.uri }).invalid("event_type")
		bad(func(in object) { in["start_time"] = "soon" }).invalid("start_time")
		bad(func(in object) { in["start_time"] = time.Now().Add(-time.Hour) }).invalid("start_time")
		bad(func(in object) { in["invitee"].(object)["email"] = "nobody" }).invalid("invitee.email")
		bad(func(in object) { delete(in["invitee"].(object), "email") }).invalid("invitee.email")
	})
}

// TestNoShows needs a meeting that has begun: it is booked to begin in a moment.
func TestNoShows(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		future := o.book(o.member, 9)
		o.post(o.member, "/invitee_no_shows", object{"invitee": future.invitee}).invalid("invitee")
		in := o.invitation(o.member, 0)
		in["start_time"] = time.Now().Add(2 * time.Second).UTC()
		invitee := o.post(o.owner, "/invitees", in).want(http.StatusCreated).text("invitee.uri")
		a := o.marked(invitee)
		uri := a.text("resource.uri")
		if a.text("resource.invitee") != invitee || !slices.Equal(keysOf(a.at("resource")), []string{"created_at", "invitee", "uri"}) {
			o.t.Errorf("noted as %s", a.raw)
		}
		if got := o.get(o.member, invitee).text("resource.no_show.uri"); got != uri {
			o.t.Errorf("the invitee's no-show is %q, want %q", got, uri)
		}
		if got := o.get(o.owner, uri).want(http.StatusOK); got.raw != a.raw {
			o.t.Errorf("read as %s, made as %s", got.raw, a.raw)
		}
		o.get(o.other, uri).forbidden(denied)
		o.delete(o.other, uri).forbidden(denied)
		o.delete(o.member, uri).want(http.StatusNoContent)
		o.get(o.member, uri).missing()
		o.delete(o.member, uri).missing()
	})
}
