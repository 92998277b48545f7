package signing_test

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"slotcast/internal/signing"
)

func encoded(n int) string {
	return "whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xa5}, n))
}

func TestParseSecretRefuses(t *testing.T) {
	t.Parallel()
	good := encoded(32)
	tests := []struct{ name, secret, want string }{
		{"empty", "", "empty"},
		{"prefix only", "whsec_", "0 bytes"},
		{"too short", encoded(23), "23 bytes"},
		{"too long", encoded(65), "65 bytes"},
		{"not base64", "whsec_****************************************", "base64"},
		{"no padding", strings.TrimRight(good, "="), "base64"},
		{"line end", good + "\n", "base64"},
		{"URL alphabet", strings.ReplaceAll(encoded(33), "paWl", "p-_l"), "base64"},
		{"stray bits", strings.Replace(good, "paU=", "paV=", 1), "base64"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := signing.ParseSecret(tt.secret)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("error %v, want one that mentions %q", err, tt.want)
			}
			if key := strings.TrimPrefix(tt.secret, "whsec_"); key != "" && strings.Contains(err.Error(), key) {
				t.Errorf("the error shows the secret: %v", err)
			}
		})
	}
}

func TestParseSecretAccepts(t *testing.T) {
	t.Parallel()
	for _, secret := range []string{encoded(24), encoded(64), "s3cret", "whsec-not-the-prefix", signing.NewSecret()} {
		if _, err := signing.ParseSecret(secret); err != nil {
			t.Errorf("%q: %v", secret, err)
		}
	}
}

// A prefixed secret is used decoded, any other as its bytes.
func TestParseSecretKey(t *testing.T) {
	t.Parallel()
	raw := "0123456789abcdef0123456789abcdef"
	plain := setup(t, raw)
	prefixed := setup(t, "whsec_"+base64.StdEncoding.EncodeToString([]byte(raw)))
	at := time.Unix(1700000000, 0)
	if a, b := signing.Standard(plain, "m", at, nil), signing.Standard(prefixed, "m", at, nil); a != b {
		t.Errorf("same key, different signatures: %s and %s", a, b)
	}
}

func TestNewSecretIsFresh(t *testing.T) {
	t.Parallel()
	a, b := signing.NewSecret(), signing.NewSecret()
	if a == b || len(a) != len("whsec_")+44 {
		t.Errorf("got %d and %d characters, equal: %v", len(a), len(b), a == b)
	}
}

func TestSecretIsNotPrinted(t *testing.T) {
	t.Parallel()
	secret := setup(t, "open sesame")[0]
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "secret", secret, "pointer", &secret)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "secret", secret)
	out := log.String() + fmt.Sprintf("%v %+v %#v %s %q %x %d", secret, secret, secret, secret, secret, secret, secret)
	for _, form := range []string{"sesame", "736573616d65", "115 101 115", "0x73"} {
		if strings.Contains(out, form) {
			t.Errorf("the key shows in %s", out)
		}
	}
}
