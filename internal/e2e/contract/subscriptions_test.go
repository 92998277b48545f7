package contract_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"slotcast/internal/app/apptest"
)

// subscription is a request body of POST /webhook_subscriptions.
func (o *office) subscription(url, scope string, user *person, events ...string) object {
	if len(events) == 0 {
		events = []string{"invitee.created", "invitee.canceled"}
	}
	in := object{"url": url, "events": events, "organization": o.organization, "scope": scope}
	if user != nil {
		in["user"] = user.uri
	}
	return in
}

func hookURL(n int) string { return fmt.Sprintf("https://hooks.example.org/%d", n) }

// TestSubscriptionTable is the table of who may subscribe to what.
func TestSubscriptionTable(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		n := 0
		next := func() string { n++; return hookURL(n) }
		create := func(who *person, in object) answer { o.t.Helper(); return o.post(who, "/webhook_subscriptions", in) }

		for _, who := range []*person{o.owner, o.admin} {
			create(who, o.subscription(next(), "organization", nil)).want(http.StatusCreated)
			a := create(who, o.subscription(next(), "organization", o.member)).want(http.StatusCreated)
			if a.at("resource.user") != nil {
				o.t.Errorf("a subscription of the organization is stored with a user: %s", a.raw)
			}
		}
		create(o.member, o.subscription(next(), "organization", nil)).forbidden(noAccess)
		for _, who := range []*person{o.owner, o.admin, o.member} {
			a := create(who, o.subscription(next(), "user", who)).want(http.StatusCreated)
			if a.text("resource.user") != who.uri || a.text("resource.creator") != who.uri {
				o.t.Errorf("%s's subscription is of %s", who.name, a.raw)
			}
			create(who, o.subscription(next(), "user", o.other)).forbidden(denied)
			create(who, o.subscription(next(), "user", nil)).invalid("user")
			create(who, o.subscription(next(), "user", who, "invitee.created", "routing_form_submission.created")).invalid("events")
		}
		o.badSubscriptions(create)
		o.sameSubscription(create)
	})
}

func (o *office) badSubscriptions(create func(*person, object) answer) {
	o.t.Helper()
	with := func(name string, value any) object {
		in := o.subscription("https://bad.example.org/", "user", o.member)
		if in[name] = value; value == nil {
			delete(in, name)
		}
		return in
	}
	for _, bad := range []struct {
		parameter string
		value     any
	}{
		{"events", []string{"invitee.moved"}},
		{"events", []string{}},
		{"events", []string{"invitee.created", "invitee.created"}},
		{"events", "invitee.created"},
		{"events", nil},
		{"scope", "team"},
		{"scope", 1},
		{"scope", nil},
		{"url", "nowhere"},
		{"url", "ftp://example.org/"},
		{"url", "https://user:word@example.org/"},
		{"url", ""},
		{"url", nil},
		{"organization", "https://elsewhere.example.org/organizations/1"},
		{"organization", o.member.uri},
		{"organization", nil},
		{"user", o.organization},
		{"user", "me"},
		{"signing_key", 7},
	} {
		a := create(o.member, with(bad.parameter, bad.value))
		a.want(http.StatusBadRequest)
		if got := a.text("details.0.parameter"); got != bad.parameter && !strings.HasPrefix(got, bad.parameter+".") {
			o.t.Errorf("%s = %v: %s", bad.parameter, bad.value, a.raw)
		}
	}
	o.post(o.member, "/webhook_subscriptions", `{"url":`).invalid("body")
	o.post(o.member, "/webhook_subscriptions", `[]`).want(http.StatusBadRequest)
	list := o.get(o.member, "/webhook_subscriptions?organization="+o.organization+"&scope=user&user="+o.member.uri)
	for _, s := range list.entries("collection") {
		if strings.Contains(fmt.Sprint(s["callback_url"]), "bad.example.org") {
			o.t.Errorf("a refused subscription is kept: %v", s)
		}
	}
}

// sameSubscription: of equal ones there is one, however many ask at once; what
// differs in URL, scope or user is another one.
func (o *office) sameSubscription(create func(*person, object) answer) {
	o.t.Helper()
	same := o.subscription("https://same.example.org/", "organization", nil)
	create(o.owner, same).want(http.StatusCreated)
	create(o.admin, same).refused(http.StatusConflict, "Already Exists", "Hook with this url already exists", "")
	for _, who := range []*person{o.owner, o.member} {
		in := o.subscription("https://same.example.org/", "user", who)
		create(who, in).want(http.StatusCreated)
		create(who, in).refused(http.StatusConflict, "Already Exists", "Hook with this url already exists", "")
	}
	var group sync.WaitGroup
	statuses := make([]int, 12)
	for i := range statuses {
		group.Go(func() {
			statuses[i] = create(o.owner, o.subscription("https://race.example.org/", "organization", nil)).status
		})
	}
	group.Wait()
	slices.Sort(statuses)
	if statuses[0] != http.StatusCreated || statuses[1] != http.StatusConflict {
		o.t.Errorf("of equal subscriptions at once: %v", statuses)
	}
}

// TestSubscriptionResource looks at what a subscription answers, and that its key
// is never shown.
func TestSubscriptionResource(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		in := o.subscription("https://one.example.org/hook", "user", o.member, "invitee.canceled", "invitee.created")
		in["signing_key"] = "the-key-that-nobody-sees"
		made := o.post(o.member, "/webhook_subscriptions", in).want(http.StatusCreated)
		uri := made.text("resource.uri")
		for path, want := range map[string]any{
			"callback_url": "https://one.example.org/hook", "state": "active", "scope": "user", "organization": o.organization,
			"user": o.member.uri, "creator": o.member.uri, "retry_started_at": nil,
			"events.0": "invitee.canceled", "events.1": "invitee.created",
		} {
			if got := made.at("resource." + path); got != want {
				o.t.Errorf("%s is %v, want %v", path, got, want)
			}
		}
		list := o.get(o.member, "/webhook_subscriptions?organization="+o.organization+"&scope=user&user="+o.member.uri).want(http.StatusOK)
		if fmt.Sprint(list.entries("collection")) != fmt.Sprint([]any{made.at("resource")}) {
			o.t.Errorf("listed as %s, made as %s", list.raw, made.raw)
		}
		one := o.get(o.member, uri).want(http.StatusOK)
		for _, a := range []answer{made, list, one} {
			if strings.Contains(a.raw, "nobody-sees") || strings.Contains(a.raw, "signing_key") {
				o.t.Errorf("%s shows the key: %s", a.asked, a.raw)
			}
		}
	})
}

// TestSubscriptionReadAndDelete is the last two rows of the table.
func TestSubscriptionReadAndDelete(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		of := func(who *person, n int) string {
			return o.post(who, "/webhook_subscriptions", o.subscription(hookURL(n), "user", who)).want(http.StatusCreated).text("resource.uri")
		}
		all := "/webhook_subscriptions?organization=" + o.organization
		o.get(o.member, all+"&scope=organization").forbidden(denied)
		o.get(o.member, all+"&scope=user&user="+o.other.uri).forbidden(denied)
		o.get(o.owner, all+"&scope=user&user="+o.other.uri).want(http.StatusOK)
		o.get(o.owner, all+"&scope=user").invalid("user")
		o.get(o.owner, all).invalid("scope")
		o.get(o.owner, "/webhook_subscriptions?scope=organization").invalid("organization")

		mine, others := of(o.member, 1), of(o.other, 2)
		whole := o.post(o.owner, "/webhook_subscriptions", o.subscription(hookURL(3), "organization", nil)).want(http.StatusCreated).text("resource.uri")
		for _, uri := range []string{others, whole} {
			o.get(o.member, uri).forbidden(denied)
			o.delete(o.member, uri).forbidden(denied)
		}
		o.get(o.admin, others).want(http.StatusOK)
		if a := o.delete(o.member, mine).want(http.StatusNoContent); a.raw != "" {
			o.t.Errorf("204 with %q", a.raw)
		}
		o.delete(o.admin, others).want(http.StatusNoContent)
		o.delete(o.owner, whole).want(http.StatusNoContent)
		for _, uri := range []string{mine, "/webhook_subscriptions/whk_01m80tya0dfcat7h9tv80mckve", "/webhook_subscriptions/7", "/webhook_subscriptions/" + o.owner.id} {
			o.get(o.owner, uri).missing()
			o.delete(o.owner, uri).missing()
		}
	})
}

// TestOtherFormats: those made through GraphQL are listed if they are of this
// format, with its names of events.
func TestOtherFormats(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		for format, triggers := range map[string][]string{
			"NATIVE": {"MEETING_BOOKED"}, "CALCOM": {"MEETING_BOOKED"}, "CALENDLY": {"MEETING_BOOKED", "MEETING_CANCELED", "MEETING_RESCHEDULED"},
		} {
			o.owner.Do(o.t, `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { webhook { id } } }`, object{"in": object{
				"subscriberUrl": "https://" + strings.ToLower(format) + ".example.org/", "triggers": triggers, "format": format,
			}}, nil)
		}
		list := o.get(o.owner, "/webhook_subscriptions?scope=organization&organization="+o.organization).entries("collection")
		if len(list) != 1 || list[0]["callback_url"] != "https://calendly.example.org/" ||
			fmt.Sprint(list[0]["events"]) != "[invitee.created invitee.canceled]" {
			o.t.Errorf("listed are %v", list)
		}
	})
}

// TestRetryStartedAt: a receiver that fails shows since when.
func TestRetryStartedAt(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		receiver := apptest.NewReceiver(o.t)
		receiver.Answer(func(apptest.Request) int { return http.StatusInternalServerError })
		uri := o.post(o.owner, "/webhook_subscriptions", o.subscription(receiver.URL(), "organization", nil)).want(http.StatusCreated).text("resource.uri")
		o.book(o.owner, 9)
		apptest.Until(o.t, func() error {
			if a := o.get(o.owner, uri); a.at("resource.retry_started_at") == nil {
				return fmt.Errorf("nothing is said of retries: %s", a.raw)
			}
			return nil
		})
	})
}
