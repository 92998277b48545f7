package signing

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

const version = "v1,"

// Standard returns the value of the webhook-signature header for one attempt:
// "v1," and the signature in base64, once per secret, separated by spaces.
// Several secrets are in force while one is being replaced by another; the newest
// comes first.
// Without any secret it returns "", and the header must be left out.
//
// ts counts in whole seconds and must be the time sent as webhook-timestamp;
// id must be the one sent as webhook-id, and body the bytes as sent.
func Standard(secrets []Secret, id string, ts time.Time, body []byte) string {
	signatures := make([]string, len(secrets))
	for i, s := range secrets {
		signatures[i] = version + base64.StdEncoding.EncodeToString(s.sign(id, ts, body))
	}
	return strings.Join(signatures, " ")
}

// VerifyStandard reports whether one of the signatures in the header value was
// made with the secret, in constant time for each of them. Entries of other
// versions are passed over, and the zero Secret verifies nothing. Whether ts is
// recent is for the caller to judge.
func VerifyStandard(secret Secret, value, id string, ts time.Time, body []byte) bool {
	if len(secret.key) == 0 {
		return false
	}
	want := secret.sign(id, ts, body)
	for entry := range strings.SplitSeq(value, " ") {
		encoded, ok := strings.CutPrefix(entry, version)
		if !ok {
			continue
		}
		got, err := base64.StdEncoding.DecodeString(encoded)
		if err == nil && hmac.Equal(got, want) {
			return true
		}
	}
	return false
}

func (s Secret) sign(id string, ts time.Time, body []byte) []byte {
	mac := hmac.New(sha256.New, s.key)
	head := make([]byte, 0, len(id)+len(".1234567890."))
	head = append(head, id...)
	head = append(head, '.')
	head = strconv.AppendInt(head, ts.Unix(), 10)
	head = append(head, '.')
	mac.Write(head)
	mac.Write(body)
	return mac.Sum(nil)
}
