package delivery

import (
	"net/http"
	"strconv"
	"time"

	"slotcast/ent"
	"slotcast/internal/domain"
	"slotcast/internal/eventlog"
	"slotcast/internal/wire"
)

// sending is an attempt at a message, as its headers tell of it.
type sending struct {
	id       string // of the message
	sequence int    // see sequence
	attempt  int    // from 1
	at       time.Time
	test     bool
	message  wire.Message
}

// sequence is the number of an event within the meeting that its message is about, 0
// where that is none. Of a sample, which has no event, it is the first.
func sequence(e *eventlog.Event, m wire.Message, test bool, t domain.Trigger) int {
	switch {
	case m.Sequence > 0:
		return m.Sequence
	case e != nil && e.MeetingID != "":
		return e.Sequence
	case e == nil && test && t != domain.RoutingFormSubmitted:
		return 1
	}
	return 0
}

// headers are all that an attempt is sent with, but for those of HTTP itself and
// the user agent.
func (k *hook) headers(s sending) http.Header {
	h := http.Header{}
	for name, v := range k.Headers {
		h.Set(name, v)
	}
	h.Set("Content-Type", "application/json")
	h["webhook-id"] = []string{s.id}
	h["webhook-timestamp"] = []string{strconv.FormatInt(s.at.Unix(), 10)}
	if s.sequence > 0 {
		h.Set("Slotcast-Sequence", strconv.Itoa(s.sequence))
	}
	h.Set("Slotcast-Attempt", strconv.Itoa(s.attempt))
	if s.message.Attendee != "" {
		h.Set("Slotcast-Attendee", s.message.Attendee)
	}
	if s.test {
		h.Set("Slotcast-Test", "true")
	}
	if k.secret.text != "" {
		k.sign(h, s.id, s.at, s.message.Body)
	}
	return h
}

// Past is an attempt of which the headers are asked for later.
type Past struct {
	Webhook  *ent.Webhook    // as it is now
	Secret   string          // opened; empty where messages are not signed
	Previous string          // opened, too: the one before; empty: none
	Event    *eventlog.Event // nil for a sample
	ID       string          // of the message
	Attempt  int             // from 1
	At       time.Time
	Test     bool
	Trigger  domain.Trigger
	Message  wire.Message
}

// Headers makes the headers of a past attempt again, with all that is secret in
// them: it is for those who hide that.
func Headers(p Past) (http.Header, error) {
	k := &hook{Webhook: p.Webhook}
	var err error
	if k.secret, err = newSecret(p.Secret); err != nil {
		return nil, err
	}
	if k.previous, err = newSecret(p.Previous); err != nil {
		return nil, err
	}
	return k.headers(sending{
		id: p.ID, sequence: sequence(p.Event, p.Message, p.Test, p.Trigger), attempt: p.Attempt, at: p.At, test: p.Test, message: p.Message,
	}), nil
}
