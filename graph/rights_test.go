package graph_test

import (
	"encoding/json"
	"io"
	"strings"
	"testing"
	"time"

	"slotcast/internal/domain"
	"slotcast/internal/typeid"
	"slotcast/internal/viewer"
)

// watched is what subscribers to meetingEvents can ask for, in depth.
const watched = `{ events(first: 20) { edges { node {
	id cursor trigger sequence occurredAt submission { id answers { answer } result { value } }
	attendee { id email answers { answer } tracking multipleBookingIdentifier payment { id } routingFormSubmission { id } meeting { id notes { text } } }
	meeting {
		id status notes { text } tracking externalIds reminders { beforeMinutes } bookedBy { type id name } cancellation { reason cancelledBy { type id name } }
		reschedule { newMeetingId rescheduledBy { type id name } } reassignment { time } calendarEvent { link }
		payment { id amount status externalPaymentId } eventType { id name buffers: bufferBeforeMinutes agents { id } }
		agents { id email role schedule { weeklyHours { weekday } } } attendees { id email }
		next { id notes { text } agents { id } } previous { id notes { text } attendees { id email } } history { id status attendees { id } }
	}
} } } }`

// TestEqualRightsSeeTheSame: whoever shares the execution of a subscription would get
// the same from his own. It asks by the query, which nobody shares.
func TestEqualRightsSeeTheSame(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		moved := o.reschedule(t, o.book(t, 1), 2)
		o.cancel(t, moved)
		o.book(t, 3)
		o.submit(t, s.form(t, o), "Pricing")
		member := s.colleague(t, o)
		elsewhere := typeid.New(typeid.Agent)
		for name, pair := range map[string][2]viewer.Viewer{
			"owners":                   {{AgentID: o.agent.ID, Role: domain.Owner}, {AgentID: elsewhere, Role: domain.Owner}},
			"admins":                   {{AgentID: o.agent.ID, Role: domain.Admin}, {AgentID: elsewhere, Role: domain.Admin}},
			"tokens":                   {{AgentID: o.agent.ID, Role: domain.Member}, {AgentID: o.agent.ID, Role: domain.Member}},
			"of one who hosts nothing": {{AgentID: member, Role: domain.Member}, {AgentID: member, Role: domain.Member}},
			"with scopes": {
				{AgentID: o.agent.ID, Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{domain.MeetingsRead})},
				{AgentID: elsewhere, Role: domain.Owner, Scopes: viewer.ScopesOf([]domain.TokenScope{domain.MeetingsRead})},
			},
		} {
			pair[0].AppID, pair[1].AppID = o.app.ID, o.app.ID
			pair[1].CredentialID, pair[1].Until, pair[1].MayPay = "tok_other", time.Now().Add(time.Hour), true
			if pair[0].Rights() != pair[1].Rights() {
				t.Fatalf("%s: rights %q and %q", name, pair[0].Rights(), pair[1].Rights())
			}
			one, two := s.answer(t, o, pair[0]), s.answer(t, o, pair[1])
			if one != two {
				t.Errorf("%s see\n%s\nand\n%s", name, one, two)
			}
		}
		if a, b := s.answer(t, o, viewer.Viewer{AgentID: member, Role: domain.Member}), s.answer(t, o, viewer.Viewer{AgentID: o.agent.ID, Role: domain.Owner}); a == b {
			t.Error("a member who hosts nothing sees what the owner does")
		}
	})
}

// answer is what a viewer of the tenant's app sees, errors included.
func (s *server) answer(t *testing.T, o *tenant, v viewer.Viewer) string {
	t.Helper()
	body, err := json.Marshal(vars{"query": watched})
	must(t, err)
	answer, err := s.as(t, o, v).Send(t.Context(), body, "application/json")
	must(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	must(t, err)
	if !strings.Contains(string(text), `"data":{`) {
		t.Fatalf("the operation is refused: %s", text)
	}
	return string(text)
}

// colleague is an agent who hosts nothing.
func (s *server) colleague(t *testing.T, o *tenant) string {
	t.Helper()
	agent, err := s.client.Agent.Create().SetAppID(o.app.ID).SetName("Kim").SetEmail("kim@example.org").
		SetTimeZone("UTC").SetRole(domain.Member).Save(viewer.System(t.Context()))
	must(t, err)
	return agent.ID
}
