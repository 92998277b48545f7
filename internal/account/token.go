// Package account holds apps, their agents and the tokens that let agents call
// the API.
package account

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"hash/crc32"
	"math/big"
	"strings"
)

// A token is tokenPrefix, 30 base62 characters of randomness (178 bits), and
// the CRC-32 of those characters as 6 base62 characters: scanners find leaked
// ones, and a typo is told apart from a revoked token.
const (
	tokenPrefix = "slc_"
	tokenRandom = 30
	tokenSum    = 6
	base62      = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// NewToken returns a fresh token.
func NewToken() string {
	b := make([]byte, tokenRandom)
	for i := range b {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(base62))))
		if err != nil {
			panic("the system has no randomness: " + err.Error())
		}
		b[i] = base62[n.Int64()]
	}
	return tokenPrefix + string(b) + checksum(string(b))
}

// CheckToken reports, in words, why a string cannot be a token.
func CheckToken(token string) error {
	body, ok := strings.CutPrefix(token, tokenPrefix)
	if !ok || len(body) != tokenRandom+tokenSum {
		return fmt.Errorf("a token is %s and %d characters", tokenPrefix, tokenRandom+tokenSum)
	}
	if strings.Trim(body, base62) != "" || checksum(body[:tokenRandom]) != body[tokenRandom:] {
		return fmt.Errorf("the token has a typing error: its checksum does not fit")
	}
	return nil
}

// hashToken is what the database keeps of a token.
func hashToken(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

func checksum(s string) string {
	n := crc32.ChecksumIEEE([]byte(s))
	out := make([]byte, tokenSum)
	for i := tokenSum - 1; i >= 0; i-- {
		out[i] = base62[n%62]
		n /= 62
	}
	return string(out)
}
