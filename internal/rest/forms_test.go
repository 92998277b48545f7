package rest_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

func TestRoutingForms(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		want := []string{}
		for range 5 {
			form, _ := f.form()
			want = append(want, f.links.RoutingForm(form.ID))
		}
		for _, p := range []*person{f.owner, f.member} {
			for _, sort := range []string{"", "&sort=created_at:asc", "&sort=created_at:desc"} {
				path := "/routing_forms?count=2&organization=" + f.links.Organization(f.app.ID) + sort
				list := f.walk(p, path)
				expected := slices.Clone(want)
				if sort == "&sort=created_at:desc" {
					slices.Reverse(expected)
				}
				if diff := cmp.Diff(expected, urisOf(list)); diff != "" {
					f.t.Errorf("%s (-want +got):\n%s", path, diff)
				}
				one := f.call(p, http.MethodGet, urisOf(list)[0], nil)
				if diff := cmp.Diff(list[0], one.resource()); diff != "" {
					f.t.Errorf("%s (-list +one):\n%s", path, diff)
				}
			}
		}
		questions, _ := f.call(f.member, http.MethodGet, want[0], nil).resource()["questions"].([]any)
		if len(questions) != 2 || questions[0].(map[string]any)["type"] != "select" || questions[1].(map[string]any)["answer_choices"] != nil {
			f.t.Errorf("questions: %v", questions)
		}
	})
}

// TestSubmissions: who booked last on account of a submission is its submitter;
// members see what led to their meetings.
func TestSubmissions(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form, first := f.form()
		all := []*ent.RoutingFormSubmission{first}
		for range 4 {
			all = append(all, f.submission(form, &domain.FormDestination{Type: domain.ToCustomMessage, Value: "Hello"}))
		}
		other, _ := f.form()
		m := f.meeting(f.member, 1)
		f.led(all[1], m, 1)
		newest := f.led(all[1], m, 2)
		theirs := f.led(all[3], f.meeting(f.other, 1), 1)
		unpaid := f.unpaidMeeting()
		f.led(all[4], unpaid, 1) // nobody was told of it
		f.led(all[1], unpaid, 2)

		submitters := []any{nil, f.links.Invitee(m.ID, newest.ID), nil, f.links.Invitee(theirs.MeetingID, theirs.ID), nil}
		path := "/routing_form_submissions?count=2&form=" + f.links.RoutingForm(form.ID)
		list := f.walk(f.owner, path)
		for i, s := range all {
			got := f.call(f.admin, http.MethodGet, f.links.FormSubmission(s.ID), nil).resource()
			if diff := cmp.Diff(list[i], got); diff != "" || got["submitter"] != submitters[i] || (got["submitter_type"] != nil) != (submitters[i] != nil) {
				f.t.Errorf("%d of the submissions: %v (-list +one):\n%s", i, got, diff)
			}
			if uri, ok := got["submitter"].(string); ok && f.call(f.owner, http.MethodGet, uri, nil).status != http.StatusOK {
				f.t.Errorf("%s cannot be called", uri)
			}
		}
		tracking, _ := list[0]["tracking"].(map[string]any)
		result, _ := list[0]["result"].(map[string]any)
		if tracking["utm_source"] != "ad" || result["type"] != "event_type" || result["value"] != f.links.EventType(f.member.eventType.ID) {
			f.t.Errorf("a submission: %v", list[0])
		}
		backwards := slices.Clone(list)
		slices.Reverse(backwards)
		if diff := cmp.Diff(backwards, f.walk(f.owner, path+"&sort=created_at:desc")); diff != "" {
			f.t.Errorf("newest first (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(list[1:2], f.walk(f.member, path)); diff != "" {
			f.t.Errorf("a member sees (-want +got):\n%s", diff)
		}
		if n := len(f.walk(f.owner, "/routing_form_submissions?form="+f.links.RoutingForm(other.ID))); n != 1 {
			f.t.Errorf("the other form has %d", n)
		}
		for i, want := range []int{403, 200, 403, 403, 403} {
			if got := f.call(f.member, http.MethodGet, f.links.FormSubmission(all[i].ID), nil); got.status != want {
				f.t.Errorf("a member looks at %d: %d, want %d", i, got.status, want)
			}
		}
	})
}

// unpaidMeeting is held with the owner.
func (f *fixture) unpaidMeeting() *ent.Meeting {
	f.t.Helper()
	priced := f.eventType([]*person{f.owner}, func(c *ent.EventTypeCreate) {
		c.SetCurrencyCode("JPY").SetAmountOnDuration(map[string]int64{"30": 500})
	})
	b, err := f.book.Book(f.as(f.owner), bookInput(priced, hour(20)))
	f.must(err)
	return b.Meeting
}

// TestSubmitRefused: what is wrong with a submission is said before anybody is
// asked for a token, and whatever that is.
func TestSubmitRefused(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		form, _ := f.form()
		path := f.links.RoutingForm(form.ID) + "/submissions"
		for _, token := range []string{"", f.member.token, "slc_nonsense"} {
			for sent, parameter := range map[string]string{
				"": "body", "{}": "answers", "[]": "body", `{"answers":{}}`: "answers", `{"answers":[{}]}`: "answers.0.answer", `{"answers":[{"answer":1}]}`: "answers.0.answer",
				`{"answers":[{"answer":"x","question":1}]}`: "answers.0.question", `{"answers":[],"tracking":"x"}`: "tracking",
			} {
				status, _, text := f.raw(http.MethodPost, path, token, sent)
				got := answer{body: unjson(text)}
				if status != http.StatusBadRequest || !slices.Equal(got.parameters(), []string{parameter}) {
					f.t.Errorf("%s: %d %s, want %s", sent, status, text, parameter)
				}
			}
			for _, id := range []string{"x", typeid.New(typeid.Meeting)} {
				if status, _, text := f.raw(http.MethodPost, "/routing_forms/"+id+"/submissions", token, `{"answers":[]}`); status != http.StatusNotFound {
					f.t.Errorf("form %s: %d %s", id, status, text)
				}
			}
			if status, _, _ := f.raw(http.MethodGet, path, token, ""); token != f.member.token && status != http.StatusUnauthorized || token == f.member.token && status != http.StatusNotFound {
				f.t.Errorf("looking at the page's address: %d", status)
			}
		}
	})
}

// TestSample: the body of each event, as it is, to those who may subscribe.
func TestSample(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		organization := "&organization=" + f.links.Organization(f.app.ID)
		for _, event := range []string{
			"invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted", "routing_form_submission.created",
		} {
			got := f.call(f.admin, http.MethodGet, "/sample_webhook_data?scope=organization&event="+event+organization, nil)
			at, err := time.Parse(time.RFC3339, fmt.Sprint(got.body["created_at"]))
			if got.status != http.StatusOK || got.body["event"] != event || got.body["created_by"] != f.links.User(f.admin.ID) || err != nil || time.Since(at).Abs() > time.Hour {
				f.t.Errorf("%s: %d %s", event, got.status, got.text)
			}
			app, err := f.client.App.Get(f.system(), f.app.ID)
			f.must(err)
			want, err := f.links.Sample(event, app, f.admin.Agent, f.admin.ID, at)
			f.must(err)
			if diff := cmp.Diff(string(want.Body), got.text); diff != "" {
				f.t.Errorf("%s (-delivery +sample):\n%s", event, diff)
			}
		}
		of := func(scope string, p *person) string {
			path := "/sample_webhook_data?event=invitee.created&scope=" + scope + organization
			if p != nil {
				path += "&user=" + f.links.User(p.ID)
			}
			return path
		}
		f.denied("organization by a member", f.call(f.member, http.MethodGet, of("organization", nil), nil), "You do not have permission")
		f.denied("another user by a member", f.call(f.member, http.MethodGet, of("user", f.other), nil), "You do not have permission")
		for _, got := range []answer{
			f.call(f.member, http.MethodGet, of("user", f.member), nil), f.call(f.owner, http.MethodGet, of("user", f.member), nil),
			f.call(f.admin, http.MethodGet, of("organization", f.member), nil),
		} {
			if got.status != http.StatusOK {
				f.t.Errorf("%d %s", got.status, got.text)
			}
		}
		if got := f.call(f.owner, http.MethodGet, of("user", f.member), nil); got.body["created_by"] != f.links.User(f.member.ID) {
			f.t.Errorf("the sample of a member's subscription is made by %v", got.body["created_by"])
		}
	})
}
