package wire_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

// TestContractsExample: what stands in the contract comes out to the letter.
func TestContractsExample(t *testing.T) {
	t.Parallel()
	d := reschedule(t)
	m, seat := d.Meeting, d.Meeting.Edges.Attendees[0]
	m.ID, m.PreviousID, m.EventTypeID, m.Type = "E2", new("E1"), "T1", domain.Solo
	m.Start, m.End = at(t, "2027-01-15T11:00:00+01:00"), at(t, "2027-01-15T11:30:00+01:00")
	m.CreatedAt, m.UpdatedAt = at(t, "2027-01-04T09:30:00.12Z"), at(t, "2027-01-04T09:30:00.12Z")
	m.Tracking, m.Edges.Payment, m.ModeNote, m.Edges.Agents[0].ID = nil, nil, new("Video"), "U1"
	seat.ID, seat.PreviousID = "I2", new("I1")
	seat.CreatedAt, seat.UpdatedAt = at(t, "2027-01-04T09:30:00.123456Z"), at(t, "2027-01-04T09:30:00.123456Z")
	d.Previous.Edges.Attendees[0].ID = "I1"
	to := wire.Recipient{Format: domain.FormatCalendly, CreatedBy: "U7"}
	all, err := wire.Messages(wire.Links{Base: "…", Booking: "https://book.example.org"}, to, logged(t, d))
	if err != nil || len(all) != 2 {
		t.Fatalf("%d messages, %v", len(all), err)
	}
	var body struct {
		Event     string          `json:"event"`
		CreatedAt string          `json:"created_at"`
		CreatedBy string          `json:"created_by"`
		Payload   json.RawMessage `json:"payload"`
	}
	read(t, all[1].Body, &body)
	if body.Event != "invitee.created" || body.CreatedAt != "2027-01-06T12:00:00.654321Z" || body.CreatedBy != "…/users/U7" {
		t.Errorf("the envelope is %s %s %s", body.Event, body.CreatedAt, body.CreatedBy)
	}
	if want := compact(t, "testdata/contract/invitee.json"); !bytes.Equal(body.Payload, want) {
		t.Errorf("got  %s\nwant %s", body.Payload, want)
	}
}

// TestInviteeChoices: where the contract leaves a choice, or storage has less
// than the facade shows.
func TestInviteeChoices(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		event  func(t *testing.T) *eventlog.Draft
		change func(m *ent.Meeting)
		want   string // in the last message
	}{
		{"booked by an agent", bookFree, func(*ent.Meeting) {}, `"invitee_scheduled_by":"https://api.example.org/users/` + agentID + `"`},
		{"booked by a program", bookFree, func(m *ent.Meeting) { m.BookedBy.Type = domain.ActorAPI }, `"invitee_scheduled_by":null`},
		{"a seat does not tell who booked it", bookSeat, func(*ent.Meeting) {}, `"invitee_scheduled_by":null`},
		{"a seat's own tracking", bookSeat, func(m *ent.Meeting) {
			m.Tracking = nil // which events have from the seat
		}, `"utm_term":"evening"`},
		{"on site", bookFree, func(*ent.Meeting) {}, `"location":{"type":"physical","location":"Online, link follows"}`},
		{"on site, nobody knows where", bookFree, func(m *ent.Meeting) { m.ModeNote = nil }, `"location":{"type":"custom","location":null}`},
		{"an old event without its type", bookFree, func(m *ent.Meeting) { m.Edges.EventType = nil }, `"location":{"type":"custom","location":"Online`},
		{"a name of its own", book, func(m *ent.Meeting) { m.ModifiedEventName = new("Mine") }, `"name":"Mine","status"`},
		{"a name that was taken away", book, func(m *ent.Meeting) { m.ModifiedEventName = new("") }, `"name":"Intro call","status"`},
		{"tracking that is no text", book, func(m *ent.Meeting) { m.Tracking["utm_term"] = 5 }, `"utm_term":null`},
		{"nobody by name", cancel, func(m *ent.Meeting) {
			m.Cancellation.By = domain.Actor{Type: domain.ActorSystem}
		}, `"cancellation":{"canceled_by":"SYSTEM","reason":"ill","canceler_type":"host"`},
		{"the invitee", cancelByInvitee, func(*ent.Meeting) {}, `"cancellation":{"canceled_by":"Ana Ruiz","reason":"ill","canceler_type":"invitee"`},
		{"paid back", cancelByInvitee, func(*ent.Meeting) {}, `"successful":false`},
		{"paid in the currency's major units", book, func(m *ent.Meeting) {
			m.Edges.Payment.AmountMinor, m.Edges.Payment.CurrencyCode = 1999, "KWD"
		}, `"amount":1.999,"currency":"KWD"`},
		{"marked before the time was kept", noShow, func(m *ent.Meeting) {
			m.Edges.Attendees[0].NoShow = nil
		}, `"no_show":{"uri":"https://api.example.org/invitee_no_shows/` + oldAttendee + `","created_at":"2027-01-04T09:30:00.123456Z"}`},
		{"and is called so", noShow, func(m *ent.Meeting) { m.Edges.Attendees[0].NoShow = nil }, `{"event":"invitee_no_show.created",`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			d := tt.event(t)
			tt.change(d.Meeting)
			all := messages(t, domain.FormatCalendly, logged(t, d))
			if got := string(all[len(all)-1].Body); !strings.Contains(got, tt.want) {
				t.Errorf("%s is missing in %s", tt.want, got)
			}
		})
	}
}

// TestOldInviteeIsAsNewAsHisEnd: receivers who ask for what has changed find him.
func TestOldInviteeIsAsNewAsHisEnd(t *testing.T) {
	t.Parallel()
	d := reschedule(t)
	old := links().InviteeOf(d.Previous, d.Previous.Edges.Attendees[0], d.Meeting.Edges.Attendees[0])
	if old.UpdatedAt != "2027-01-06T12:00:00.000000Z" {
		t.Errorf("updated at %s", old.UpdatedAt)
	}
	d.Previous.Edges.Attendees[0].UpdatedAt = at(t, "2027-01-07T12:00:00Z")
	if old = links().InviteeOf(d.Previous, d.Previous.Edges.Attendees[0], nil); old.UpdatedAt != "2027-01-07T12:00:00.000000Z" || old.NewInvitee != nil {
		t.Errorf("updated at %s, replaced by %v", old.UpdatedAt, old.NewInvitee)
	}
}

// TestSeatThatLeftBefore: it has its own end, not that of the meeting it was in.
func TestSeatThatLeftBefore(t *testing.T) {
	t.Parallel()
	d := rescheduleGroup(t)
	got := links().InviteeOf(d.Previous, d.Previous.Edges.Attendees[1], nil)
	if got.Rescheduled || got.Status != "canceled" || got.Cancellation.CreatedAt != "2027-01-05T08:00:00.000000Z" {
		t.Errorf("got %+v, %+v", got, got.Cancellation)
	}
	for _, m := range messages(t, domain.FormatCalendly, logged(t, d)) {
		if m.Attendee == newAttendee && strings.Contains(string(m.Body), "bo@example.org") {
			t.Errorf("he is told of: %s", m.Body)
		}
	}
}

// TestSameInstantOtherwise: two cancellations at one instant are two, where they
// differ in anything.
func TestSameInstantOtherwise(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(early *domain.Cancellation){
		"when": func(early *domain.Cancellation) { early.Time = early.Time.Add(-time.Microsecond) },
		"why":  func(early *domain.Cancellation) { early.Reason = "other" },
		"who":  func(early *domain.Cancellation) { early.By.Name = "other" },
	} {
		d := cancelGroup(t)
		early := *d.Meeting.Cancellation
		change(&early)
		d.Meeting.Edges.Attendees[1].Cancellation = &early
		if got := wire.Parts(wire.Recipient{Format: domain.FormatCalendly}, d); !slices.Equal(got, []string{"0001", "0002"}) {
			t.Errorf("%s: parts %q", what, got)
		}
	}
}

func TestNoShowOf(t *testing.T) {
	t.Parallel()
	seat := noShow(t).Meeting.Edges.Attendees[0]
	want := wire.NoShow{
		URI:       "https://api.example.org/invitee_no_shows/" + oldAttendee,
		Invitee:   "https://api.example.org/scheduled_events/" + oldMeeting + "/invitees/" + oldAttendee,
		CreatedAt: "2027-01-15T10:20:00.000000Z",
	}
	if got := links().NoShowOf(seat); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestManyInvitees: one event tells of all seats of a large group.
func TestManyInvitees(t *testing.T) {
	t.Parallel()
	d := rescheduleGroup(t)
	d.Meeting.Edges.Attendees, d.Previous.Edges.Attendees = nil, nil
	for i := range 100 {
		seat, old := second(t), third(t)
		old.ID, seat.ID = "o"+string(rune('A'+i)), "n"+string(rune('A'+i))
		seat.PreviousID, seat.CreatedAt = &old.ID, seat.CreatedAt.Add(time.Duration(i)*time.Microsecond)
		d.Meeting.Edges.Attendees = append(d.Meeting.Edges.Attendees, seat)
		d.Previous.Edges.Attendees = append(d.Previous.Edges.Attendees, old)
	}
	all := messages(t, domain.FormatCalendly, logged(t, d))
	if len(all) != 200 || all[199].Attendee != d.Meeting.Edges.Attendees[99].ID || all[198].Attendee != d.Previous.Edges.Attendees[99].ID {
		t.Errorf("%d messages, the last about %s", len(all), all[len(all)-1].Attendee)
	}
}
