package wire

import _ "embed"

// Schema is a JSON Schema (draft 2020-12) of the bodies of one event type, or of
// parts that several of them share.
//
// A schema of a given name means the same for ever, but for its descriptions:
// receivers keep copies. A body with one key more needs files of the next version.
type Schema struct {
	// Name is the file's, such as "book.v1.json". It is what references between
	// schemas say, relative to wherever the schema was read from.
	Name string
	// EventType is that of the bodies. Shared parts have none.
	EventType string
	Version   int
	Text      string
}

var (
	//go:embed schemas/book.v1.json
	bookV1 string
	//go:embed schemas/cancel.v1.json
	cancelV1 string
	//go:embed schemas/reschedule.v1.json
	rescheduleV1 string
	//go:embed schemas/no-show.v1.json
	noShowV1 string
	//go:embed schemas/meeting.v1.json
	meetingV1 string
)

// Schemas returns the schemas of the format NATIVE. Every body is valid against
// that of its event type with the highest version.
func Schemas() []Schema {
	return []Schema{
		{Name: "book.v1.json", EventType: "BOOK", Version: 1, Text: bookV1},
		{Name: "cancel.v1.json", EventType: "CANCEL", Version: 1, Text: cancelV1},
		{Name: "reschedule.v1.json", EventType: "RESCHEDULE", Version: 1, Text: rescheduleV1},
		{Name: "no-show.v1.json", EventType: "NO_SHOW", Version: 1, Text: noShowV1},
		{Name: "meeting.v1.json", Version: 1, Text: meetingV1},
	}
}
