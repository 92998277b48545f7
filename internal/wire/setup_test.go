package wire_test

import (
	"encoding/json"
	"flag"
	"time"

	"pgregory.net/rapid"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

var update = flag.Bool("update", false, "write the golden files anew where they differ")

const (
	appID       = "app_01jgzy7k3cf4pr8t2v6x0m5n9q"
	agentID     = "agt_01jgzy8m4cf9zt6v1x3y5k7n0p"
	eventTypeID = "ety_01jgzy9p5dfehs3w7y1z4k8m2r"
	oldMeeting  = "mtg_01jh0m2y8wfxvv5t9k4b6n1c2d"
	oldAttendee = "att_01jh0m2y8we8nr4t6v9x1z3k5m"
	newMeeting  = "mtg_01jh1p6q0rfz8s4e2a7x9g5m3k"
	newAttendee = "att_01jh1p6q0rfbbt3v5x7z9k2m4n"
)

// setup returns the meeting of the contract's examples, as booked and paid.
func setup(t rapid.TB) *ent.Meeting {
	t.Helper()
	return &ent.Meeting{
		ID: oldMeeting, AppID: appID, EventTypeID: eventTypeID, SeriesID: oldMeeting,
		Start: at(t, "2027-01-15T11:00:00+01:00"), End: at(t, "2027-01-15T11:30:00+01:00"),
		DurationMinutes: 30, TimeZone: "Europe/Berlin",
		CreatedAt: at(t, "2027-01-04T09:30:00.12Z"), UpdatedAt: at(t, "2027-01-04T09:30:00.12Z"),
		Status: domain.Active, Type: domain.RoundRobin, BookedBy: &domain.Actor{Type: domain.ActorAttendee, ID: oldAttendee, Name: "Ana Ruiz"},
		Tracking:  map[string]any{"utm_source": "newsletter", "utm_campaign": "spring", "visit": 3},
		EventName: "Intro call", EventSlug: "intro-call", ModeNote: new("Online, link follows"),
		CreateByContact: true, MaxAttendees: 1, ActiveAttendees: 1, Sequence: 1,
		ExternalIds: []string{"hubspot:8841"},
		Reminders:   []domain.Reminder{{Channel: "EMAIL", BeforeMinutes: 60}},
		Edges: ent.MeetingEdges{
			EventType: &ent.EventType{ID: eventTypeID, Name: "renamed since"},
			Agents:    []*ent.Agent{{ID: agentID, Name: "Jo Park", Email: "jo@example.org", TimeZone: "Europe/Berlin"}},
			Attendees: []*ent.Attendee{{
				ID: oldAttendee, MeetingID: oldMeeting, Name: "Ana Ruiz", Email: "ana@example.org", TimeZone: "Europe/Madrid",
				CreatedAt: at(t, "2027-01-04T09:30:00.123456Z"), UpdatedAt: at(t, "2027-01-04T09:30:00.123456Z"),
				Status:  domain.AttendeeActive,
				Answers: []domain.Answer{{Question: "Topic?", Answer: "Pricing"}},
			}},
			Payment: &ent.Payment{
				ID: "pay_01jh0m2xq7f2yt8v4x6z0k1m3n", AppID: appID, AmountMinor: 100, CurrencyCode: "USD",
				Method: "STRIPE", Status: domain.PaymentDone,
				BillingName: "Ana Ruiz", BillingAddress: "Calle Sol 1, Madrid",
				PaymentTime: new(at(t, "2027-01-04T09:29:58Z")), ExternalPaymentID: new("pi_3Abc"),
				EmailID: "ana@example.org", MeetCreatedAt: new(at(t, "2027-01-04T09:30:00.123456Z")),
				AmountOnDuration: map[string]int64{"60": 200, "30": 100}, OrderID: "ord_1009",
				CreatedAt: at(t, "2027-01-04T09:28:10Z"), UpdatedAt: at(t, "2027-01-04T09:30:00.123999Z"),
			},
		},
	}
}

// happened is the event of a change to a meeting.
func happened(t rapid.TB, trigger domain.Trigger, m *ent.Meeting) *eventlog.Event {
	t.Helper()
	return logged(t, &eventlog.Draft{Trigger: trigger, Meeting: m})
}

// logged puts what a draft tells through JSON, as the log does.
func logged(t rapid.TB, d *eventlog.Draft) *eventlog.Event {
	t.Helper()
	snapshot, err := json.Marshal(struct {
		*ent.Meeting
		Previous   *ent.Meeting               `json:"previous,omitempty"`
		Submission *ent.RoutingFormSubmission `json:"submission,omitempty"`
	}{d.Meeting, d.Previous, d.Submission})
	if err != nil {
		t.Fatal(err)
	}
	e := &eventlog.Event{
		ID: "evt_01jh0m2y9bf3ksg5v7x9z1k3m5", AppID: appID, Trigger: d.Trigger, AttendeeID: d.AttendeeID,
		OccurredAt: at(t, "2027-01-06T12:00:00.654321Z"), Snapshot: string(snapshot),
	}
	if d.Meeting != nil {
		e.MeetingID = d.Meeting.ID
	}
	keeps(t, e, d)
	return e
}

// keeps checks what the log keeps of an event against what is made of its snapshot.
func keeps(t rapid.TB, e *eventlog.Event, d *eventlog.Draft) {
	t.Helper()
	owed := &eventlog.Event{ID: e.ID, Owed: []string{"whk_1/0001", "whk_2"}}
	made, err := wire.Native(e)
	if m := d.Meeting; err != nil || m != nil && m.Type == domain.Group && d.AttendeeID != "" {
		made = nil
	}
	if kept := wire.Kept(owed, d); kept != string(made) {
		t.Errorf("%s keeps\n%s\nand its snapshot makes\n%s", d.Trigger, kept, made)
	}
	owed.Owed = []string{"whk_1/0001", "whk_1/0002"}
	if kept := wire.Kept(owed, d); kept != "" {
		t.Errorf("owed in parts alone, %s keeps %s", d.Trigger, kept)
	}
}

// links are those of the contract's examples.
func links() wire.Links {
	return wire.Links{Base: "https://api.example.org", Booking: "https://book.example.org"}
}

// messages are all that a webhook of the format is sent of an event.
func messages(t rapid.TB, format domain.WebhookFormat, e *eventlog.Event) []wire.Message {
	t.Helper()
	all, err := wire.Messages(links(), wire.Recipient{Format: format, CreatedBy: agentID}, e)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func body(t rapid.TB, e *eventlog.Event) []byte {
	t.Helper()
	b, err := wire.Native(e)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// decoded is the body's part that tests ask about.
type decoded struct {
	EventType string `json:"eventType"`
	MeetData  struct {
		Time         string         `json:"time"`
		AttendeeIDs  []string       `json:"attendeeIds"`
		ModeNote     *string        `json:"modeNote"`
		Status       string         `json:"status"`
		MarkAsNoShow bool           `json:"markAsNoShow"`
		Cancellation map[string]any `json:"cancellation"`
		Reschedule   map[string]any `json:"reschedule"`
		PrevMeetID   *string        `json:"prevMeetId"`
		Attendees    []struct {
			ID           string         `json:"_id"`
			Status       string         `json:"status"`
			MarkAsNoShow bool           `json:"markAsNoShow"`
			Cancellation map[string]any `json:"cancellation"`
		} `json:"attendees"`
		Payment *struct {
			Amount           json.Number            `json:"amount"`
			Status           string                 `json:"status"`
			AmountOnDuration map[string]json.Number `json:"amountOnDuration"`
		} `json:"payment"`
	} `json:"meetData"`
}

func decode(t rapid.TB, b []byte) decoded {
	t.Helper()
	var d decoded
	if err := json.Unmarshal(b, &d); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	return d
}

func at(t rapid.TB, text string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
