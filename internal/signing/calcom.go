package signing

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Calcom returns the value of the X-Cal-Signature-256 header: 64 lower-case hex
// digits without a prefix, an HMAC-SHA-256 over the body as sent, as "Webhooks" at
// cal.com/docs has it. It holds no time: a receiver that fears old messages has
// to remember what it has seen.
//
// The key is the text that the secret was parsed from, as for [Calendly].
func Calcom(secret Secret, body []byte) string {
	mac := hmac.New(sha256.New, secret.given)
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// VerifyCalcom reports whether the header value was made with the secret, in
// constant time. The zero Secret verifies nothing.
func VerifyCalcom(secret Secret, value string, body []byte) bool {
	return len(secret.given) > 0 && hmac.Equal([]byte(value), []byte(Calcom(secret, body)))
}
