package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"

	"slotcast/internal/typeid"
)

const (
	cancelSeat = `mutation($in: CancelAttendeeInput!) { cancelAttendee(input: $in) { id } }`
	reassign   = `mutation($in: ReassignMeetingInput!) { reassignMeeting(input: $in) { id } }`
	pay        = `mutation($in: RecordPaymentInput!) { recordPayment(input: $in) { id } }`
	available  = `query($id: ID!, $from: Time!, $to: Time!, $zone: String, $minutes: Int) {
		availability(eventTypeId: $id, from: $from, to: $to, timeZone: $zone, durationMinutes: $minutes) { start }
	}`
)

// wrongs are the ways in which a text can be wrong, with the limit of its bytes.
// A number is an id, too.
func wrongs(field string, limit int) map[string]any {
	all := map[string]any{
		"that is a number": 7, "that is true": true, "that is an object": vars{"a": 1}, "that is a list": []any{[]string{"x"}},
		"with NUL": "a\x00b", "too long": strings.Repeat("é", limit/2+1),
	}
	if strings.HasSuffix(field, "Id") && field != "emailId" && field != "externalPaymentId" {
		delete(all, "that is a number")
	}
	return all
}

// badTexts tries them on fields of an input.
func badTexts(what, query string, good vars, limits map[string]int) (out []badInput) {
	for field, limit := range limits {
		for name, value := range wrongs(field, limit) {
			out = append(out, badInput{
				fmt.Sprintf("%s: %s %s", what, field, name), query, in(with(good, field, value)), "BAD_USER_INPUT", field,
			})
		}
	}
	return out
}

// badWords are the texts of the commands.
func badWords(o *tenant, booked string, p payable) (out []badInput) {
	good := o.booking(50)
	out = append(out, badTexts("book", bookMutation, good, map[string]int{
		"eventTypeId": 200, "modeNote": 1000, "modifiedEventName": 200, "multipleBookingIdentifier": 200, "idempotencyKey": 200,
		"routingFormSubmissionId": 200,
	})...)
	out = append(out, badTexts("reschedule", reschedule, vars{"meetingId": booked, "start": hour(60)}, map[string]int{
		"meetingId": 200, "reason": 10_000, "idempotencyKey": 200,
	})...)
	out = append(out, badTexts("cancel", cancel, vars{"meetingId": booked}, map[string]int{"meetingId": 200, "reason": 2 * 10_000})...)
	out = append(out, badTexts("cancel seat", cancelSeat, vars{"attendeeId": p.attendee}, map[string]int{"attendeeId": 200, "reason": 10_000})...)
	out = append(out, badTexts("reassign", reassign, vars{"meetingId": booked, "agentId": o.agent.ID}, map[string]int{
		"meetingId": 200, "agentId": 200, "reason": 10_000,
	})...)
	out = append(out, badTexts("pay", pay, p.good(), map[string]int{
		"paymentId": 200, "method": 50, "externalPaymentId": 200, "billingName": 200, "billingAddress": 1000, "note": 1000, "emailId": 320,
	})...)
	for field, limit := range map[string]int{"externalIds": 200, "notes": 10_000, "agentIds": 200} {
		for name, value := range map[string]any{"too long": strings.Repeat("x", limit+1), "NUL": "\x00", "null": nil, "true": true} {
			out = append(out, badInput{
				fmt.Sprintf("book: %s has one that is %s", field, name), bookMutation,
				in(with(good, field, []any{o.agent.ID, value})), "BAD_USER_INPUT", field + ".1",
			})
		}
		out = append(out, badInput{
			"book: too many " + field, bookMutation, in(with(good, field, strings.Split(strings.Repeat("x,", 50)+"x", ","))), "BAD_USER_INPUT", field,
		})
	}
	for field, limit := range map[string]int{"name": 200, "email": 320, "phone": 50, "timeZone": 64} {
		for name, value := range wrongs(field, limit) {
			who := with(good["attendees"].([]vars)[0], field, value)
			out = append(out, badInput{
				fmt.Sprintf("book: the attendee's %s %s", field, name), bookMutation, in(with(good, "attendees", []vars{who})),
				"BAD_USER_INPUT", "attendees.0." + field,
			})
		}
	}
	return out
}

// payable is a meeting with a payment that is pending.
type payable struct{ meeting, attendee, payment string }

func (p payable) good() vars {
	return vars{"paymentId": p.payment, "status": "DONE", "method": "STRIPE", "externalPaymentId": "pi_bad"}
}

// badCommands are wrong in other ways than by their texts.
func badCommands(o, other *tenant, booked string, mine, theirs payable) []badInput {
	seat := func(name, query, id, code, at string) badInput {
		return badInput{name, query, vars{"id": id}, code, at}
	}
	record := func(name, field string, value any, code, at string) badInput {
		return badInput{"pay " + name, pay, in(with(mine.good(), field, value)), code, at}
	}
	free := func(name, field string, value any, code, at string) badInput {
		good := vars{"id": o.eventType.ID, "from": hour(0), "to": hour(24)}
		return badInput{"availability " + name, available, with(good, field, value), code, at}
	}
	const noShow, came = `mutation($id: ID!) { markNoShow(attendeeId: $id) { id } }`, `mutation($id: ID!) { unmarkNoShow(attendeeId: $id) { id } }`
	return []badInput{
		seat("no-show of nobody", noShow, typeid.New(typeid.Attendee), "NOT_FOUND", "attendeeId"),
		seat("no-show of another app's", noShow, theirs.attendee, "NOT_FOUND", "attendeeId"),
		seat("no-show with NUL", noShow, "att_\x00", "BAD_USER_INPUT", "id"),
		seat("no-show before the start", noShow, mine.attendee, "CONFLICT", ""),
		seat("undone no-show of nobody", came, typeid.New(typeid.Attendee), "NOT_FOUND", "attendeeId"),
		seat("undone no-show of another app's", came, theirs.attendee, "NOT_FOUND", "attendeeId"),
		seat("undone no-show that was none", came, mine.attendee, "CONFLICT", ""),

		{"seat of nobody", cancelSeat, in(vars{"attendeeId": typeid.New(typeid.Attendee)}), "NOT_FOUND", "attendeeId"},
		{"seat of another app", cancelSeat, in(vars{"attendeeId": theirs.attendee}), "NOT_FOUND", "attendeeId"},
		{"seat of a SOLO meeting", cancelSeat, in(vars{"attendeeId": mine.attendee}), "CONFLICT", ""},

		{"reassign another app's", reassign, in(vars{"meetingId": theirs.meeting, "agentId": o.agent.ID}), "NOT_FOUND", "meetingId"},
		{"reassign to another app's", reassign, in(vars{"meetingId": booked, "agentId": other.agent.ID}), "NOT_FOUND", "agentId"},
		{"reassign to the same", reassign, in(vars{"meetingId": booked, "agentId": o.agent.ID}), "CONFLICT", ""},
		{"reassign by a ghost", reassign, in(vars{"meetingId": booked, "agentId": o.agent.ID, "reassignedBy": vars{"type": "GHOST"}}), "BAD_USER_INPUT", "reassignedBy.type"},

		record("nothing known", "paymentId", typeid.New(typeid.Payment), "NOT_FOUND", "paymentId"),
		record("another app's", "paymentId", theirs.payment, "NOT_FOUND", "paymentId"),
		record("unknown status", "status", "MAYBE", "BAD_USER_INPUT", "status"),
		record("no status", "status", nil, "BAD_USER_INPUT", "status"),
		record("expired", "status", "EXPIRED", "BAD_USER_INPUT", "status"),
		record("refunded before it is paid", "status", "REFUNDED", "CONFLICT", ""),
		record("blank method", "method", " ", "BAD_USER_INPUT", "method"),
		record("no method", "method", nil, "BAD_USER_INPUT", "method"),
		record("blank reference", "externalPaymentId", "", "BAD_USER_INPUT", "externalPaymentId"),
		record("no reference", "externalPaymentId", nil, "BAD_USER_INPUT", "externalPaymentId"),
		record("no time", "paymentTime", "yesterday", "BAD_USER_INPUT", "paymentTime"),
		record("bad e-mail", "emailId", "ana", "BAD_USER_INPUT", "emailId"),
		record("unknown field", "amount", 5, "BAD_USER_INPUT", "amount"),

		free("of nothing known", "id", typeid.New(typeid.EventType), "NOT_FOUND", "eventTypeId"),
		free("of another app's", "id", other.eventType.ID, "NOT_FOUND", "eventTypeId"),
		free("that ends before it begins", "to", hour(-1), "BAD_USER_INPUT", "to"),
		free("that ends where it begins", "to", hour(0), "BAD_USER_INPUT", "to"),
		free("of too many days", "to", hour(24*401), "BAD_USER_INPUT", "to"),
		free("from nowhere", "from", "now", "BAD_USER_INPUT", "from"),
		free("to nowhere", "to", nil, "BAD_USER_INPUT", "to"),
		free("on Mars", "zone", "Mars/Olympus", "BAD_USER_INPUT", "timeZone"),
		free("of another duration", "minutes", 45, "BAD_USER_INPUT", "durationMinutes"),
		free("of no duration", "minutes", -30, "BAD_USER_INPUT", "durationMinutes"),
		free("of a duration beyond Int", "minutes", json.Number("1e30"), "BAD_USER_INPUT", "minutes"),
	}
}
