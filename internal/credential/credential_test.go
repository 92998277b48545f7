package credential_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"slotcast/internal/credential"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

func check(text string) error {
	_, err := credential.Parse(text)
	return err
}

func TestNewToken(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^slc_[0-9A-Za-z]{36}$`)
	seen := map[string]bool{}
	for range 1000 {
		token := credential.New(credential.Access)
		if !form.MatchString(token) || seen[token] || check(token) != nil {
			t.Fatalf("token %s, seen: %v, %v", token, seen[token], check(token))
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
		if err := check(token); (err == nil) != ok {
			t.Errorf("%s: %v", token, err)
		}
	}
}

// Any one wrong character is a typing error.
func TestTypingErrors(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		text := []byte(credential.New(credential.Access))
		i := rapid.IntRange(4, len(text)-1).Draw(rt, "place")
		wrong := rapid.SampledFrom([]byte(base62)).Filter(func(c byte) bool { return c != text[i] }).Draw(rt, "character")
		text[i] = wrong
		if err := check(string(text)); err == nil || !strings.Contains(err.Error(), "typing error") {
			rt.Fatalf("%s: %v", text, err)
		}
	})
}

func TestCheckTokenRefuses(t *testing.T) {
	t.Parallel()
	good := credential.New(credential.Access)
	for _, token := range []string{
		"", "slc_", good[4:], good[:39], good + "0", "SLC_" + good[4:], " " + good, good + " ", "slc_" + strings.Repeat("é", 18),
		"slc_" + strings.Repeat("\x00", 36), strings.Repeat("x", 1<<16),
	} {
		if check(token) == nil {
			t.Errorf("%.50q was taken", token)
		}
	}
}
