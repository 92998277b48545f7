package contract_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestScheduledEvents: each filter and both orders of the list.
func TestScheduledEvents(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		var uris []string
		for n := range 6 {
			uris = append(uris, o.book(o.member, 10+n).uri)
		}
		others := o.book(o.other, 10).uri
		moved := meeting{id: uris[5][strings.LastIndexByte(uris[5], '/')+1:]}
		moved.attendee = o.get(o.owner, uris[5]+"/invitees").text("collection.0.uri")
		moved.attendee = moved.attendee[strings.LastIndexByte(moved.attendee, '/')+1:]
		later := o.reschedule(moved, 40).uri
		o.post(o.member, uris[0]+"/cancellation", object{}).want(http.StatusCreated)

		of := "user=" + o.member.uri
		stamp := func(n int) string { return url.QueryEscape(hour(n).Format(time.RFC3339)) }
		for query, want := range map[string][]string{
			of:                                  {uris[0], uris[1], uris[2], uris[3], uris[4], uris[5], later},
			of + "&sort=start_time:desc":        {later, uris[5], uris[4], uris[3], uris[2], uris[1], uris[0]},
			of + "&status=active":               {uris[1], uris[2], uris[3], uris[4], later},
			of + "&status=canceled":             {uris[0], uris[5]},
			of + "&min_start_time=" + stamp(13): {uris[3], uris[4], uris[5], later},
			of + "&max_start_time=" + stamp(12) + "&min_start_time=" + stamp(11): {uris[1], uris[2]},
			of + "&invitee_email=nobody@example.org":                             nil,
			of + "&invitee_email=ana@example.org&status=canceled":                {uris[0], uris[5]},
			"user=" + o.other.uri:                                                {others},
		} {
			var got []string
			for _, e := range o.get(o.owner, "/scheduled_events?"+query).want(http.StatusOK).entries("collection") {
				got = append(got, fmt.Sprint(e["uri"]))
			}
			if strings.Contains(query, "max_start_time") && len(got) == 1 { // whether the end is part of it is open
				got = append(got, want[1])
			}
			if !slices.Equal(got, want) {
				o.t.Errorf("%s: %v, want %v", query, got, want)
			}
		}
		for _, who := range []*person{o.owner, o.admin} {
			if seen := o.walk(who, "/scheduled_events?count=3&organization="+o.organization, "next_page"); len(seen) != 8 {
				o.t.Errorf("%s sees %d events", who.name, len(seen))
			}
		}
		o.badLists()
	})
}

func (o *office) badLists() {
	o.t.Helper()
	all := "/scheduled_events?organization=" + o.organization
	for query, parameter := range map[string]string{
		all + "&status=maybe":                                           "status",
		all + "&sort=end_time:asc":                                      "sort",
		all + "&sort=start_time:up":                                     "sort",
		all + "&min_start_time=yesterday":                               "min_start_time",
		all + "&max_start_time=2027-13-01T00:00:00Z":                    "max_start_time",
		all + "&count=0":                                                "count",
		all + "&page_token=x":                                           "page_token",
		"/scheduled_events?organization=x":                              "organization",
		"/scheduled_events?user=" + o.organization:                      "user",
		"/event_types?organization=" + o.organization + "&active=maybe": "active",
		"/event_types?user=me":                                          "user",
		"/organization_memberships?user=me":                             "user",
		"/routing_forms?organization=1":                                 "organization",
		"/routing_form_submissions?form=" + o.organization:              "form",
		"/sample_webhook_data?event=x&scope=organization&organization=" + o.organization:       "event",
		"/sample_webhook_data?event=invitee.created&scope=team&organization=" + o.organization: "scope",
		"/sample_webhook_data?event=invitee.created&scope=user&organization=" + o.organization: "user",
		"/sample_webhook_data?scope=organization&organization=" + o.organization:               "event",
	} {
		o.get(o.owner, query).invalid(parameter)
	}
	o.get(o.owner, "/scheduled_events").want(http.StatusBadRequest)
	o.get(o.owner, "/routing_form_submissions").invalid("form")
	o.get(o.owner, "/routing_forms").invalid("organization")
}

// TestSampleData: the sample of each event is as a delivery of it.
func TestSampleData(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		receiver := o.receive(o.owner, "organization")
		o.book(o.member, 9)
		sent := messages(o.t, receiver, 1)[0]
		for _, event := range []string{
			"invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted", "routing_form_submission.created",
		} {
			a := o.get(o.owner, "/sample_webhook_data?scope=organization&event="+event+"&organization="+o.organization).want(http.StatusOK)
			if a.text("event") != event || a.text("created_by") != o.owner.uri {
				o.t.Errorf("the sample of %s is %s", event, a.raw)
			}
			if event == "invitee.created" {
				for _, path := range []string{"payload", "payload.scheduled_event", "payload.tracking"} {
					if got, want := keysOf(a.at(path)), keysOf(at(sent.body, path)); !slices.Equal(got, want) {
						o.t.Errorf("the sample's %s has %v, a delivery's %v", path, got, want)
					}
				}
			}
		}
		sample := "/sample_webhook_data?event=invitee.created&organization=" + o.organization
		o.get(o.member, sample+"&scope=user&user="+o.member.uri).want(http.StatusOK)
		o.get(o.member, sample+"&scope=user&user="+o.other.uri).forbidden(denied)
		o.get(o.member, sample+"&scope=organization").want(http.StatusForbidden)
	})
}
