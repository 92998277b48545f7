package signing_test

import (
	"strings"
	"testing"

	"slotcast/internal/signing"
)

const calcomValue = "a04fe2846bba85124c5d9df98026471bc4e9dd8cdaf6284de36cf5f4f90f6d35"

// The vectors are made with printf '%s' "$body" | openssl dgst -sha256 -hmac "$key".
func TestCalcomVectors(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, key, body, want string }{
		{"a secret", theirKey, theirBody, calcomValue},
		{"no body", theirKey, "", "0d1f5ebfc63420df50a90ac3d6796ce5b0565b67c044c1fe77894a9170160b97"},
		{"a secret that others decode", vectorSecret, theirBody, "82dd88adb0603d829fd021e38dab99dc0fb125632c59f39ebfaacdc6c641610a"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			secret := setup(t, tt.key)[0]
			if got := signing.Calcom(secret, []byte(tt.body)); got != tt.want || !signing.VerifyCalcom(secret, tt.want, []byte(tt.body)) {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}

func TestVerifyCalcomRefuses(t *testing.T) {
	t.Parallel()
	secret := setup(t, theirKey)[0]
	for name, value := range map[string]string{
		"upper case": strings.ToUpper(calcomValue), "a prefix": "sha256=" + calcomValue, "cut off": calcomValue[:63],
		"another": strings.Replace(calcomValue, "a", "b", 1), "cal.com's word for none": "no-secret-provided", "nothing": "",
	} {
		if signing.VerifyCalcom(secret, value, []byte(theirBody)) {
			t.Errorf("%s: %q is taken", name, value)
		}
	}
}
