package wire_test

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"slotcast/internal/wire/wiretest"
)

// TestSchemasRefuseContradictions: what is right by itself and wrong together.
func TestSchemasRefuseContradictions(t *testing.T) {
	t.Parallel()
	done := map[string]any{
		"time": "2027-01-05T08:00:00.000Z", "reason": "",
		"cancelledBy": map[string]any{"type": "SYSTEM", "_id": nil, "name": nil},
	}
	none := map[string]any{}
	tests := []struct {
		name, file string
		change     func(meeting, attendee map[string]any)
	}{
		{"BOOK of a cancelled meeting", "book", func(m, _ map[string]any) { m["status"] = "CANCELLED" }},
		{"BOOK with a cancellation", "book", func(m, _ map[string]any) { m["cancellation"] = done }},
		{"BOOK with a cancelled seat", "book", func(_, a map[string]any) { a["status"], a["cancellation"] = "CANCELLED", done }},
		{"BOOK of what replaces another", "book", func(m, _ map[string]any) { m["prevMeetId"] = oldMeeting }},
		{"BOOK of a no-show", "book", func(m, _ map[string]any) { m["markAsNoShow"] = true }},
		{"BOOK of what is not paid", "book", func(m, _ map[string]any) { m["payment"].(map[string]any)["status"] = "PENDING" }},
		{"a price for no number of minutes", "book", func(m, _ map[string]any) {
			m["payment"].(map[string]any)["amountOnDuration"] = map[string]any{"30m": 1}
		}},
		{"ACTIVE seat with a cancellation", "book", func(_, a map[string]any) { a["cancellation"] = done }},
		{"CANCEL without a cancellation", "cancel", func(m, _ map[string]any) { m["cancellation"] = none }},
		{"CANCEL of an active meeting that is no GROUP", "cancel", func(m, _ map[string]any) { m["status"] = "ACTIVE" }},
		{"CANCELLED seat without a cancellation", "cancel", func(_, a map[string]any) { a["cancellation"] = none }},
		{"one seat is cancelled, and none is", "cancel-seat", func(m, a map[string]any) { m["attendees"] = []any{a} }},
		{"one seat is cancelled, of a SOLO meeting", "cancel-seat", func(m, _ map[string]any) { m["type"] = "SOLO" }},
		{"RESCHEDULE without one", "reschedule", func(m, _ map[string]any) { m["reschedule"] = none }},
		{"RESCHEDULE to a cancelled meeting", "reschedule", func(m, _ map[string]any) { m["status"] = "CANCELLED" }},
		{"RESCHEDULE with a cancellation", "reschedule", func(m, _ map[string]any) { m["cancellation"] = done }},
		{"NO_SHOW of a cancelled meeting", "no-show", func(m, _ map[string]any) { m["status"] = "CANCELLED" }},
		{"NO_SHOW with a cancellation", "no-show", func(m, _ map[string]any) { m["cancellation"] = done }},
	}
	files := goldenFiles(t, nativeFormat())
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc := parse(t, files[tt.file])
			meeting := doc["meetData"].(map[string]any)
			tt.change(meeting, meeting["attendees"].([]any)[0].(map[string]any))
			refused(t, doc)
		})
	}
}

// TestSchemasRefuseForeignPayloads: the same of the formats of others.
func TestSchemasRefuseForeignPayloads(t *testing.T) {
	t.Parallel()
	set := func(key string, value any) func(map[string]any) {
		return func(payload map[string]any) { payload[key] = value }
	}
	inEvent := func(key string, value any) func(map[string]any) {
		return func(payload map[string]any) { payload["scheduled_event"].(map[string]any)[key] = value }
	}
	without := func(key string) func(map[string]any) {
		return func(payload map[string]any) { delete(payload, key) }
	}
	uri := "https://api.example.org/scheduled_events/E/invitees/I"
	over := map[string]any{"canceled_by": "Jo", "reason": "", "canceler_type": "host", "created_at": "2027-01-05T08:00:00.000000Z"}
	missed := map[string]any{"uri": uri, "created_at": "2027-01-05T08:00:00.000000Z"}
	tests := []struct {
		name   string
		of     format
		file   string
		change func(payload map[string]any)
	}{
		{"somebody new who is canceled", calendlyFormat(), "book", func(p map[string]any) { p["status"], p["cancellation"] = "canceled", over }},
		{"somebody new with a cancellation", calendlyFormat(), "book", set("cancellation", over)},
		{"somebody new who was rescheduled", calendlyFormat(), "reschedule-0001b", set("rescheduled", true)},
		{"somebody new who was replaced", calendlyFormat(), "reschedule-0001b", set("new_invitee", uri)},
		{"somebody new who did not come", calendlyFormat(), "book", set("no_show", missed)},
		{"somebody new at what is canceled", calendlyFormat(), "book", inEvent("status", "canceled")},
		{"an active event with a cancellation", calendlyFormat(), "cancel-seat", inEvent("cancellation", over)},
		{"a canceled event without one", calendlyFormat(), "cancel-seat", inEvent("status", "canceled")},
		{"a canceled event with somebody in it", calendlyFormat(), "cancel", inEvent("invitees_counter", map[string]any{"total": 1, "active": 1, "limit": 1})},
		{"canceled, and active", calendlyFormat(), "cancel", func(p map[string]any) { p["status"] = "active"; delete(p, "cancellation") }},
		{"canceled by nobody", calendlyFormat(), "cancel", without("cancellation")},
		{"canceled, and replaced", calendlyFormat(), "cancel", set("new_invitee", uri)},
		{"rescheduled to nowhere", calendlyFormat(), "reschedule-0001a", set("new_invitee", nil)},
		{"rescheduled, and the old event goes on", calendlyFormat(), "reschedule-0001a", func(p map[string]any) {
			e := p["scheduled_event"].(map[string]any)
			e["status"] = "active"
			delete(e, "cancellation")
		}},
		{"a no-show that is not noted", calendlyFormat(), "no-show", set("no_show", nil)},
		{"a no-show undone that is", calendlyFormat(), "no-show-undone", set("no_show", missed)},
		{"a guest", calendlyFormat(), "book", inEvent("event_guests", []any{map[string]any{}})},
		{"physical, and nowhere", calendlyFormat(), "book-free", inEvent("location", map[string]any{"type": "physical", "location": nil})},
		{"a submitter of no type", calendlyFormat(), "routing-form", set("submitter", uri)},
		{"a type of no submitter", calendlyFormat(), "routing-form", set("submitter_type", "Invitee")},

		{"booked, and cancelled", calcomFormat(), "book", set("status", "CANCELLED")},
		{"booked, with a reason to cancel", calcomFormat(), "book", set("cancellationReason", "")},
		{"booked instead of another", calcomFormat(), "book", set("rescheduleUid", oldMeeting)},
		{"booked, and missed", calcomFormat(), "book", set("bookingUid", oldMeeting)},
		{"an attendee who has booked and did not come", calcomFormat(), "book", func(p map[string]any) {
			p["attendees"].([]any)[0].(map[string]any)["noShow"] = true
		}},
		{"cancelled without a word", calcomFormat(), "cancel", without("cancellationReason")},
		{"cancelled by nobody", calcomFormat(), "cancel", without("cancelledBy")},
		{"cancelled, and on, and no seat", calcomFormat(), "cancel", set("status", "ACCEPTED")},
		{"cancelled instead of another", calcomFormat(), "cancel", set("rescheduleUid", oldMeeting)},
		{"rescheduled from nothing", calcomFormat(), "reschedule", without("rescheduleUid")},
		{"rescheduled, and cancelled", calcomFormat(), "reschedule", set("cancelledBy", "Jo")},
		{"a no-show of no booking", calcomFormat(), "no-show", without("bookingUid")},
		{"a no-show of nobody", calcomFormat(), "no-show", func(p map[string]any) {
			delete(p["attendees"].([]any)[0].(map[string]any), "noShow")
		}},
		{"a price in no currency", calcomFormat(), "book", without("currency")},
		{"a team of nobody", calcomFormat(), "book", set("team", map[string]any{"members": []any{}})},
		{"a response that is a text", calcomFormat(), "book", set("responses", map[string]any{"Topic?": "Pricing"})},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc := parse(t, goldenFiles(t, tt.of)[tt.file])
			tt.change(doc["payload"].(map[string]any))
			refused(t, doc)
		})
	}
}

func refused(t *testing.T, doc map[string]any) {
	t.Helper()
	text, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	if err := wiretest.Check(text); !errors.As(err, new(*jsonschema.ValidationError)) {
		t.Errorf("got %v, want it refused", err)
	}
}
