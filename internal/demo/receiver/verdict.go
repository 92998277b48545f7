package receiver

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"slotcast/internal/signing"
)

// Verdict is what a signature is found to be.
type Verdict string

// The verdicts.
const (
	Valid     Verdict = "valid"
	Wrong     Verdict = "wrong"
	Unsigned  Verdict = "none"
	Old       Verdict = "old"     // its time is not about now
	Unchecked Verdict = "unknown" // signed, but the receiver was not told the secret
)

// judge verifies all signatures of a message, and says what it found.
func judge(header http.Header, body []byte, secret string, now time.Time) (Verdict, string) {
	if secret == "" && signed(header) {
		return Unchecked, "the receiver does not know the secret of this webhook: tell it above"
	}
	ok, steps := signing.Check(signing.Received{Headers: header, Body: body, Secret: secret, At: now})
	last := steps[len(steps)-1]
	switch {
	case ok:
		return Valid, last.Detail
	case !signed(header):
		return Unsigned, last.Detail
	case last.Name == "timestamp" && dated(header):
		return Old, last.Detail
	}
	return Wrong, last.Detail
}

// signed reports whether there is a signature of any form.
func signed(h http.Header) bool {
	return h.Get("Webhook-Signature") != "" || h.Get("Calendly-Webhook-Signature") != "" || h.Get("X-Cal-Signature-256") != ""
}

// dated reports whether the message says of a moment that it is of it.
func dated(h http.Header) bool {
	_, err := strconv.ParseInt(h.Get("Webhook-Timestamp"), 10, 64)
	return err == nil || h.Get("Webhook-Signature") == ""
}

// trigger finds the name of what has happened, whatever format it is in.
func trigger(body []byte) string {
	var said struct {
		EventType    string `json:"eventType"`
		TriggerEvent string `json:"triggerEvent"`
		Event        any    `json:"event"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return ""
	}
	for _, name := range []any{said.EventType, said.TriggerEvent, said.Event} {
		if text, ok := name.(string); ok && text != "" {
			return text[:min(len(text), 60)]
		}
	}
	return ""
}
