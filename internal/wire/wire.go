// Package wire makes the bodies that webhooks carry.
//
// A body is a pure function of the event: it reads the snapshot, and neither
// clock nor database nor settings. So a retry, a resend and a replay carry the
// same bytes as the first attempt, however much later they are sent; what
// differs between attempts travels in headers.
//
// A format is a file with the structs of its objects and a function from an
// event to messages, and a case in Messages. The structs are the format: they
// are apart from the rows of the database and from the domain's types, so that
// a change of those cannot reach receivers unseen, and the order of their
// fields is the order of the keys. The house format, NATIVE, has the plain names.
package wire

import (
	"bytes"
	"encoding/json"
	"fmt"

	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
)

// Message is one request to one webhook.
type Message struct {
	// Part tells the messages of one event apart, in the formats that make
	// several of it. It is empty where there is one.
	Part string
	// Attendee is the seat of a GROUP meeting that the message is about. It is
	// empty for the other types and where the event is about the whole meeting.
	Attendee string
	Body     []byte
}

// Messages returns what a webhook of the given format is to be told of an
// event, in the order of sending. Its errors are final: the same event fails
// the same way again.
func Messages(format domain.WebhookFormat, e *eventlog.Event) ([]Message, error) {
	switch format {
	case domain.FormatNative:
		return nativeMessages(e)
	default:
		return nil, fmt.Errorf("there are no bodies in the format %q", format)
	}
}

// encode writes compact JSON, and <, > and & as themselves: the body is never
// part of an HTML page.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
