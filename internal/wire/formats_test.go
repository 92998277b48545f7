package wire_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
	"slotcast/internal/wire/wiretest"
)

// TestBodiesOfAllFormats: whatever happens, the bodies are valid, and the same
// again.
func TestBodiesOfAllFormats(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		e := logged(rt, anyDraft(rt))
		for _, f := range formats() {
			all := messages(rt, f.format, e)
			for i, again := range messages(rt, f.format, &eventlog.Event{
				ID: e.ID, Trigger: e.Trigger, AttendeeID: e.AttendeeID, OccurredAt: e.OccurredAt, Snapshot: e.Snapshot,
			}) {
				wiretest.Valid(rt, all[i].Body)
				if !bytes.Equal(all[i].Body, again.Body) {
					rt.Fatalf("two bodies:\n%s\n%s", all[i].Body, again.Body)
				}
			}
		}
	})
}

// TestPartsAreMessages: what is owed is what can be sent, in the same order,
// whatever was chosen.
func TestPartsAreMessages(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDraft(rt)
		for _, f := range formats() {
			all := messages(rt, f.format, logged(rt, d))
			to := wire.Recipient{Format: f.format, CreatedBy: agentID}
			if f.format == domain.FormatCalendly {
				to.Events = rapid.SliceOfDistinct(rapid.SampledFrom(calendlyNames()), rapid.ID[string]).Draw(rt, "events")
			}
			var want, got []string
			for _, m := range all {
				if word, _ := wiretest.Word(m.Body); len(to.Events) == 0 || slices.Contains(to.Events, word) {
					want = append(want, string(m.Body))
				}
			}
			ids := map[string]bool{}
			for _, part := range wire.Parts(to, d) {
				m, err := wire.Pick(all, part)
				if err != nil {
					rt.Fatal(err)
				}
				got = append(got, string(m.Body))
				ids[wire.MessageID("evt_1", part)] = true
			}
			if !slices.Equal(got, want) || len(ids) != len(want) || len(want) == 1 && !ids["evt_1"] {
				rt.Errorf("%s: %d messages under %v, want %d:\n%s", f.format, len(got), ids, len(want), strings.Join(want, "\n"))
			}
		}
	})
}

func calendlyNames() []string {
	return []string{wire.InviteeCreated, wire.InviteeCanceled, wire.NoShowCreated, wire.NoShowDeleted, wire.FormSubmissionCreated}
}

// TestKeysInOrder: those of the golden files.
func TestKeysInOrder(t *testing.T) {
	t.Parallel()
	for _, f := range formats() {
		t.Run(f.dir, func(t *testing.T) {
			t.Parallel()
			ofMeetings, ofForms := goldenShape(t, f, false), goldenShape(t, f, true)
			rapid.Check(t, func(rt *rapid.T) {
				d, want := anyDraft(rt), ofMeetings
				if d.Submission != nil {
					want = ofForms
				}
				for _, m := range messages(rt, f.format, logged(rt, d)) {
					checkKeys(rt, m.Body, want)
				}
			})
		})
	}
}

func checkKeys(rt *rapid.T, body []byte, want shape) {
	got := newShape(want.of)
	if err := got.read(body); err != nil {
		rt.Fatalf("%v in %s", err, body)
	}
	for place, keys := range got.keys {
		if place == "payload" && slices.Contains(keys, "bookingId") {
			checkOrder(rt, keys)
			continue
		}
		known := slices.Clone(want.keys[place])
		for _, optional := range []string{"cancellation", "noShow"} {
			if want.of.format != domain.FormatNative && !slices.Contains(keys, optional) {
				known = slices.DeleteFunc(known, func(key string) bool { return key == optional })
			}
		}
		if !slices.Equal(keys, known) {
			rt.Errorf("%s has the keys %v, want %v", place, keys, known)
		}
	}
}

// checkOrder: of all keys that bookings have, each body has some, in this order.
func checkOrder(rt *rapid.T, keys []string) {
	all := strings.Fields(`uid bookingId eventTypeId type title startTime endTime length organizer team attendees
		attendeeSeatId location additionalNotes responses status rescheduleUid rescheduleStartTime rescheduleEndTime rescheduledBy
		cancellationReason cancelledBy bookingUid message price currency paymentId metadata`)
	last := -1
	for _, key := range keys {
		i := slices.Index(all, key)
		if i <= last {
			rt.Errorf("%q is no key, or not in order: %v", key, keys)
		}
		last = i
	}
}

// facts are what the formats say of an event in their own ways.
type facts struct {
	Meeting, EventType string
	Start              string
	People             []string // addresses and names of those whom it is about
}

// TestFormatsAgree: the same event is the same in each format.
func TestFormatsAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		d := anyDraft(rt)
		if d.Meeting == nil {
			return
		}
		e := logged(rt, d)
		native, calcom := nativeFacts(rt, d, messages(rt, domain.FormatNative, e)[0].Body), calcomFacts(rt, messages(rt, domain.FormatCalcom, e)[0].Body)
		calendly := calendlyFacts(rt, messages(rt, domain.FormatCalendly, e))
		if fmt.Sprint(native) != fmt.Sprint(calendly) || fmt.Sprint(native) != fmt.Sprint(calcom) {
			rt.Errorf("they differ:\nNATIVE   %q\nCALENDLY %q\nCALCOM   %q", native, calendly, calcom)
		}
	})
}

func nativeFacts(rt *rapid.T, d *eventlog.Draft, body []byte) facts {
	var b struct {
		MeetData struct {
			ID        string `json:"_id"`
			EventID   string
			Time      string
			Attendees []struct {
				ID           string `json:"_id"`
				Name, Email  string
				Cancellation struct{ Time string }
			}
			Cancellation struct{ Time string }
		}
	}
	read(rt, body, &b)
	f := facts{Meeting: b.MeetData.ID, EventType: b.MeetData.EventID, Start: b.MeetData.Time[:19]}
	for _, a := range b.MeetData.Attendees {
		if d.AttendeeID == a.ID || d.AttendeeID == "" && a.Cancellation.Time == b.MeetData.Cancellation.Time {
			f.People = append(f.People, a.Email, a.Name)
		}
	}
	return f
}

func calcomFacts(rt *rapid.T, body []byte) facts {
	var b struct {
		Payload struct {
			UID, EventTypeID, StartTime string
			Attendees                   []struct{ Name, Email string }
		}
	}
	read(rt, body, &b)
	f := facts{Meeting: b.Payload.UID, EventType: b.Payload.EventTypeID, Start: b.Payload.StartTime[:19]}
	for _, a := range b.Payload.Attendees {
		f.People = append(f.People, a.Email, a.Name)
	}
	return f
}

func calendlyFacts(rt *rapid.T, all []wire.Message) facts {
	var f facts
	bodies := invitees(rt, all)
	for i, b := range bodies {
		if b.Event == wire.InviteeCanceled && i+1 < len(bodies) && b.Payload.Rescheduled {
			continue // of the old meeting
		}
		e := b.Payload.ScheduledEvent
		f.Meeting, f.EventType, f.Start = lastOf(e.URI), lastOf(e.EventType), e.StartTime[:19]
		f.People = append(f.People, b.Payload.Email, b.Payload.Name)
	}
	return f
}
