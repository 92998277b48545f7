package wire_test

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/wire"
)

// TestGroupLateSeat: a cancelled seat is not part of what BOOK tells, nor is the
// way in which the meeting once came to its time.
func TestGroupLateSeat(t *testing.T) {
	t.Parallel()
	m := cancelSeat(t).Meeting
	m.PreviousID, m.Reschedule = new(newMeeting), &domain.Reschedule{NewMeetingID: m.ID}
	got := decode(t, body(t, happened(t, domain.MeetingBooked, m))).MeetData
	if !slices.Equal(got.AttendeeIDs, []string{oldAttendee}) || len(got.Attendees) != 1 {
		t.Errorf("attendees: %v and %d, want those with a seat", got.AttendeeIDs, len(got.Attendees))
	}
	if got.PrevMeetID != nil || len(got.Reschedule) > 0 || len(got.Cancellation) > 0 {
		t.Errorf("BOOK tells of other changes: %+v", got)
	}
}

// TestBare: nothing in storage, everything in its empty form.
func TestBare(t *testing.T) {
	t.Parallel()
	m := &ent.Meeting{ID: oldMeeting, AppID: appID, EventTypeID: eventTypeID, Type: domain.Solo, Status: domain.Active}
	m.Edges.Attendees = []*ent.Attendee{{ID: oldAttendee}}
	m.Edges.Payment = &ent.Payment{ID: "pay_1", CurrencyCode: "EUR"}
	got := string(body(t, happened(t, domain.MeetingBooked, m)))
	for _, want := range []string{
		`"agents":[]`, `"externalIds":[]`, `"followUp":{}`, `"modeNote":null`, `"modifiedEventName":null`,
		`"multipleBookingIdentifier":null`, `"notes":[]`, `"reminders":[]`, `"calendarEvent":null`, `"agentsDetails":[]`,
		`"phone":null`, `"answers":[],"cancellation":{},"reschedule":{}}]`, `"prevMeetId":null,"reschedule":{}}}`,
		`"amount":0,`, `"method":null`, `"billingName":null,"billingAddress":null,"paymentTime":null,"externalPaymentId":null`,
		`"emailId":null,"note":"","meetCreatedAt":null,"amountOnDuration":{},"orderId":null`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is missing in %s", want, got)
		}
	}
}

// TestSharedEvent: readers share an event, and a resend decodes it anew.
func TestSharedEvent(t *testing.T) {
	t.Parallel()
	e, want := logged(t, cancelSeat(t)), body(t, logged(t, cancelSeat(t)))
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			got, err := wire.Native(e)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("%v\ngot  %s\nwant %s", err, got, want)
			}
		})
	}
	readers.Wait()
}
