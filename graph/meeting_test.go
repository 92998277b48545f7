package graph_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
)

// allOfIt is every field of a meeting, and of what hangs on it.
const allOfIt = `
fragment AllOfIt on Meeting {
	id createdAt updatedAt start end durationMinutes timeZone status type eventName eventSlug modifiedEventName
	createByContact maxAttendees externalIds notes { text by at } reminders { channel beforeMinutes } modeNote followUp
	calendarEvent { provider externalId link } tracking multipleBookingIdentifier markAsNoShow
	bookedBy { type id name } reassignment { time reason reassignedBy { type id name } fromAgentId }
	cancellation { time reason cancelledBy { type id name } }
	reschedule { time reason rescheduledBy { type id name } newMeetingId }
	eventType { id createdAt updatedAt name slug type durationMinutes bufferBeforeMinutes bufferAfterMinutes
		minimumNoticeMinutes horizonDays maxAttendees reminders { channel } modeNote active agents { id name }
		durations slotIntervalMinutes questions { question type required choices } mode currencyCode amountOnDuration
		holdMinutes refundNoticeMinutes archivedAt }
	agents { id createdAt updatedAt name email timeZone role schedule { id weeklyHours { weekday from until } } }
	attendees { id createdAt updatedAt name email phone timeZone status answers { question answer position }
		tracking multipleBookingIdentifier noShow { time markedBy { type id name } } payment { id }
		cancellation { time reason cancelledBy { type id name } } meeting { id status agents { id } } }
	payment { id createdAt updatedAt amount currencyCode method status billingName billingAddress paymentTime
		externalPaymentId emailId note meetCreatedAt orderId amountOnDuration heldUntil meeting { id } attendees { id } }
	previous { id status attendees { id } eventType { id } }
	next { id }
	history { id status }
}`

// TestMeetingIsTheSameEverywhere follows a meeting: what its mutation answers,
// its event shows and the query finds must be equal, and complete.
func TestMeetingIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		events, err := o.WebSocket(t.Context(), `subscription($after: Cursor) {
			meetingEvents(after: $after) { trigger sequence meeting { ...AllOfIt } }
		}`+allOfIt, vars{"after": s.cursor(t, o, 0)})
		must(t, err)
		defer events.Cut()

		var booked struct{ BookMeeting struct{ Meeting any } }
		o.Do(t, `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting { ...AllOfIt } } }`+allOfIt, in(o.booking(1)), &booked)
		first := o.same(t, events, "MEETING_BOOKED", booked.BookMeeting.Meeting)
		filled(t, first, "agents", "attendees", "eventType", "externalIds", "notes", "reminders", "tracking", "modifiedEventName", "history")

		s.pay(t, o, first["id"].(string))
		var moved struct {
			RescheduleMeeting struct{ Meeting, Previous any }
		}
		o.Do(t, `mutation($in: RescheduleMeetingInput!) { rescheduleMeeting(input: $in) { meeting { ...AllOfIt } previous { ...AllOfIt } } }`+allOfIt,
			in(vars{"meetingId": first["id"], "start": hour(2), "reason": "travel"}), &moved)
		second := o.same(t, events, "MEETING_RESCHEDULED", moved.RescheduleMeeting.Meeting)
		filled(t, second, "agents", "attendees", "eventType", "payment", "previous", "reschedule", "notes", "tracking")
		old := o.meeting(t, first["id"])
		if diff := cmp.Diff(old, moved.RescheduleMeeting.Previous); diff != "" {
			t.Errorf("the old meeting (-query +mutation):\n%s", diff)
		}
		filled(t, old, "attendees", "next", "reschedule")

		var cancelled struct{ CancelMeeting any }
		o.Do(t, `mutation($in: CancelMeetingInput!) { cancelMeeting(input: $in) { ...AllOfIt } }`+allOfIt,
			in(vars{"meetingId": second["id"], "reason": "ill"}), &cancelled)
		third := o.same(t, events, "MEETING_CANCELED", cancelled.CancelMeeting)
		filled(t, third, "agents", "attendees", "payment", "previous", "cancellation")
	})
}

// same compares the meeting of a mutation, of its event and of the query, and
// returns the latter.
func (o *tenant) same(t *testing.T, events interface{ Receive(testing.TB, any) }, trigger string, answered any) map[string]any {
	t.Helper()
	var out struct {
		MeetingEvents struct {
			Trigger string
			Meeting map[string]any
		}
	}
	events.Receive(t, &out)
	shown := out.MeetingEvents
	queried := o.meeting(t, shown.Meeting["id"])
	if shown.Trigger != trigger {
		t.Errorf("trigger %s, want %s", shown.Trigger, trigger)
	}
	if diff := cmp.Diff(queried, shown.Meeting); diff != "" {
		t.Errorf("%s (-query +event):\n%s", trigger, diff)
	}
	if diff := cmp.Diff(any(queried), answered); diff != "" {
		t.Errorf("%s (-query +mutation):\n%s", trigger, diff)
	}
	return queried
}

func (o *tenant) meeting(t *testing.T, id any) map[string]any {
	t.Helper()
	var out struct{ Meeting map[string]any }
	o.Do(t, `query($id: ID!) { meeting(id: $id) { ...AllOfIt } }`+allOfIt, vars{"id": id}, &out)
	return out.Meeting
}

// filled wants fields that are not empty.
func filled(t *testing.T, meeting map[string]any, fields ...string) {
	t.Helper()
	for _, name := range fields {
		v := meeting[name]
		if list, ok := v.([]any); v == nil || ok && len(list) == 0 {
			t.Errorf("%s of %s is %v", name, meeting["id"], v)
		}
	}
}

func TestHistory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		ids := []string{o.book(t, 1)}
		for n := 2; n <= 4; n++ {
			ids = append(ids, o.reschedule(t, ids[len(ids)-1], n))
		}
		type ref struct{ ID string }
		for i, id := range ids {
			var out struct {
				Meeting struct {
					Previous, Next *ref
					History        []ref
				}
			}
			o.Do(t, `query($id: ID!) { meeting(id: $id) { previous { id } next { id } history { id } } }`, vars{"id": id}, &out)
			m, want := out.Meeting, make([]ref, len(ids))
			for j := range ids {
				want[j] = ref{ids[j]}
			}
			if diff := cmp.Diff(want, m.History); diff != "" {
				t.Errorf("history of %d:\n%s", i, diff)
			}
			if (i > 0) != (m.Previous != nil) || i > 0 && m.Previous.ID != ids[i-1] {
				t.Errorf("previous of %d: %v", i, m.Previous)
			}
			if (i < 3) != (m.Next != nil) || i < 3 && m.Next.ID != ids[i+1] {
				t.Errorf("next of %d: %v", i, m.Next)
			}
		}
	})
}

// TestChainIsReadAtOnce: a chain of fifty takes as many statements as one of two.
// The server has statements of its own now and then, so the least of some tries
// counts.
func TestChainIsReadAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o := s.tenant(t)
		id, taken := o.book(t, 1), map[int]int64{}
		for n := 2; n <= 50; n++ {
			id = o.reschedule(t, id, n)
			if n != 2 && n != 50 {
				continue
			}
			taken[n] = math.MaxInt64
			for range 5 {
				before := s.statements.Load()
				var out struct {
					Meeting struct{ History []map[string]any }
				}
				o.Do(t, `query($id: ID!) { meeting(id: $id) {
					previous { id } next { id } eventType { name } agents { name } attendees { name payment { id } } payment { amount }
					history { id previous { id } next { id } eventType { name } agents { name } attendees { email payment { id } } payment { amount } }
				} }`, vars{"id": id}, &out)
				taken[n] = min(taken[n], s.statements.Load()-before)
				if len(out.Meeting.History) != n || out.Meeting.History[n-1]["id"] != id || out.Meeting.History[0]["previous"] != nil {
					t.Errorf("history of %d meetings: %v", n, out.Meeting.History)
				}
			}
		}
		t.Logf("statements by length: %v", taken)
		if taken[50] != taken[2] {
			t.Errorf("statements by length: %v", taken)
		}
	})
}

// TestMeetingsOfAnAgent: those that he hosts, whatever became of them, as far as
// who asks sees them.
func TestMeetingsOfAnAgent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *server) {
		o, stranger := s.tenant(t), s.tenant(t)
		ben, cleo := s.member(t, o, "ben", domain.Member), s.member(t, o, "cleo", domain.Member)
		together := o.run(t, createEventType, in(vars{"name": "Panel", "slug": "panel", "type": "COLLECTIVE", "durationMinutes": 30, "agentIds": []string{o.agent.ID, ben.agent.ID}}))["id"].(string)
		panel := *o
		panel.eventType = &ent.EventType{ID: together}
		names := map[string]string{}
		book := func(name string, by *tenant, n int) string {
			id := by.book(t, n)
			names[id] = name
			return id
		}
		book("a", o, 1)
		o.cancel(t, book("b", o, 2))
		names[o.reschedule(t, book("c", o, 3), 5)] = "d"
		book("e", &panel, 7)
		book("x", stranger, 1)
		for name, tt := range map[string]struct {
			by    *tenant
			where vars
			want  string
		}{
			"the host of all":               {o, vars{"agentId": o.agent.ID}, "a b c d e"},
			"one of two":                    {o, vars{"agentId": ben.agent.ID}, "e"},
			"of none":                       {o, vars{"agentId": cleo.agent.ID}, ""},
			"nobody":                        {o, vars{"agentId": "x"}, ""},
			"the empty id":                  {o, vars{"agentId": ""}, ""},
			"null":                          {o, vars{"agentId": nil}, "a b c d e"},
			"of another app":                {o, vars{"agentId": stranger.agent.ID}, ""},
			"ours, for another app":         {stranger, vars{"agentId": o.agent.ID}, ""},
			"with a status":                 {o, vars{"agentId": o.agent.ID, "status": "CANCELLED"}, "b"},
			"not his":                       {o, vars{"not": vars{"agentId": ben.agent.ID}}, "a b c d"},
			"his or those of a status":      {o, vars{"or": []vars{{"agentId": ben.agent.ID}, {"status": "CANCELLED"}}}, "b e"},
			"both":                          {o, vars{"and": []vars{{"agentId": ben.agent.ID}, {"agentId": o.agent.ID}}}, "e"},
			"a member's own":                {ben, vars{"agentId": ben.agent.ID}, "e"},
			"a colleague's, seen by member": {ben, vars{"agentId": o.agent.ID}, "e"},
			"seen by who hosts none":        {cleo, vars{"agentId": o.agent.ID}, ""},
		} {
			c := tt.by.meetings(t, vars{"field": "START"}, vars{"where": tt.where})
			var got []string
			for _, id := range c.ids() {
				got = append(got, names[id])
			}
			slices.Sort(got)
			if strings.Join(got, " ") != tt.want || c.TotalCount != len(got) {
				t.Errorf("%s: %d: %v, want %s", name, c.TotalCount, got, tt.want)
			}
		}
	})
}
