package wire_test

import (
	"slices"
	"strings"

	"slotcast/internal/domain"
)

// format is what tests know of the bodies of a format, by places such as
// "meetData.notes[].by".
type format struct {
	format domain.WebhookFormat
	dir    string // of the golden files
	word   string // the key that names the event

	nullable   []string // what may be null, beside what is in the golden files
	mayBeEmpty []string // texts that may be ""
	lists      []string // closed lists of words
	uris       []string
	open       []string // objects with any keys and values
	maps       []string // objects with any keys, and values that are alike
	optional   []string // what may be missing
	fractions  []string // numbers that need not be whole
	zeros      []string // numbers that may be 0
	negatives  []string // numbers that no rule bounds
}

func formats() []format { return []format{nativeFormat(), calendlyFormat(), calcomFormat()} }

func nativeFormat() format {
	f := format{
		format: domain.FormatNative, dir: "testdata", word: "eventType",
		nullable: under("meetData.", "modeNote", "modifiedEventName", "multipleBookingIdentifier", "prevMeetId", "attendees[].phone", "notes[].by"),
		mayBeEmpty: append(under("meetData.",
			"externalIds[]", "modeNote", "modifiedEventName", "multipleBookingIdentifier", "notes[].text", "reminders[].channel", "attendees[].phone",
			"calendarEvent.provider", "calendarEvent.externalId", "calendarEvent.link",
			"attendees[].answers[].question", "attendees[].answers[].answer",
			"cancellation.reason", "attendees[].cancellation.reason", "reschedule.reason", "payment.note",
		), "formData.answers[].question", "formData.answers[].answer"),
		lists:     []string{"eventType", "meetData.type", "formData.result.type"},
		open:      []string{"meetData.followUp", "formData.tracking"},
		maps:      under("meetData.payment.", "amountOnDuration"),
		fractions: under("meetData.payment.", "amount", "amountOnDuration."),
		zeros:     under("meetData.", "payment.amount", "payment.amountOnDuration.", "attendees[].answers[].position", "reminders[].beforeMinutes"),
		negatives: under("meetData.", "reminders[].beforeMinutes"),
	}
	for _, by := range under("meetData.", "cancellation.cancelledBy", "attendees[].cancellation.cancelledBy", "reschedule.rescheduledBy") {
		f.nullable, f.lists = append(f.nullable, by+"._id", by+".name"), append(f.lists, by+".type")
	}
	f.nullable = append(f.nullable, under("meetData.payment.",
		"method", "billingName", "billingAddress", "paymentTime", "externalPaymentId", "emailId", "meetCreatedAt", "orderId")...)
	f.lists = append(f.lists, under("meetData.", "status", "attendees[].status", "payment.status")...)
	return f
}

func calendlyFormat() format {
	f := format{
		format: domain.FormatCalendly, dir: "testdata/calendly", word: "event",
		nullable: under("payload.",
			"text_reminder_number", "old_invitee", "routing_form_submission", "payment", "invitee_scheduled_by", "no_show",
			"scheduled_event.meeting_notes_plain", "payment.external_id", "payment.provider", "payment.terms"),
		mayBeEmpty: under("payload.",
			"text_reminder_number", "questions_and_answers[].question", "questions_and_answers[].answer", "scheduled_event.location.location",
			"cancellation.reason", "scheduled_event.cancellation.reason"),
		lists: append(under("payload.", "status", "cancellation.canceler_type", "result.type"), "event"),
		uris: append(under("payload.",
			"uri", "event", "old_invitee", "new_invitee", "cancel_url", "reschedule_url", "routing_form_submission", "no_show.uri",
			"invitee_scheduled_by", "routing_form"), "created_by"),
		fractions: under("payload.payment.", "amount"),
		zeros: under("payload.", "payment.amount", "questions_and_answers[].position",
			"scheduled_event.invitees_counter.total", "scheduled_event.invitees_counter.active"),
	}
	for _, key := range []string{"campaign", "source", "medium", "content", "term"} {
		f.nullable = append(f.nullable, "payload.tracking.utm_"+key)
		f.mayBeEmpty = append(f.mayBeEmpty, "payload.tracking.utm_"+key)
	}
	f.nullable, f.mayBeEmpty = append(f.nullable, "payload.tracking.salesforce_uuid"), append(f.mayBeEmpty, "payload.tracking.salesforce_uuid")
	f.lists = append(f.lists, under("payload.scheduled_event.", "status", "location.type", "cancellation.canceler_type")...)
	f.uris = append(f.uris, under("payload.scheduled_event.", "uri", "event_type", "event_memberships[].user")...)
	return f
}

func calcomFormat() format {
	return format{
		format: domain.FormatCalcom, dir: "testdata/calcom", word: "triggerEvent",
		nullable: under("payload.", "organizer", "location"),
		mayBeEmpty: under("payload.", "location", "additionalNotes", "cancellationReason",
			"responses.name.label", "responses.name.value", "responses.email.label", "responses.email.value",
			"responses.Topic?.label", "responses.Topic?.value", "responses.What for?.label", "responses.What for?.value",
			"responses.How many people are you?.label", "responses.How many people are you?.value",
			"responses.rescheduleReason.label", "responses.rescheduleReason.value"),
		lists:    append(under("payload.", "status", "result.type"), "triggerEvent"),
		open:     under("payload.", "metadata"),
		maps:     under("payload.", "responses"),
		optional: under("payload.", "team", "attendeeSeatId"),
		zeros:    under("payload.", "price"),
	}
}

func under(prefix string, places ...string) []string {
	for i, place := range places {
		places[i] = prefix + place
	}
	return places
}

// has reports whether a place is one of those listed, or in one of them that
// ends with a point.
func has(listed []string, place string) bool {
	return slices.ContainsFunc(listed, func(one string) bool {
		return one == place || strings.HasSuffix(one, ".") && strings.HasPrefix(place, one)
	})
}

// free reports whether a place is inside an object with any keys.
func (f format) free(place string) bool {
	return slices.ContainsFunc(slices.Concat(f.open, f.maps), func(object string) bool { return strings.HasPrefix(place, object+".") })
}
