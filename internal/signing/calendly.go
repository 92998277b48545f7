package signing

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// Calendly returns the value of the Calendly-Webhook-Signature header for one
// attempt: "t=<Unix seconds>,v1=<64 lower-case hex digits>", an HMAC-SHA-256 over
// the seconds, a full stop and the body as sent, as "Webhook Signatures" at
// developer.calendly.com has it. Receivers split the value at its comma, so no
// space stands behind it.
//
// The key is the text that the secret was parsed from: it is a signing key to
// receivers, who do not decode it, whatever it begins with.
//
// Receivers take exactly one v1. While one secret is being replaced, the one to
// come is announced: ",v1n=" and the digits that it makes stand behind the others,
// which receivers pass over. The zero Secret announces none.
func Calendly(secret, announced Secret, at time.Time, body []byte) string {
	seconds := strconv.FormatInt(at.Unix(), 10)
	value := "t=" + seconds + ",v1=" + secret.calendly(seconds, body)
	if len(announced.given) > 0 {
		value += ",v1n=" + announced.calendly(seconds, body)
	}
	return value
}

// VerifyCalendly reports whether the header value was made with the secret, in
// constant time, and at what time it says it was. Whether that is recent is for
// the caller to judge. Like strict receivers it wants exactly one t and one v1,
// passes over other keys, and takes no upper case. The zero Secret verifies
// nothing.
func VerifyCalendly(secret Secret, value string, body []byte) (at time.Time, ok bool) {
	if len(secret.given) == 0 {
		return time.Time{}, false
	}
	said := map[string]string{}
	for entry := range strings.SplitSeq(value, ",") {
		key, v, _ := strings.Cut(entry, "=")
		if _, twice := said[key]; twice {
			return time.Time{}, false
		}
		said[key] = v
	}
	seconds, err := strconv.ParseInt(said["t"], 10, 64)
	if err != nil || !hmac.Equal([]byte(said["v1"]), []byte(secret.calendly(said["t"], body))) {
		return time.Time{}, false
	}
	return time.Unix(seconds, 0), true
}

func (s Secret) calendly(seconds string, body []byte) string {
	mac := hmac.New(sha256.New, s.given)
	mac.Write([]byte(seconds + "."))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}
