package account_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slotcast/internal/account"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func TestNewToken(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^slc_[0-9A-Za-z]{36}$`)
	seen := map[string]bool{}
	for range 1000 {
		token := account.NewToken()
		if !form.MatchString(token) || seen[token] || account.CheckToken(token) != nil {
			t.Fatalf("token %s, seen: %v, %v", token, seen[token], account.CheckToken(token))
		}
		seen[token] = true
	}
}

// The sums were worked out elsewhere: CRC-32 (IEEE) in base62, the most
// significant digit first.
func TestKnownTokens(t *testing.T) {
	t.Parallel()
	for token, ok := range map[string]bool{
		"slc_0000000000000000000000000000002C8GjS": true, // 0x77e5db82
		"slc_ABCDEFGHIJKLMNOPQRSTUVWXYZ01234KGnwg": true, // 0xec46ce3a
		"slc_                              1f0swR": false,
		"slc_000000000000000000000000000000SjG8C2": false,
	} {
		if err := account.CheckToken(token); (err == nil) != ok {
			t.Errorf("%s: %v", token, err)
		}
	}
}

// Any one wrong character is a typing error.
func TestTypingErrors(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		token := []byte(account.NewToken())
		i := rapid.IntRange(4, len(token)-1).Draw(rt, "place")
		wrong := rapid.SampledFrom([]byte(base62)).Filter(func(c byte) bool { return c != token[i] }).Draw(rt, "character")
		token[i] = wrong
		if err := account.CheckToken(string(token)); err == nil || !strings.Contains(err.Error(), "typing error") {
			rt.Fatalf("%s: %v", token, err)
		}
	})
}

func TestCheckTokenRefuses(t *testing.T) {
	t.Parallel()
	good := account.NewToken()
	for _, token := range []string{
		"", "slc_", good[4:], good[:39], good + "0", "SLC_" + good[4:], " " + good, good + " ", "slc_" + strings.Repeat("é", 18),
		"slc_" + strings.Repeat("\x00", 36), strings.Repeat("x", 1<<16),
	} {
		if account.CheckToken(token) == nil {
			t.Errorf("%.50q was taken", token)
		}
	}
}
