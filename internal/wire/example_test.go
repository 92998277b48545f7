package wire_test

import (
	"fmt"
	"strings"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

// An event of the log becomes what a webhook of its format is sent.
func ExampleMessages() {
	e := &eventlog.Event{
		Trigger: domain.MeetingBooked,
		Snapshot: `{
			"id": "mtg_01jh0m2y8wfxvv5t9k4b6n1c2d", "app_id": "app_01jgzy7k3cf4pr8t2v6x0m5n9q",
			"event_type_id": "ety_01jgzy9p5dfehs3w7y1z4k8m2r", "start": "2027-01-15T11:00:00+01:00",
			"duration_minutes": 30, "status": "ACTIVE", "type": "SOLO", "max_attendees": 1,
			"event_name": "Q&A", "event_slug": "q-a", "edges": {}
		}`,
	}
	messages, err := wire.Messages(wire.Links{}, wire.Recipient{Format: domain.FormatNative}, e)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, m := range messages {
		head, _, _ := strings.Cut(string(m.Body), `,"agents"`)
		fmt.Println(head)
	}
	// Output:
	// {"eventType":"BOOK","meetData":{"_id":"mtg_01jh0m2y8wfxvv5t9k4b6n1c2d","appId":"app_01jgzy7k3cf4pr8t2v6x0m5n9q","eventId":"ety_01jgzy9p5dfehs3w7y1z4k8m2r","time":"2027-01-15T10:00:00.000Z"
}

// A reschedule is two messages of the format CALENDLY. A webhook that wants one
// of them is owed the second of two, under the event's own id.
func ExampleParts() {
	d := &eventlog.Draft{
		Trigger: domain.MeetingRescheduled,
		Meeting: &ent.Meeting{ID: "new", Edges: ent.MeetingEdges{Attendees: []*ent.Attendee{{ID: "b", PreviousID: new("a")}}}},
	}
	d.Previous = &ent.Meeting{ID: "old", Edges: ent.MeetingEdges{Attendees: []*ent.Attendee{{ID: "a"}}}}
	for _, events := range [][]string{{wire.InviteeCreated, wire.InviteeCanceled}, {wire.InviteeCreated}} {
		for _, part := range wire.Parts(wire.Recipient{Format: domain.FormatCalendly, Events: events}, d) {
			fmt.Println(part, wire.MessageID("evt_1", part))
		}
	}
	// Output:
	// 0001a evt_1-0001a
	// 0001b evt_1-0001b
	// =0001b evt_1
}
