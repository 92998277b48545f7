package wire_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"slotcast/ent"
	"slotcast/internal/wire"
	"slotcast/internal/wire/wiretest"
)

// TestSample: it is what a delivery would be, with the caller's own names in it.
func TestSample(t *testing.T) {
	t.Parallel()
	app, host := &ent.App{ID: appID}, setup(t).Edges.Agents[0]
	now := at(t, "2027-01-06T13:00:00.123456789+01:00")
	for _, event := range calendlyNames() {
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			got, err := links().Sample(event, app, host, otherAgent, now)
			if err != nil {
				t.Fatal(err)
			}
			wiretest.Valid(t, got.Body)
			if word, _ := wiretest.Word(got.Body); word != event || got.Attendee != "" {
				t.Errorf("it is of %s, about seat %q", word, got.Attendee)
			}
			for _, want := range []string{`"created_at":"2027-01-06T12:00:00.123456Z","created_by":"https://api.example.org/users/` + otherAgent + `"`, `"utm_source":"newsletter"`} {
				if !strings.Contains(string(got.Body), want) {
					t.Errorf("%s is missing in %s", want, got.Body)
				}
			}
			hosted := strings.Contains(string(got.Body), `"event_memberships":[{"user":"https://api.example.org/users/`+agentID+`","user_name":"Jo Park"`)
			if hosted != (event != wire.FormSubmissionCreated) {
				t.Errorf("the host is not in it: %s", got.Body)
			}
			again, err := links().Sample(event, app, host, otherAgent, now)
			if err != nil || !bytes.Equal(got.Body, again.Body) {
				t.Errorf("two samples, %v:\n%s\n%s", err, got.Body, again.Body)
			}
			checkGolden(t, "testdata/sample/"+event+".json", got.Body)
		})
	}
	for _, event := range []string{"", "invitee.rescheduled", "MEETING_BOOKED", "Invitee.created"} {
		if got, err := links().Sample(event, app, host, otherAgent, now); err == nil || got.Body != nil {
			t.Errorf("%q: %s", event, got.Body)
		}
	}
}

// TestSampleIsInTime: what is to come lies ahead, and what was missed behind.
func TestSampleIsInTime(t *testing.T) {
	t.Parallel()
	now := at(t, "2027-12-31T23:59:59.999999Z")
	for _, event := range calendlyNames()[:4] {
		got, err := links().Sample(event, &ent.App{ID: appID}, setup(t).Edges.Agents[0], agentID, now)
		if err != nil {
			t.Fatal(err)
		}
		p := invitees(t, []wire.Message{got})[0].Payload
		if missed := strings.HasPrefix(event, "invitee_no_show"); at(t, p.ScheduledEvent.StartTime).Add(30*time.Minute).Before(now) != missed {
			t.Errorf("%s of a meeting at %s", event, p.ScheduledEvent.StartTime)
		}
	}
}
