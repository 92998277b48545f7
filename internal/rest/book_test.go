package rest_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
)

func unjson(text []byte) (body map[string]any) {
	_ = json.Unmarshal(text, &body)
	return body
}

// invitation is what is sent to book with somebody.
func (f *fixture) invitation(et *ent.EventType, start time.Time) map[string]any {
	return map[string]any{
		"event_type": f.links.EventType(et.ID), "start_time": start.Format(time.RFC3339),
		"invitee": map[string]any{"name": "Ana Ruiz", "email": "ana@example.org", "timezone": "Europe/Madrid"},
	}
}

func TestCreateInvitee(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		for n, p := range []*person{f.owner, f.admin, f.member} {
			in := f.invitation(f.member.eventType, hour(n))
			in["invitee"].(map[string]any)["text_reminder_number"] = "+34 600"
			in["questions_and_answers"] = []any{map[string]any{"question": "Why?", "answer": "Because", "position": 7}}
			in["tracking"] = map[string]any{"utm_source": "ad", "utm_term": nil, "salesforce_uuid": "s1", "else": "x"}
			in["location"] = map[string]any{"kind": "custom", "location": "In the park"}
			in["event_guests"] = []any{}
			got := f.call(p, http.MethodPost, "/invitees", in)
			if got.status != http.StatusCreated {
				f.t.Fatalf("%s: %d %s", p.Name, got.status, got.text)
			}
			invitee, _ := got.body["invitee"].(map[string]any)
			for key, want := range map[string]any{
				"event": got.body["resource"], "name": "Ana Ruiz", "email": "ana@example.org", "timezone": "Europe/Madrid", "text_reminder_number": "+34 600",
				"status": "active", "invitee_scheduled_by": nil, "payment": nil,
			} {
				if invitee[key] != want {
					f.t.Errorf("%s is %v, want %v", key, invitee[key], want)
				}
			}
			if diff := cmp.Diff(invitee, f.call(p, http.MethodGet, invitee["uri"].(string), nil).resource()); diff != "" {
				f.t.Errorf("the invitee (-made +read):\n%s", diff)
			}
			event := f.call(p, http.MethodGet, got.body["resource"].(string), nil).resource()
			location, _ := event["location"].(map[string]any)
			if event["start_time"] != hour(n).Format("2006-01-02T15:04:05.000000Z") || location["location"] != "In the park" {
				f.t.Errorf("the event: %v", event)
			}
			tracking, _ := invitee["tracking"].(map[string]any)
			if tracking["utm_source"] != "ad" || tracking["salesforce_uuid"] != "s1" || tracking["utm_term"] != nil {
				f.t.Errorf("tracking: %v", tracking)
			}
		}
	})
}

// TestCreateInviteeNames: one name or two; other kinds of locations; nulls.
func TestCreateInviteeNames(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		for n, tt := range []struct {
			names map[string]any
			want  string
		}{
			{map[string]any{"first_name": "Ana", "last_name": "Ruiz"}, "Ana Ruiz"},
			{map[string]any{"first_name": "Ana", "name": nil}, "Ana"},
			{map[string]any{"last_name": "Ruiz", "first_name": nil}, "Ruiz"},
			{map[string]any{"name": "Bea", "first_name": "Ana"}, "Bea"},
		} {
			in := f.invitation(f.member.eventType, hour(n))
			who := in["invitee"].(map[string]any)
			delete(who, "name")
			for key, value := range tt.names {
				who[key] = value
			}
			in["location"] = map[string]any{"kind": "physical", "location": "elsewhere"}
			for _, key := range []string{"questions_and_answers", "tracking", "event_guests", "routing_form_submission"} {
				in[key] = nil
			}
			got := f.call(f.other, http.MethodPost, "/invitees", in)
			invitee, _ := got.body["invitee"].(map[string]any)
			if got.status != http.StatusCreated || invitee["name"] != tt.want {
				f.t.Errorf("%v: %d %s", tt.names, got.status, got.text)
			}
			uri, _ := got.body["resource"].(string)
			location, _ := f.call(f.member, http.MethodGet, uri, nil).resource()["location"].(map[string]any)
			if location["location"] != "Video" {
				f.t.Errorf("the location is %v", location)
			}
		}
	})
}

// TestCreateInviteeJoinsGroup: the invitee is the new one, whoever asks.
func TestCreateInviteeJoinsGroup(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		w := newWorld(f, 1)
		var event any
		for i, p := range []*person{f.owner, f.member, f.other, f.admin} {
			in := f.invitation(w.group, hour(1))
			in["invitee"].(map[string]any)["name"] = p.Name
			in["tracking"] = map[string]any{"utm_source": p.Name}
			got := f.call(p, http.MethodPost, "/invitees", in)
			invitee, _ := got.body["invitee"].(map[string]any)
			if got.status != http.StatusCreated || invitee["name"] != p.Name || i > 0 && got.body["resource"] != event {
				f.t.Errorf("%s: %d %s", p.Name, got.status, got.text)
			}
			if diff := cmp.Diff(invitee, f.call(f.owner, http.MethodGet, invitee["uri"].(string), nil).resource()); diff != "" {
				f.t.Errorf("the invitee (-made +read):\n%s", diff)
			}
			event = got.body["resource"]
		}
	})
}

func TestCreateInviteeRefused(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		w := newWorld(f, 1)
		asking := f.eventType([]*person{f.member}, func(c *ent.EventTypeCreate) {
			c.SetQuestions([]domain.Question{{Question: "Size?", Type: domain.QuestionNumber, Required: true}})
		})
		inactive := f.eventType([]*person{f.member}, func(c *ent.EventTypeCreate) { c.SetActive(false) })
		hostless := f.eventType(nil)
		f.meeting(f.member, 1)
		foreign := f.foreign()
		type object = map[string]any
		who := func(key string, value any) func(object) {
			return func(in object) { in["invitee"].(object)[key] = value }
		}
		set := func(key string, value any) func(object) { return func(in object) { in[key] = value } }
		answers := func(all ...any) func(object) { return set("questions_and_answers", all) }
		of := func(id string) func(object) { return set("event_type", f.links.EventType(id)) }
		long := strings.Repeat("é", 500)
		for name, tt := range map[string]struct {
			change    func(object)
			parameter string
		}{
			"no event type": {func(in object) { delete(in, "event_type") }, "event_type"}, "another URI": {set("event_type", f.links.User(f.member.ID)), "event_type"},
			"a bare id": {set("event_type", f.member.eventType.ID), "event_type"}, "a number": {set("event_type", 1), "event_type"},
			"not active": {of(inactive.ID), "event_type"}, "nobody hosts it": {of(hostless.ID), "event_type"},
			"priced": {of(w.priced.ID), "event_type"}, "a priced group": {of(w.paidGroup.ID), "event_type"},
			"no start": {func(in object) { delete(in, "start_time") }, "start_time"}, "no time": {set("start_time", "soon"), "start_time"},
			"no zone": {set("start_time", "2027-01-15T10:00:00"), "start_time"}, "no day": {set("start_time", "2027-02-30T10:00:00Z"), "start_time"},
			"past": {set("start_time", "2020-01-01T10:00:00Z"), "start_time"}, "far": {set("start_time", "2100-01-01T10:00:00Z"), "start_time"},
			"taken":      {set("start_time", hour(1).Format(time.RFC3339)), "start_time"},
			"no invitee": {func(in object) { delete(in, "invitee") }, "invitee"}, "a text": {set("invitee", "Ana"), "invitee"},
			"no name": {func(in object) { delete(in["invitee"].(object), "name") }, "invitee.name"}, "blank": {who("name", "  "), "invitee.name"},
			"NUL": {who("name", "a\x00"), "invitee.name"}, "long": {who("name", long), "invitee.name"}, "first and last too long": {func(in object) {
				in["invitee"] = object{"first_name": long[:200], "last_name": long[:200], "email": "ana@example.org", "timezone": "UTC"}
			}, "invitee.name"},
			"no e-mail": {func(in object) { delete(in["invitee"].(object), "email") }, "invitee.email"}, "bad e-mail": {who("email", "nobody"), "invitee.email"},
			"no time zone": {func(in object) { delete(in["invitee"].(object), "timezone") }, "invitee.timezone"}, "zone": {who("timezone", "Mars/Base"), "invitee.timezone"},
			"offset": {who("timezone", "GMT+25"), "invitee.timezone"}, "Local": {who("timezone", "Local"), "invitee.timezone"}, "empty zone": {who("timezone", ""), "invitee.timezone"},
			"phone": {who("text_reminder_number", long), "invitee.text_reminder_number"}, "phone with NUL": {who("text_reminder_number", "\x00"), "invitee.text_reminder_number"},
			"guests": {set("event_guests", []any{"bo@example.org"}), "event_guests"}, "guests in words": {set("event_guests", "bo"), "event_guests"},
			"location": {set("location", object{"kind": "custom", "location": "\x00"}), "location"}, "location in a word": {set("location", "here"), "location"},
			"answers":    {set("questions_and_answers", "x"), "questions_and_answers"},
			"unanswered": {of(asking.ID), "questions_and_answers"},
			"not asked":  {both(of(asking.ID), answers(object{"question": "Why?", "answer": "x"})), "questions_and_answers.0.question"},
			"no number":  {both(of(asking.ID), answers(object{"question": "Size?", "answer": "x"})), "questions_and_answers.0.answer"},
			"no answer":  {answers(object{"question": "Size?"}), "questions_and_answers.0.answer"},
			"tracking":   {set("tracking", object{"utm_source": 1}), "tracking.utm_source"}, "tracking with NUL": {set("tracking", object{"utm_source": "\x00"}), "tracking"},
			"submission": {set("routing_form_submission", "x"), "routing_form_submission"}, "no such submission": {
				set("routing_form_submission", f.links.FormSubmission(typeid.New(typeid.FormSubmission))), "routing_form_submission",
			},
		} {
			in := f.invitation(f.member.eventType, hour(5))
			tt.change(in)
			got := f.call(f.owner, http.MethodPost, "/invitees", in)
			if got.status != http.StatusBadRequest || !slices.Equal(got.parameters(), []string{tt.parameter}) {
				f.t.Errorf("%s: %d %s, want %s", name, got.status, got.text, tt.parameter)
			}
		}
		for _, id := range []string{typeid.New(typeid.EventType), foreign.eventType.ID} {
			in := f.invitation(f.member.eventType, hour(5))
			of(id)(in)
			if got := f.call(f.owner, http.MethodPost, "/invitees", in); got.status != http.StatusNotFound {
				f.t.Errorf("no such event type: %d %s", got.status, got.text)
			}
		}
		if n := f.client.Meeting.Query().CountX(f.system()); n != 1 {
			f.t.Errorf("%d meetings, want the first one alone", n)
		}
		if n := f.client.Payment.Query().CountX(f.system()); n != 0 {
			f.t.Errorf("%d payments", n)
		}
	})
}

// both changes one after the other.
func both(changes ...func(map[string]any)) func(map[string]any) {
	return func(in map[string]any) {
		for _, change := range changes {
			change(in)
		}
	}
}
