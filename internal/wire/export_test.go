package wire

import (
	"reflect"
	"strings"
)

// BodyType is the type that is encoded as the bodies of an event type.
func BodyType(eventType string) reflect.Type {
	switch {
	case eventType == "ROUTING_FORM_SUBMITTED":
		return reflect.TypeFor[nativeForm]()
	case eventType == FormSubmissionCreated:
		return reflect.TypeFor[calendly[FormSubmission]]()
	case eventType == "FORM_SUBMITTED":
		return reflect.TypeFor[calcom[formPayload]]()
	case strings.Contains(eventType, "."):
		return reflect.TypeFor[calendly[inviteePayload]]()
	case strings.HasPrefix(eventType, "BOOKING_"):
		return reflect.TypeFor[calcom[bookingPayload]]()
	default:
		return reflect.TypeFor[native]()
	}
}
