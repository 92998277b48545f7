package wire_test

import (
	"bytes"
	"testing"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

func TestMessagesNameTheSeat(t *testing.T) {
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
			for _, format := range []domain.WebhookFormat{domain.FormatNative, domain.FormatCalcom} {
				got := messages(t, format, e)
				if len(got) != 1 || got[0].Attendee != tt.attendee {
					t.Errorf("%s: %d messages, about attendee %q", format, len(got), got[0].Attendee)
				}
			}
			if got := messages(t, domain.FormatNative, e)[0].Body; !bytes.Equal(got, body(t, e)) {
				t.Errorf("got body %s", got)
			}
			want := "" // an invitee's message is about him, also where the event is about the whole
			if tt.of == domain.Group {
				want = oldAttendee
			}
			if got := messages(t, domain.FormatCalendly, e); len(got) != 1 || got[0].Attendee != want {
				t.Errorf("CALENDLY: %d messages, about attendee %q", len(got), got[0].Attendee)
			}
		})
	}
}

func TestMessagesRefuses(t *testing.T) {
	t.Parallel()
	form := logged(t, routingForm(t))
	bare := logged(t, &eventlog.Draft{Trigger: domain.RoutingFormSubmitted, Submission: &ent.RoutingFormSubmission{ID: submissionID}})
	events := map[string]*eventlog.Event{
		"a form's trigger with a meeting":    happened(t, domain.RoutingFormSubmitted, setup(t)),
		"a meeting's trigger with a form":    {Trigger: domain.MeetingBooked, Snapshot: form.Snapshot},
		"a submission that leads nowhere":    bare,
		"an unknown trigger":                 happened(t, "MEETING_MOVED", setup(t)),
		"a broken snapshot":                  {Trigger: domain.MeetingBooked, Snapshot: "{"},
		"a snapshot of nothing":              {Trigger: domain.MeetingBooked, Snapshot: "{}"},
		"a snapshot of nothing, for a form":  {Trigger: domain.RoutingFormSubmitted, Snapshot: "null"},
		"a snapshot of nothing, rescheduled": {Trigger: domain.MeetingRescheduled, Snapshot: `{"previous":{"id":"mtg_1"}}`},
	}
	for name, e := range events {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, f := range formats() {
				if got, err := wire.Messages(links(), wire.Recipient{Format: f.format}, e); err == nil || got != nil {
					t.Errorf("%s: got %d messages and the error %v", f.format, len(got), err)
				}
			}
		})
	}
	for _, format := range []domain.WebhookFormat{"", "XML", "calendly"} {
		if got, err := wire.Messages(links(), wire.Recipient{Format: format}, happened(t, domain.MeetingBooked, setup(t))); err == nil {
			t.Errorf("format %q: got %d messages", format, len(got))
		}
	}
}
