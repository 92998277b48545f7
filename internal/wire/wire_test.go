package wire_test

import (
	"bytes"
	"testing"

	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

func TestMessages(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		of       domain.MeetingType
		about    string
		attendee string
	}{
		{"GROUP names the seat", domain.Group, oldAttendee, oldAttendee},
		{"GROUP as a whole", domain.Group, "", ""},
		{"other types do not", domain.Solo, oldAttendee, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			m := setup(t)
			m.Type = tt.of
			e := happened(t, domain.MeetingBooked, m)
			e.AttendeeID = tt.about
			got, err := wire.Messages(domain.FormatNative, e)
			if err != nil || len(got) != 1 {
				t.Fatalf("%d messages, %v", len(got), err)
			}
			if got[0].Part != "" || got[0].Attendee != tt.attendee || !bytes.Equal(got[0].Body, body(t, e)) {
				t.Errorf("got part %q, attendee %q, body %s", got[0].Part, got[0].Attendee, got[0].Body)
			}
		})
	}
}

func TestMessagesRefuses(t *testing.T) {
	t.Parallel()
	good := happened(t, domain.MeetingBooked, setup(t))
	tests := []struct {
		name   string
		format domain.WebhookFormat
		event  *eventlog.Event
	}{
		{"a format that is not there", "XML", good},
		{"no format", "", good},
		{"a trigger without a body", domain.FormatNative, happened(t, domain.RoutingFormSubmitted, setup(t))},
		{"an unknown trigger", domain.FormatNative, happened(t, "MEETING_MOVED", setup(t))},
		{"a broken snapshot", domain.FormatNative, &eventlog.Event{Trigger: domain.MeetingBooked, Snapshot: "{"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got, err := wire.Messages(tt.format, tt.event); err == nil || got != nil {
				t.Errorf("got %d messages and the error %v", len(got), err)
			}
		})
	}
}
