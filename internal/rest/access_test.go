package rest_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/booking"
	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/wire"
)

// form makes a routing form with a question, and what somebody has submitted.
func (f *fixture) form() (*ent.RoutingForm, *ent.RoutingFormSubmission) {
	f.t.Helper()
	leads := &domain.FormDestination{Type: domain.ToEventType, Value: f.member.eventType.ID}
	form, err := f.client.RoutingForm.Create().SetAppID(f.app.ID).SetName("Where to?").SetFallback(leads).
		SetQuestions([]domain.FormQuestion{
			{ID: "3f0c7a52-6a2e-4a3b-9a53-0f1f4b1c9d10", Question: "Size?", Type: domain.QuestionChoice, Choices: []string{"S", "L"}},
			{ID: "9d2c5b0e-77aa-4c0f-8a3e-5b8f0f7f2c11", Question: "Name?", Type: domain.QuestionText, Required: true},
		}).Save(f.system())
	f.must(err)
	return form, f.submission(form, leads)
}

func (f *fixture) submission(form *ent.RoutingForm, leads *domain.FormDestination) *ent.RoutingFormSubmission {
	f.t.Helper()
	s, err := f.client.RoutingFormSubmission.Create().SetAppID(f.app.ID).SetRoutingFormID(form.ID).SetResult(leads).
		SetAnswers([]domain.FormAnswer{{QuestionID: form.Questions[0].ID, Question: "Size?", Answer: "L"}}).
		SetTracking(map[string]any{"utm_source": "ad", "else": true}).Save(f.system())
	f.must(err)
	return s
}

// led seats somebody whom a submission has led to a meeting.
func (f *fixture) led(s *ent.RoutingFormSubmission, m *ent.Meeting, position int) *ent.Attendee {
	f.t.Helper()
	a, err := f.client.Attendee.Create().SetAppID(f.app.ID).SetMeetingID(m.ID).SetPosition(position).SetName("Led").SetEmail("led@example.org").
		SetTimeZone("UTC").SetStatus(domain.AttendeeActive).SetRoutingFormSubmissionID(s.ID).Save(f.system())
	f.must(err)
	return a
}

// past is a meeting of somebody that began yesterday.
func (f *fixture) past(with *person) (*booking.Service, *ent.Meeting) {
	f.t.Helper()
	now := time.Now().UTC().AddDate(0, 0, -3)
	book := f.bookings(func() time.Time { return now })
	b, err := book.Book(f.as(f.owner), bookInput(with.eventType, now.AddDate(0, 0, 2)))
	f.must(err)
	now = now.AddDate(0, 0, 3)
	return book, b.Meeting
}

// TestWhoMaySeeWhat asks for what is the member's as everybody there is.
func TestWhoMaySeeWhat(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		foreign := f.foreign()
		m := f.meeting(f.member, 1)
		book, past := f.past(f.member)
		seat := past.Edges.Attendees[0]
		_, err := book.MarkNoShow(f.as(f.member), seat.ID)
		f.must(err)
		form, submission := f.form()
		l, user, mine := f.links, "?user="+f.links.User(f.member.ID), f.links.Organization(f.app.ID)
		event, invitee := l.ScheduledEvent(m.ID), l.Invitee(m.ID, m.Edges.Attendees[0].ID)
		// as owner, admin, member, other member, owner of another app, nobody
		all, his, his403 := [6]int{200, 200, 200, 200, 404, 401}, [6]int{200, 200, 200, 403, 404, 401}, [6]int{200, 200, 200, 403, 403, 401}
		led, anyone := [6]int{200, 200, 403, 403, 403, 401}, [6]int{200, 200, 200, 200, 403, 401}
		for _, tt := range []struct {
			method, path string
			want         [6]int
		}{
			{"GET", l.User(f.member.ID), all},
			{"GET", mine, all},
			{"GET", "/organization_memberships" + user, his403},
			{"GET", "/organization_memberships?organization=" + mine, led},
			{"GET", "/organization_memberships" + user + "&organization=" + mine, led},
			{"GET", l.Membership(f.member.ID), all},
			{"GET", "/event_types" + user, anyone},
			{"GET", "/event_types?organization=" + mine, anyone},
			{"GET", l.EventType(f.member.eventType.ID), all},
			{"GET", "/scheduled_events" + user, his403},
			{"GET", "/scheduled_events?organization=" + mine, led},
			{"GET", "/scheduled_events" + user + "&organization=" + mine, led},
			{"GET", event, his},
			{"GET", event + "/invitees", his},
			{"GET", invitee, his},
			{"GET", l.NoShow(seat.ID), his},
			{"GET", "/routing_forms?organization=" + mine, anyone},
			{"GET", l.RoutingForm(form.ID), all},
			{"GET", "/routing_form_submissions?form=" + l.RoutingForm(form.ID), all},
			{"GET", l.FormSubmission(submission.ID), [6]int{200, 200, 403, 403, 404, 401}},
			{"GET", "/sample_webhook_data?event=invitee.created&scope=user&user=" + l.User(f.member.ID) + "&organization=" + mine, his403},
			{"GET", "/sample_webhook_data?event=invitee.created&scope=organization&organization=" + mine, led},
			{"POST", event + "/cancellation", [6]int{0, 0, 0, 403, 404, 401}},
			{"DELETE", l.NoShow(seat.ID), [6]int{0, 0, 0, 403, 404, 401}},
			{"POST", "/invitee_no_shows", [6]int{400, 400, 400, 400, 400, 401}},
			{"POST", "/invitees", [6]int{400, 400, 400, 400, 400, 401}},
		} {
			for i, p := range []*person{f.owner, f.admin, f.member, f.other, foreign, nil} {
				if tt.want[i] == 0 { // would do it
					continue
				}
				if got := f.call(p, tt.method, tt.path, nil); got.status != tt.want[i] {
					f.t.Errorf("%s %s as %v: %d %s, want %d", tt.method, tt.path, i, got.status, got.text, tt.want[i])
				}
			}
		}
		got := f.call(f.other, http.MethodPost, "/invitee_no_shows", map[string]any{"invitee": invitee})
		if got.status != http.StatusForbidden {
			f.t.Errorf("a no-show of another's: %d", got.status)
		}
		if got := f.call(foreign, http.MethodPost, "/invitee_no_shows", map[string]any{"invitee": invitee}); got.status != http.StatusNotFound {
			f.t.Errorf("a no-show of another app's: %d", got.status)
		}
	})
}

// TestNothingThere: ids of nothing, of another kind, and that are none.
func TestNothingThere(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		m := f.meeting(f.member, 1)
		seat := m.Edges.Attendees[0]
		other := f.meeting(f.member, 2)
		for collection, kind := range map[string]typeid.Prefix{
			"users": typeid.Agent, "organizations": typeid.App, "organization_memberships": typeid.Agent, "event_types": typeid.EventType,
			"scheduled_events": typeid.Meeting, "invitee_no_shows": typeid.Attendee, "routing_forms": typeid.RoutingForm,
			"routing_form_submissions": typeid.FormSubmission,
		} {
			for _, id := range []string{typeid.New(kind), typeid.New("xyz"), "x", "%00", "%FF", "..%2Fusers", m.ID + "x", "me2"} {
				f.absent("/" + collection + "/" + id)
			}
		}
		for _, path := range []string{
			"/invitee_no_shows/" + seat.ID, // not marked
			"/scheduled_events/" + typeid.New(typeid.Meeting) + "/invitees",
			"/scheduled_events/x/invitees",
			"/scheduled_events/" + other.ID + "/invitees/" + seat.ID, // of another event
			"/scheduled_events/" + m.ID + "/invitees/x",
			"/scheduled_events/x/invitees/" + seat.ID,
			"/scheduled_events/" + m.ID + "/invitees/" + typeid.New(typeid.Attendee),
			"/scheduled_events/", "/scheduled_events/" + m.ID + "/", "/event_types/" + f.member.eventType.ID + "/x",
		} {
			f.absent(path)
		}
		for _, path := range []string{"/scheduled_events/x/cancellation", "/scheduled_events/" + typeid.New(typeid.Meeting) + "/cancellation"} {
			if got := f.call(f.owner, http.MethodPost, path, nil); got.status != http.StatusNotFound {
				f.t.Errorf("POST %s: %d %s", path, got.status, got.text)
			}
		}
		if got := f.call(f.owner, http.MethodDelete, "/invitee_no_shows/"+seat.ID, nil); got.status != http.StatusNotFound {
			f.t.Errorf("DELETE of what is not marked: %d", got.status)
		}
	})
}

func (f *fixture) absent(path string) {
	f.t.Helper()
	got := f.call(f.owner, http.MethodGet, path, nil)
	if got.status != http.StatusNotFound || got.body["title"] != "Resource Not Found" || len(got.body) != 2 {
		f.t.Errorf("GET %s: %d %s", path, got.status, got.text)
	}
}

// TestScopes: a token for something else is refused, in the same form.
func TestScopes(t *testing.T) {
	t.Parallel()
	each(t, func(f *fixture) {
		m := f.meeting(f.owner, 1)
		form, submission := f.form()
		l := f.links
		ofScope := map[domain.TokenScope]*person{}
		for _, s := range []domain.TokenScope{domain.MeetingsRead, domain.EventTypesRead, domain.AgentsRead, domain.RoutingFormsRead, domain.WebhooksRead} {
			ofScope[s] = f.scoped(f.owner, s)
		}
		implied := map[domain.TokenScope][]domain.TokenScope{
			domain.AgentsRead:     {domain.MeetingsRead, domain.EventTypesRead, domain.RoutingFormsRead},
			domain.EventTypesRead: {domain.MeetingsRead, domain.RoutingFormsRead},
		}
		f.led(submission, f.meeting(f.member, 3), 1)
		for path, scope := range map[string]domain.TokenScope{
			l.ScheduledEvent(m.ID): domain.MeetingsRead, l.ScheduledEvent(m.ID) + "/invitees": domain.MeetingsRead,
			"/scheduled_events?user=" + l.User(f.owner.ID): domain.MeetingsRead, l.Invitee(m.ID, m.Edges.Attendees[0].ID): domain.MeetingsRead,
			l.EventType(f.owner.eventType.ID): domain.EventTypesRead, "/event_types?user=" + l.User(f.member.ID): domain.EventTypesRead,
			l.Membership(f.owner.ID): domain.AgentsRead, l.User(f.member.ID): domain.AgentsRead,
			"/organization_memberships?user=" + l.User(f.owner.ID): domain.AgentsRead,
			l.RoutingForm(form.ID):                                 domain.RoutingFormsRead, "/routing_forms?organization=" + l.Organization(f.app.ID): domain.RoutingFormsRead,
			l.FormSubmission(submission.ID): domain.RoutingFormsRead, "/routing_form_submissions?form=" + l.RoutingForm(form.ID): domain.RoutingFormsRead,
			"/sample_webhook_data?event=" + wire.InviteeCanceled + "&scope=user&user=" + l.User(f.member.ID) + "&organization=" + l.Organization(f.app.ID): domain.WebhooksRead,
		} {
			for has, p := range ofScope {
				want := http.StatusForbidden
				if has == scope || slices.Contains(implied[scope], has) {
					want = http.StatusOK
				}
				if got := f.call(p, http.MethodGet, path, nil); got.status != want {
					f.t.Errorf("GET %s with %s: %d %s, want %d", path, has, got.status, got.text, want)
				}
			}
		}
		reader := ofScope[domain.MeetingsRead]
		for _, got := range []answer{
			f.call(reader, http.MethodPost, l.ScheduledEvent(m.ID)+"/cancellation", nil),
			f.call(reader, http.MethodPost, "/invitee_no_shows", map[string]any{}),
			f.call(reader, http.MethodPost, "/invitees", map[string]any{}),
			f.call(reader, http.MethodDelete, l.NoShow(m.Edges.Attendees[0].ID), nil),
		} {
			if got.status != http.StatusForbidden || got.body["message"] != "You do not have permission" {
				f.t.Errorf("a change with a token for reading: %d %s", got.status, got.text)
			}
		}
	})
}
