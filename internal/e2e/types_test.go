package e2e_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"slotcast/internal/app/apptest"
)

type input = map[string]any

// eventType makes an event type that the owner hosts.
func (o owner) eventType(t *testing.T, in input) string {
	t.Helper()
	var out struct{ CreateEventType struct{ ID string } }
	o.Do(t, `mutation($in: CreateEventTypeInput!) { createEventType(input: $in) { id } }`, input{"in": in}, &out)
	return out.CreateEventType.ID
}

// everything makes a webhook for all that can happen to a meeting.
func (o owner) everything(t *testing.T) *apptest.Receiver {
	t.Helper()
	receiver := apptest.NewReceiver(t)
	o.Do(t, `mutation($in: CreateWebhookInput!) { createWebhook(input: $in) { webhook { id } } }`, input{"in": input{
		"subscriberUrl": receiver.URL(),
		"triggers":      []string{"MEETING_BOOKED", "MEETING_RESCHEDULED", "MEETING_CANCELED", "MEETING_NO_SHOW"},
	}}, nil)
	return receiver
}

// TestPaidMeeting follows a meeting that costs something: nothing is told of it
// before it is paid, and then it is the contract's example.
func TestPaidMeeting(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		me := newOwner(t, apptest.Start(t, s), s)
		receiver := me.everything(t)
		me.EventTypeID = me.eventType(t, input{
			"name": "Intro call", "slug": "intro", "type": "ROUNDROBIN", "durationMinutes": 30, "durations": []int{30, 60},
			"currencyCode": "USD", "amountOnDuration": input{"30": 1, "60": 2}, "reminders": []input{{"channel": "EMAIL", "beforeMinutes": 60}},
		})
		first := me.book(t, 1)
		if first.Status != "HELD" {
			t.Errorf("a meeting with a price is %s at first", first.Status)
		}
		var paid struct {
			Meeting struct {
				Payment struct{ ID, OrderID, Status string }
			}
		}
		me.Do(t, `query($id: ID!) { meeting(id: $id) { payment { id orderId status } } }`, input{"id": first.ID}, &paid)
		due := paid.Meeting.Payment
		for range 2 { // as a payment provider does
			me.Do(t, `mutation($in: RecordPaymentInput!) { recordPayment(input: $in) { status } }`, input{"in": input{
				"paymentId": due.ID, "status": "DONE", "method": "STRIPE", "externalPaymentId": "pi_3Abc",
				"billingName": "Ana Ruiz", "billingAddress": "Calle Sol 1, Madrid", "emailId": "ana@example.org",
			}}, nil)
		}
		moved := me.reschedule(t, first, 2)
		me.cancel(t, moved)
		names := strings.NewReplacer(
			me.AppID, "app_01jgzy7k3cf4pr8t2v6x0m5n9q", me.EventTypeID, "ety_01jgzy9p5dfehs3w7y1z4k8m2r",
			me.AgentID, "agt_01jgzy8m4cf9zt6v1x3y5k7n0p", first.ID, firstMeeting, first.Attendees[0].ID, firstAttendee,
			moved.ID, movedMeeting, moved.Attendees[0].ID, movedAttendee, due.ID, "pay_01jh0m2xq7f2yt8v4x6z0k1m3n",
			due.OrderID, "ord_1009", "owner@example.org", "jo@example.org", `"UTC"`, `"Europe/Berlin"`,
			`"eventSlug": "intro"`, `"eventSlug": "intro-call"`,
		)
		requests := receiver.Wait(t, 3)
		for i, example := range []string{"book", "reschedule", "cancel"} {
			text, err := os.ReadFile("../wire/testdata/" + example + ".json")
			if err != nil {
				t.Fatal(err)
			}
			want := string(text)
			if example == "cancel" { // the example is of the first meeting, and this one is of the moved one
				want = strings.NewReplacer(firstMeeting, movedMeeting, firstAttendee, movedAttendee,
					`"prevMeetId": null`, `"prevMeetId": "`+firstMeeting+`"`).Replace(want)
			}
			if diff := cmp.Diff(untimed(indent(t, []byte(want))), untimed(names.Replace(indent(t, requests[i].Body)))); diff != "" {
				t.Errorf("%s (-want +got):\n%s", example, diff)
			}
		}
	})
}

var timestamp = regexp.MustCompile(`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"`)

func untimed(body string) string {
	return timestamp.ReplaceAllString(strings.TrimSpace(body), `"then"`)
}

// TestGroupSeats follows the seats of a group: each is told on its own.
func TestGroupSeats(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s apptest.Settings) {
		me := newOwner(t, apptest.Start(t, s), s)
		receiver := me.everything(t)
		group := me.eventType(t, input{"name": "Yoga", "type": "GROUP", "maxAttendees": 3, "durationMinutes": 60})
		start := time.Now().UTC().Add(3 * time.Second).Truncate(time.Millisecond)
		seats := me.seats(t, group, start, "Ana", "Bo")
		seats = append(seats, me.seats(t, group, start, "Cy")...)
		err := me.Try(t.Context(), `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting { id } } }`,
			input{"in": seatInput(group, start, "Di")}, nil)
		if !apptest.HasCode(err, "SLOT_TAKEN") {
			t.Errorf("a fourth seat of three: %v", err)
		}
		me.Do(t, `mutation($id: ID!) { cancelAttendee(input: {attendeeId: $id, reason: "ill"}) { status } }`, input{"id": seats[1]}, nil)
		apptest.Until(t, func() error { // the class begins
			return me.Try(t.Context(), `mutation($id: ID!) { markNoShow(attendeeId: $id) { id } }`, input{"id": seats[2]}, nil)
		})
		type told struct {
			event, about, meeting string
			seats                 int
		}
		want := []told{
			{"BOOK", seats[0], "ACTIVE", 2},
			{"BOOK", seats[1], "ACTIVE", 2},
			{"BOOK", seats[2], "ACTIVE", 3},
			{"CANCEL", seats[1], "ACTIVE", 3},
			{"NO_SHOW", seats[2], "ACTIVE", 2},
		}
		for i, r := range receiver.Wait(t, len(want)) {
			var body struct {
				EventType string
				MeetData  struct {
					Status    string
					Attendees []struct {
						ID           string `json:"_id"`
						MarkAsNoShow bool
						Status       string
					}
				}
			}
			if err := json.Unmarshal(r.Body, &body); err != nil {
				t.Fatal(err)
			}
			got := told{body.EventType, r.Header.Get("Slotcast-Attendee"), body.MeetData.Status, len(body.MeetData.Attendees)}
			if got != want[i] || r.Header.Get("Slotcast-Sequence") != fmt.Sprint(i+1) {
				t.Errorf("message %d is %+v, want %+v: %s", i+1, got, want[i], r.Body)
			}
			for _, a := range body.MeetData.Attendees {
				if (a.Status == "CANCELLED") != (i == 3 && a.ID == seats[1]) || a.MarkAsNoShow != (i == 4 && a.ID == seats[2]) {
					t.Errorf("message %d has %+v", i+1, a)
				}
			}
		}
	})
}

func seatInput(eventTypeID string, start time.Time, names ...string) input {
	var attendees []input
	for _, name := range names {
		attendees = append(attendees, input{"name": name, "email": strings.ToLower(name) + "@example.org"})
	}
	return input{"eventTypeId": eventTypeID, "start": start, "attendees": attendees}
}

// seats books seats and returns their ids.
func (o owner) seats(t *testing.T, eventTypeID string, start time.Time, names ...string) (ids []string) {
	t.Helper()
	var out struct {
		BookMeeting struct {
			Meeting struct{ Attendees []struct{ ID, Name string } }
		}
	}
	o.Do(t, `mutation($in: BookMeetingInput!) { bookMeeting(input: $in) { meeting { attendees { id name } } } }`,
		input{"in": seatInput(eventTypeID, start, names...)}, &out)
	for _, a := range out.BookMeeting.Meeting.Attendees {
		if slices.Contains(names, a.Name) {
			ids = append(ids, a.ID)
		}
	}
	return ids
}
