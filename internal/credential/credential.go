// Package credential makes and checks the secrets that callers come with: a prefix
// that says what it is for, 30 base62 characters of randomness (178 bits), and
// the CRC-32 of those characters as 6 more. So scanners find tokens that leaked,
// and a typing error is told apart from a token that was revoked.
package credential

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"math/big"
	"strings"
)

// Kind is what a token is for: its prefix.
type Kind string

// The kinds of tokens.
const (
	Access      Kind = "slc_"  // an agent's
	Publishable Kind = "slcp_" // a booking page's; everybody may read it
	Manage      Kind = "slcm_" // that of who booked, for what was booked
	Invitation  Kind = "slci_" // lets an agent join
)

const (
	random = 30
	sum    = 6
	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// New returns a fresh token. It panics only when the operating system has no
// randomness to give.
func New(k Kind) string {
	b := make([]byte, random)
	for i := range b {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(base62))))
		if err != nil {
			panic("the system has no randomness: " + err.Error())
		}
		b[i] = base62[n.Int64()]
	}
	return string(k) + string(b) + checksum(string(b))
}

// Parse returns what kind of token a text is, or says in words, which do not
// repeat it, why it is none.
func Parse(text string) (Kind, error) {
	for _, k := range []Kind{Access, Publishable, Manage, Invitation} {
		body, ok := strings.CutPrefix(text, string(k))
		if !ok {
			continue
		}
		if len(body) != random+sum {
			return "", fmt.Errorf("a token is %s and %d characters", k, random+sum)
		}
		if strings.Trim(body, base62) != "" || checksum(body[:random]) != body[random:] {
			return "", fmt.Errorf("the token has a typing error: its checksum does not fit")
		}
		return k, nil
	}
	return "", fmt.Errorf("a token is %s and %d characters", Access, random+sum)
}

// Hash is what the database keeps of a token: its SHA-256.
func Hash(text string) []byte {
	h := sha256.Sum256([]byte(text))
	return h[:]
}

// Prefix is how much of a token lists show, to recognise it by.
func Prefix(text string) string {
	k, _, _ := strings.Cut(text, "_")
	return text[:min(len(text), len(k)+1+6)]
}

func checksum(s string) string {
	n := crc32.ChecksumIEEE([]byte(s))
	out := make([]byte, sum)
	for i := sum - 1; i >= 0; i-- {
		out[i] = base62[n%62]
		n /= 62
	}
	return string(out)
}
