package wire_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

// TestGolden compares the bytes with the golden files: keys, their order,
// values and how they are written. Only the white space of the files is free.
func TestGolden(t *testing.T) {
	t.Parallel()
	tests := []struct {
		file  string
		event func(t *testing.T) *eventlog.Event
	}{
		{"book", book},
		{"book-free", bookFree},
		{"book-seat", bookSeat},
		{"cancel", cancel},
		{"reschedule", reschedule},
		{"cancel-seat", cancelSeat},
		{"no-show", noShow},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			t.Parallel()
			got := body(t, tt.event(t))
			path := filepath.Join("testdata", tt.file+".json")
			want := compact(t, path)
			if bytes.Equal(got, want) {
				return
			}
			if *update {
				write(t, path, got)
				return
			}
			t.Errorf("the body is not %s:\n%s", path, cmp.Diff(indent(t, want), indent(t, got)))
		})
	}
}

func book(t *testing.T) *eventlog.Event {
	t.Helper()
	return happened(t, domain.MeetingBooked, setup(t))
}

func bookFree(t *testing.T) *eventlog.Event {
	t.Helper()
	m := setup(t)
	m.Type, m.Edges.Payment = domain.Solo, nil
	return happened(t, domain.MeetingBooked, m)
}

// bookSeat: the second of three seats is taken and paid.
func bookSeat(t *testing.T) *eventlog.Event {
	t.Helper()
	m := setup(t)
	m.Type, m.MaxAttendees, m.ActiveAttendees = domain.Group, 3, 2
	m.MultipleBookingIdentifier = new("three evenings")
	m.Edges.Attendees = append(m.Edges.Attendees, &ent.Attendee{
		ID: newAttendee, Name: "Bo Lind", Email: "bo@example.org", Phone: new("+46 8 123"), TimeZone: "Europe/Stockholm",
		Status: domain.AttendeeActive,
	})
	e := happened(t, domain.MeetingBooked, m)
	e.AttendeeID = newAttendee
	return e
}

func cancel(t *testing.T) *eventlog.Event {
	t.Helper()
	m := setup(t)
	m.Status, m.ActiveAttendees = domain.Cancelled, 0
	m.Cancellation = &domain.Cancellation{
		Time: at(t, "2027-01-05T09:00:00+01:00"), Reason: "ill",
		By: domain.Actor{Type: domain.ActorAgent, ID: agentID, Name: "Jo Park"},
	}
	m.Edges.Attendees[0].Status, m.Edges.Attendees[0].Cancellation = domain.AttendeeCancelled, m.Cancellation
	return happened(t, domain.MeetingCanceled, m)
}

func reschedule(t *testing.T) *eventlog.Event {
	t.Helper()
	m := setup(t)
	m.ID, m.PreviousID = newMeeting, new(oldMeeting)
	m.Start, m.End = at(t, "2027-01-18T15:00:00+01:00"), at(t, "2027-01-18T15:30:00+01:00")
	m.Reschedule = &domain.Reschedule{
		Time: at(t, "2027-01-06T12:00:00Z"), Reason: "travel", NewMeetingID: newMeeting,
		By: domain.Actor{Type: domain.ActorAttendee, ID: oldAttendee, Name: "Ana Ruiz"},
	}
	m.Edges.Attendees[0].ID, m.Edges.Attendees[0].PreviousID = newAttendee, new(oldAttendee)
	return happened(t, domain.MeetingRescheduled, m)
}

// cancelSeat: one of three seats is cancelled, another one was before.
func cancelSeat(t *testing.T) *eventlog.Event {
	t.Helper()
	m := setup(t)
	m.Type, m.MaxAttendees, m.ActiveAttendees, m.Edges.Payment = domain.Group, 10, 1, nil
	m.Notes = []domain.Note{
		{Text: "bring the contract", By: agentID, At: at(t, "2027-01-04T09:30:00Z")},
		{Text: "from the import", At: at(t, "2027-01-04T09:31:00Z")},
	}
	m.CalendarEvent = &domain.CalendarEvent{Provider: "GOOGLE", ExternalID: "g-77", Link: "https://calendar.example.org/g-77?a=1&b=2"}
	m.FollowUp = map[string]any{"days": 2, "action": "EMAIL"}
	m.Edges.Attendees = append(m.Edges.Attendees,
		&ent.Attendee{
			ID: newAttendee, Name: "Bo Lind", Email: "bo@example.org", Phone: new("+46 8 123"), TimeZone: "Europe/Stockholm",
			Status: domain.AttendeeCancelled,
			Cancellation: &domain.Cancellation{
				Time: at(t, "2027-01-05T08:00:00Z"), Reason: "", By: domain.Actor{Type: domain.ActorSystem},
			},
		},
		&ent.Attendee{
			ID: "att_01jh2q8t4sfa1c3e5g7j9k1m3n", Name: "Cy Odo", Email: "cy@example.org", TimeZone: "Africa/Lagos",
			Status: domain.AttendeeCancelled,
			Cancellation: &domain.Cancellation{
				Time: at(t, "2027-01-06T08:00:00Z"), Reason: "too far",
				By: domain.Actor{Type: domain.ActorAPI, ID: "tok_01jh2q8t4sfa1c3e5g7j9k1m3n"},
			},
		})
	e := happened(t, domain.MeetingCanceled, m)
	e.AttendeeID = m.Edges.Attendees[2].ID
	return e
}

func noShow(t *testing.T) *eventlog.Event {
	t.Helper()
	m := setup(t)
	m.Status, m.MarkAsNoShow = domain.Completed, true
	m.Edges.Attendees[0].Status = domain.AttendeeNoShow
	return happened(t, domain.MeetingNoShow, m)
}

// TestGroupLateSeat: a cancelled seat is not part of what BOOK tells, nor is the
// way in which the meeting once came to its time.
func TestGroupLateSeat(t *testing.T) {
	t.Parallel()
	e := cancelSeat(t)
	var m ent.Meeting
	if err := json.Unmarshal([]byte(e.Snapshot), &m); err != nil {
		t.Fatal(err)
	}
	m.PreviousID, m.Reschedule = new(newMeeting), &domain.Reschedule{NewMeetingID: m.ID}
	got := decode(t, body(t, happened(t, domain.MeetingBooked, &m))).MeetData
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
	e, want := cancelSeat(t), body(t, cancelSeat(t))
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

func compact(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if *update && os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, text); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func indent(t *testing.T, text []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, text, "", "  "); err != nil {
		t.Fatal(err)
	}
	return b.String() + "\n"
}

func write(t *testing.T, path string, text []byte) {
	t.Helper()
	if err := os.WriteFile(path, []byte(indent(t, text)), 0o644); err != nil {
		t.Fatal(err)
	}
}
