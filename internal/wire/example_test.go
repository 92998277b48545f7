package wire_test

import (
	"fmt"
	"strings"

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
	messages, err := wire.Messages(domain.FormatNative, e)
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
