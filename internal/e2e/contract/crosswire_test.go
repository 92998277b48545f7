package contract_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"slotcast/internal/app/apptest"
)

// fact is what all ways of hearing of it must agree on.
type fact struct {
	What     string // booked, moved, cancelled
	Meeting  string
	Attendee string
	Start    time.Time
}

// TestCrossWire: the same bookings, reschedules and cancellations, as NATIVE,
// CALENDLY and CALCOM webhooks and a live subscription have them: the same facts
// with the same ids, of each meeting's chain in the same order.
func TestCrossWire(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		live := o.watch()
		native, foreign := apptest.NewReceiver(o.t), apptest.NewReceiver(o.t)
		o.owner.Do(o.t, `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { webhook { id } } }`, object{"in": object{
			"subscriberUrl": native.URL(), "triggers": []string{"MEETING_BOOKED", "MEETING_CANCELED", "MEETING_RESCHEDULED"},
		}}, nil)
		o.owner.Do(o.t, `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { webhook { id } } }`, object{"in": object{
			"subscriberUrl": foreign.URL(), "format": "CALCOM", "triggers": []string{"MEETING_BOOKED", "MEETING_CANCELED", "MEETING_RESCHEDULED"},
		}}, nil)
		calendly := o.receive(o.owner, "organization")

		const chains = 6
		want := map[string][]fact{} // of each chain, by its first meeting
		for n := range chains {
			first := o.book(o.member, 20+n)
			second := o.reschedule(first, 60+n)
			third := o.reschedule(second, 100+n)
			o.cancel(third)
			want[first.id] = []fact{
				{"booked", first.id, first.attendee, hour(20 + n)},
				{"moved", second.id, second.attendee, hour(60 + n)},
				{"moved", third.id, third.attendee, hour(100 + n)},
				{"cancelled", third.id, third.attendee, hour(100 + n)},
			}
		}
		events := chains * 4
		o.agree("live", want, o.liveFacts(live, events))
		o.agree("NATIVE", want, nativeFacts(messages(o.t, native, events)))
		o.agree("CALCOM", want, o.calcomFacts(messages(o.t, foreign, events), want))
		o.agree("CALENDLY", want, o.calendlyFacts(messages(o.t, calendly, chains*6)))
		o.sameIDs(messages(o.t, native, events), messages(o.t, foreign, events), messages(o.t, calendly, chains*6))
	})
}

// agree compares the facts of each chain in the order of their coming.
func (o *office) agree(way string, want map[string][]fact, got []fact) {
	o.t.Helper()
	chain := map[string]string{}
	for first, facts := range want {
		for _, f := range facts {
			chain[f.Meeting] = first
		}
	}
	sorted := map[string][]fact{}
	for _, f := range got {
		sorted[chain[f.Meeting]] = append(sorted[chain[f.Meeting]], f)
	}
	for first, facts := range want {
		if fmt.Sprint(sorted[first]) != fmt.Sprint(facts) {
			o.t.Errorf("%s tells\n%v, want\n%v", way, sorted[first], facts)
		}
	}
}

type told struct {
	MeetingEvents struct {
		Trigger string
		Meeting struct {
			ID        string
			Start     time.Time
			Attendees []struct{ ID string }
		}
	}
}

// watch subscribes. It books until the subscription shows the newest booking:
// before that it may not have begun.
func (o *office) watch() *apptest.Stream {
	o.t.Helper()
	stream, err := o.owner.EventStream(o.t.Context(), `subscription { meetingEvents { trigger meeting { id start attendees { id } } } }`, nil)
	o.must(err)
	o.t.Cleanup(stream.Cut)
	for n := 24 * 100; ; n++ {
		m := o.book(o.other, n)
		for event := (told{}); stream.Within(o.t, time.Second, &event); {
			if event.MeetingEvents.Meeting.ID == m.id {
				return stream
			}
		}
	}
}

func (o *office) liveFacts(live *apptest.Stream, n int) []fact {
	o.t.Helper()
	words := map[string]string{"MEETING_BOOKED": "booked", "MEETING_RESCHEDULED": "moved", "MEETING_CANCELED": "cancelled"}
	var out []fact
	for range n {
		var event told
		live.Receive(o.t, &event)
		e := event.MeetingEvents
		out = append(out, fact{words[e.Trigger], e.Meeting.ID, e.Meeting.Attendees[0].ID, e.Meeting.Start.UTC()})
	}
	return out
}

func nativeFacts(all []message) []fact {
	words := map[string]string{"BOOK": "booked", "RESCHEDULE": "moved", "CANCEL": "cancelled"}
	var out []fact
	for _, m := range all {
		out = append(out, fact{words[m.text("eventType")], m.text("meetData._id"), m.text("meetData.attendeeIds.0"), instant(m.text("meetData.time"))})
	}
	return out
}

// calcomFacts has no ids of attendees: those of the meeting are put in.
func (o *office) calcomFacts(all []message, want map[string][]fact) []fact {
	words := map[string]string{"BOOKING_CREATED": "booked", "BOOKING_RESCHEDULED": "moved", "BOOKING_CANCELLED": "cancelled"}
	attendees := map[string]string{}
	for _, facts := range want {
		for _, f := range facts {
			attendees[f.Meeting] = f.Attendee
		}
	}
	var out []fact
	for _, m := range all {
		id := m.text("payload.uid")
		out = append(out, fact{words[m.text("triggerEvent")], id, attendees[id], instant(m.text("payload.startTime"))})
	}
	return out
}

// calendlyFacts reads the two messages of a reschedule as one move.
func (o *office) calendlyFacts(all []message) []fact {
	o.t.Helper()
	var out []fact
	ended := map[string]string{} // old invitee to the new one
	for _, m := range all {
		event, invitee := m.text("payload.event"), m.text("payload.uri")
		f := fact{
			"booked", event[strings.LastIndexByte(event, '/')+1:], invitee[strings.LastIndexByte(invitee, '/')+1:],
			instant(m.text("payload.scheduled_event.start_time")),
		}
		old := m.text("payload.old_invitee")
		switch {
		case m.text("event") == "invitee.canceled" && m.text("payload.rescheduled") == "true":
			ended[invitee] = m.text("payload.new_invitee")
			continue
		case m.text("event") == "invitee.canceled":
			f.What = "cancelled"
		case old != "":
			if f.What = "moved"; ended[old] != invitee {
				o.t.Errorf("%s replaces %s, which has ended for %q", invitee, old, ended[old])
			}
		}
		out = append(out, f)
	}
	return out
}

// sameIDs: a message's id is its event's; where the event makes two, they begin
// with it.
func (o *office) sameIDs(ways ...[]message) {
	o.t.Helper()
	ids := map[string]int{}
	for _, all := range ways {
		for _, m := range all {
			id, _, _ := strings.Cut(m.ID(), "-")
			ids[id]++
		}
	}
	for id, n := range ids {
		if n != 3 && n != 4 {
			o.t.Errorf("event %s was heard of %d times", id, n)
		}
	}
	if len(ids) != len(ways[0]) {
		o.t.Errorf("%d events have %d ids", len(ways[0]), len(ids))
	}
}

func instant(s string) time.Time {
	t, _ := time.Parse(time.RFC3339Nano, s)
	return t.UTC()
}

// TestSeatsOnTheWire: one message for each invitee.
func TestSeatsOnTheWire(t *testing.T) {
	t.Parallel()
	each(t, func(o *office) {
		receiver := o.receive(o.owner, "organization")
		group := o.eventType(o.owner, object{
			"name": "Class", "slug": "class", "type": "GROUP", "durationMinutes": 30, "maxAttendees": 5, "agentIds": []string{o.member.id},
		})
		var out struct{ BookMeeting struct{ Meeting booked } }
		o.owner.Do(o.t, `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting `+meetingFields+` } }`, object{"in": object{
			"eventTypeId": group, "start": hour(9), "attendees": []object{
				{"name": "Ana", "email": "ana@example.org"}, {"name": "Bo", "email": "bo@example.org"}, {"name": "Cy", "email": "cy@example.org"},
			},
		}}, &out)
		m := o.toMeeting(out.BookMeeting.Meeting)
		o.owner.Do(o.t, `mutation($in: CancelAttendeeInput!) { cancelAttendee(input: $in) { id } }`,
			object{"in": object{"attendeeId": out.BookMeeting.Meeting.Attendees[1].ID}}, nil)
		o.cancel(m)
		got := messages(o.t, receiver, 6)
		var said []string
		for _, m := range got {
			said = append(said, m.text("event")+" "+m.text("payload.name")+" "+m.text("payload.scheduled_event.invitees_counter.active")+
				" "+m.text("payload.scheduled_event.status"))
		}
		want := []string{
			"invitee.created Ana 3 active", "invitee.created Bo 3 active", "invitee.created Cy 3 active", "invitee.canceled Bo 2 active",
			"invitee.canceled Ana 0 canceled", "invitee.canceled Cy 0 canceled",
		}
		if fmt.Sprint(said) != fmt.Sprint(want) {
			o.t.Errorf("told\n%v, want\n%v", said, want)
		}
		if n := len(o.get(o.owner, m.uri+"/invitees?status=canceled").want(http.StatusOK).entries("collection")); n != 3 {
			o.t.Errorf("%d invitees are canceled", n)
		}
	})
}
