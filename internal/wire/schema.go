package wire

import (
	"embed"
	"fmt"
)

// Schema is a JSON Schema (draft 2020-12) of the bodies of one event type, or of
// parts that several of them share.
//
// A schema of a given name means the same for ever, but for its descriptions:
// receivers keep copies. A body with one key more needs files of the next version.
type Schema struct {
	// Name is the file's, such as "book.v1.json". It is what references between
	// schemas say, relative to wherever the schema was read from.
	Name string
	// EventType is that of the bodies: in the format NATIVE their eventType, in
	// CALENDLY their event and in CALCOM their triggerEvent. No word is in two
	// formats. Shared parts have none.
	EventType string
	Version   int
	Text      string
}

//go:embed schemas/*.json
var schemaFiles embed.FS

// Schemas returns the schemas of all formats. Every body is valid against that of
// its event type with the highest version.
func Schemas() []Schema {
	return []Schema{
		schema("book", "BOOK"),
		schema("cancel", "CANCEL"),
		schema("reschedule", "RESCHEDULE"),
		schema("no-show", "NO_SHOW"),
		schema("routing-form-submitted", "ROUTING_FORM_SUBMITTED"),
		schema("meeting", ""),
		schema("calendly-invitee-created", InviteeCreated),
		schema("calendly-invitee-canceled", InviteeCanceled),
		schema("calendly-invitee-no-show-created", NoShowCreated),
		schema("calendly-invitee-no-show-deleted", NoShowDeleted),
		schema("calendly-routing-form-submission-created", FormSubmissionCreated),
		schema("calendly", ""),
		schema("calcom-booking-created", "BOOKING_CREATED"),
		schema("calcom-booking-cancelled", "BOOKING_CANCELLED"),
		schema("calcom-booking-rescheduled", "BOOKING_RESCHEDULED"),
		schema("calcom-booking-no-show-updated", "BOOKING_NO_SHOW_UPDATED"),
		schema("calcom-form-submitted", "FORM_SUBMITTED"),
		schema("calcom", ""),
	}
}

// schema is the first version of a file. It panics where the file is not built in.
func schema(file, eventType string) Schema {
	name := file + ".v1.json"
	text, err := schemaFiles.ReadFile("schemas/" + name)
	if err != nil {
		panic(fmt.Sprintf("the schema %s was not built in: %v", name, err))
	}
	return Schema{Name: name, EventType: eventType, Version: 1, Text: string(text)}
}
