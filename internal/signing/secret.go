// Package signing makes the headers that receivers verify messages by.
//
// The one of every format, webhook-signature, follows Standard Webhooks
// (standardwebhooks.com), signature scheme v1: an HMAC-SHA-256 over the message's
// id, the time of the attempt and the raw body, so that a receiver can tell who
// sent a message, that it is whole and that it is not an old one played again.
// Beside it, receivers written for other senders find the header that they know:
// [Calendly] and [Calcom]. Keys are kept in [Secret] values, which print as a
// placeholder wherever they are logged.
//
// The package is pure computation and imports nothing of ours.
package signing

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

const (
	prefix = "whsec_"
	// The bounds Standard Webhooks sets for a symmetric key, in bytes.
	minKey, maxKey = 24, 64
	newKey         = 32
)

// Secret is a key that both sender and receiver of a webhook hold. The zero
// value is not a usable key: get one from [ParseSecret].
type Secret struct {
	key   []byte // for Standard Webhooks: decoded where there is the prefix
	given []byte // for the others, who know no prefix
}

// NewSecret makes the text of a fresh random secret, whsec_ and 32 bytes in
// base64, as it is shown to the user once.
func NewSecret() string {
	key := make([]byte, newKey)
	rand.Read(key) // never fails: see crypto/rand
	return prefix + base64.StdEncoding.EncodeToString(key)
}

// ParseSecret reads a secret as users write it. After whsec_ comes the key in
// standard, padded base64, 24 to 64 bytes of it; any other text is itself the
// key, for receivers that predate the convention. For [Calendly] and [Calcom] the
// key is always the text itself. Errors never repeat the text.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, prefix)
	if !ok {
		if text == "" {
			return Secret{}, errors.New("the secret is empty")
		}
		return Secret{key: []byte(text), given: []byte(text)}, nil
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	// The decoder skips line ends and stray bits, which other receivers' do not.
	if err != nil || base64.StdEncoding.EncodeToString(key) != encoded {
		return Secret{}, errors.New("the secret is not valid base64 after " + prefix)
	}
	if len(key) < minKey || len(key) > maxKey {
		return Secret{}, fmt.Errorf("the secret has %d bytes after %s, want %d to %d", len(key), prefix, minKey, maxKey)
	}
	return Secret{key: key, given: []byte(text)}, nil
}

// Format keeps the key out of every kind of printing and logging.
func (Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, "[secret]") }
